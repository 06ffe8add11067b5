"""Voiding: the path shown to the contract refolds to the word in force."""

import pytest

from mint.errors import InputError
from mint.limits import PATH_ENTRIES_MAX
from mint.voids import void_path
from provenance_schemas.folding import Meta, fold, word_length
from tests.fakes.desk import CONTRACT
from verifier.history import Entry, Lane, number_entries


def some_history(*lanes):
    """Make entries of the given lanes, one a block."""
    return number_entries(
        Entry(lane, Meta(CONTRACT, 4, 1_700_000_000 + n), bytes([n % 256]) * 32, n, 0) for n, lane in enumerate(lanes)
    )


def words(entries):
    """Fold both lanes as the contract does."""
    word = batch_word = 0
    for entry in entries:
        if entry.lane is Lane.BATCH:
            batch_word = fold(batch_word, batch_word, entry.digest, entry.meta.word)
        else:
            word = fold(word, batch_word, entry.digest, entry.meta.word)
    return {Lane.ITEM: word, Lane.BATCH: batch_word}


HISTORY = some_history(Lane.BATCH, Lane.ITEM, Lane.BATCH, Lane.ITEM, Lane.BATCH, Lane.ITEM)


@pytest.mark.parametrize("lane", Lane)
@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_path_from_any_entry_refolds_to_the_word(lane, number):
    """Both lanes, every entry, with the other lane's entries in between."""
    path = void_path(HISTORY, lane, number)

    refolded = path.word_before
    for batch_word, digest, meta in path.entries:
        refolded = fold(refolded, batch_word, digest, meta)

    assert words(HISTORY)[lane] == refolded
    assert number == word_length(path.word_before) + 1 == path.target.number


@pytest.mark.parametrize("number", [0, 4, -1])
def test_an_entry_that_does_not_exist_is_an_input_error(number):
    """Before anything is written or sent."""
    with pytest.raises(InputError, match="no entry"):
        void_path(HISTORY, Lane.ITEM, number)


@pytest.mark.parametrize(("length", "fits"), [(PATH_ENTRIES_MAX, True), (PATH_ENTRIES_MAX + 1, False)])
def test_a_path_is_no_longer_than_the_contract_takes(length, fits):
    """Said before the gas is spent."""
    entries = some_history(*[Lane.ITEM] * length)

    if fits:
        assert length == len(void_path(entries, Lane.ITEM, 1).entries)
    else:
        with pytest.raises(InputError, match="at most"):
            void_path(entries, Lane.ITEM, 1)
