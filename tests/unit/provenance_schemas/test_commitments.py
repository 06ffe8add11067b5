import hashlib
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance_schemas.commitments import (
    BATCH_COUNT_MAX,
    build_commitments,
    commitments_path,
    directory_entries,
    join_commitments,
    parse_commitments,
    passport_path,
)
from provenance_schemas.errors import DocumentError


def commitments_of(count):
    return [hashlib.sha256(index.to_bytes(4)).digest() for index in range(count)]


@pytest.mark.parametrize(("count", "files"), [(1, 1), (512, 1), (513, 2), (1000, 2), (4096, 8)])
def test_a_batch_fills_files_of_512(count, files):
    """Both edges of a file, and the largest batch."""
    built = build_commitments(commitments_of(count))

    assert files == len(built)
    assert count == sum(len(file.pairs) for file in built)
    assert all(part == file.part and files == file.parts for part, file in enumerate(built))
    everything = [pair for file in built for pair in file.pairs]
    assert all(left < right for left, right in pairwise(everything))


def test_every_label_leads_to_its_piece_and_no_other_label_does():
    """The file is a complete map: found where it is, None where it is not."""
    commitments = commitments_of(600)
    files = [parse_commitments(file.to_bytes()) for file in build_commitments(commitments)]

    for index, commitment in enumerate(commitments):
        assert [index] == [found for file in files if (found := file.find(commitment)) is not None]
    assert all(file.find(b"\0" * 32) is None for file in files)
    assert all(file.find(b"\xff" * 32) is None for file in files)


def test_two_pieces_with_one_label_are_refused():
    """Their labels would be the same; the error names both."""
    commitments = commitments_of(5)
    commitments[3] = commitments[1]

    with pytest.raises(DocumentError, match="pieces 1 and 3"):
        build_commitments(commitments)


@pytest.mark.parametrize("count", [0, BATCH_COUNT_MAX + 1])
def test_a_batch_outside_its_limits_is_refused(count):
    """As the registry: 1 to 4,096."""
    with pytest.raises(DocumentError, match="1 to 4096"):
        build_commitments(commitments_of(count))


def test_the_files_of_a_batch_join_to_one_map():
    """Whoever holds the directory builds the map from label to piece without our server."""
    commitments = commitments_of(700)
    joined = join_commitments(build_commitments(commitments), 700)

    assert {commitment: index for index, commitment in enumerate(commitments)} == joined


def test_files_that_are_not_the_whole_batch_do_not_join():
    """A file withheld, repeated, swapped, of another batch, or an index twice: no map."""
    first, second = build_commitments(commitments_of(700))
    (_, at), *rest = first.pairs
    doubled = replace(first, pairs=((first.pairs[0][0], (at + 1) % 700), *rest))
    reordered = [replace(second, part=0), replace(first, part=1)]

    for files, count in [
        ([first], 700),
        ([first, first], 700),
        ([second, first], 700),
        (reordered, 700),
        ([first, replace(second, part=2)], 700),
        ([replace(first, parts=3), second], 700),
        ([first, second], 699),
        ([first, second], 701),
        ([doubled, second], 700),
        ([], 1),
    ]:
        with pytest.raises(DocumentError):
            join_commitments(files, count)


@pytest.mark.parametrize(
    ("index", "path"),
    [(0, ("0", "0.json")), (63, ("0", "63.json")), (64, ("1", "0.json")), (4095, ("63", "63.json"))],
)
def test_a_passport_stands_where_the_contract_says(index, path):
    """The tokenURI is ipfs://<directory>/<index div 64>/<index mod 64>.json."""
    assert path == passport_path(index)


@pytest.mark.parametrize("index", [-1, 4096])
def test_an_index_outside_a_batch_has_no_path(index):
    """A batch has at most 4,096 pieces."""
    with pytest.raises(ValueError, match="0 to 4095"):
        passport_path(index)


@given(st.integers(1, 150))
def test_a_directory_holds_every_passport_at_its_path(count):
    """Nothing is left out, nothing is added."""
    passports = [f"passport {index}".encode() for index in range(count)]
    commitments = commitments_of(count)
    entries = directory_entries(passports, commitments)

    files = {(folder, name): data for folder, names in entries.items() for name, data in names.items()}
    expected = {passport_path(index): data for index, data in enumerate(passports)}
    expected[commitments_path(0)] = build_commitments(commitments)[0].to_bytes()
    assert expected == files


def test_a_passport_without_a_commitment_is_refused():
    """The directory would hide a piece from its own label."""
    with pytest.raises(DocumentError, match="2 passports have 1 commitments"):
        directory_entries([b"a", b"b"], commitments_of(1))
