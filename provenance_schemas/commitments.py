"""The batch directory: passports by index, and the sorted commitments that lead from a label to its piece.

`<index div 64>/<index mod 64>.json` are the passports, `commitments/<n>.json` the commitments with their
index, 512 a file. Anyone who holds the directory finds a label's piece without asking us.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from provenance_schemas.canonical import Json, canonical_bytes, parse_canonical
from provenance_schemas.document_parts import JsonObject
from provenance_schemas.errors import DocumentError
from provenance_schemas.validation import COMMITMENTS, pointer, validate

COMMITMENTS_TYPE: Final = "assay/commitments/1"
PAIRS_PER_FILE: Final = 512
PASSPORTS_PER_FOLDER: Final = 64
BATCH_COUNT_MAX: Final = 4096

Directory = Mapping[str, "bytes | Directory"]
"""Names to file bytes, or to a directory."""


@dataclass(frozen=True, slots=True)
class CommitmentsFile:
    """One file: (commitment of 32 bytes, index) in ascending order of the commitment."""

    part: int
    parts: int
    pairs: tuple[tuple[bytes, int], ...]

    def to_bytes(self) -> bytes:
        """Give the file's canonical bytes."""
        pairs: list[Json] = [[commitment.hex(), index] for commitment, index in self.pairs]
        return canonical_bytes({"type": COMMITMENTS_TYPE, "part": self.part, "parts": self.parts, "pairs": pairs})

    def find(self, commitment: bytes) -> int | None:
        """Give the index of the piece with this commitment; None when this file does not hold it."""
        at = bisect_left(self.pairs, (commitment, 0))
        if at < len(self.pairs) and self.pairs[at][0] == commitment:
            return self.pairs[at][1]
        return None


def build_commitments(commitments: Sequence[bytes]) -> list[CommitmentsFile]:
    """Sort a batch's commitments, given in the order of their index, into files.

    Raises DocumentError when two pieces have one commitment: their labels would be the same.
    """
    _check_count(len(commitments))
    pairs = sorted((commitment, index) for index, commitment in enumerate(commitments))
    for (left, first), (right, second) in pairwise(pairs):
        if left == right:
            raise DocumentError("", f"pieces {first} and {second} of the batch have the same commitment")
    starts = range(0, len(pairs), PAIRS_PER_FILE)
    return [
        CommitmentsFile(part, len(starts), tuple(pairs[start : start + PAIRS_PER_FILE]))
        for part, start in enumerate(starts)
    ]


def parse_commitments(data: bytes) -> CommitmentsFile:
    """Read one file: canonical, fits `commitments-1.json`, ascending without repeats.

    Raises DocumentError with the JSON Pointer of the field at fault.
    """
    document: JsonObject = parse_canonical(data)
    validate(COMMITMENTS, document)
    pairs = tuple((bytes.fromhex(commitment), index) for commitment, index in document["pairs"])
    for at in range(1, len(pairs)):
        if pairs[at - 1][0] >= pairs[at][0]:
            raise DocumentError(pointer("pairs", at, 0), "must be greater than the commitment before it")
    if document["part"] >= document["parts"]:
        raise DocumentError("/part", f"must be below parts, {document['parts']}")
    return CommitmentsFile(document["part"], document["parts"], pairs)


def join_commitments(files: Sequence[CommitmentsFile], count: int) -> dict[bytes, int]:
    """Join a batch's files, in order, into one map from commitment to index.

    Raises DocumentError unless they are all the files of a batch of `count` pieces, each piece once.
    """
    _check_count(count)
    joined: list[tuple[bytes, int]] = []
    for part, file in enumerate(files):
        if (file.part, file.parts) != (part, len(files)):
            raise DocumentError("/part", f"is {file.part} of {file.parts}, expected {part} of {len(files)}")
        if joined and file.pairs and joined[-1][0] >= file.pairs[0][0]:
            raise DocumentError("/pairs/0/0", f"file {part} begins before file {part - 1} ends")
        joined.extend(file.pairs)
    if sorted(index for _, index in joined) != list(range(count)):
        raise DocumentError("/pairs", f"must name each of {count} pieces once, they name {len(joined)}")
    return dict(joined)


def passport_path(index: int) -> tuple[str, str]:
    """Give the path of a passport in its batch directory: piece 70 is `1/6.json`."""
    if not 0 <= index < BATCH_COUNT_MAX:
        raise ValueError(f"an index is 0 to {BATCH_COUNT_MAX - 1}, got {index}")
    folder, place = divmod(index, PASSPORTS_PER_FOLDER)
    return str(folder), f"{place}.json"


def commitments_path(part: int) -> tuple[str, str]:
    """Give the path of a commitments file in its batch directory."""
    return "commitments", f"{part}.json"


def directory_entries(passports: Sequence[bytes], commitments: Sequence[bytes]) -> Directory:
    """Lay out a batch directory. Both come in the order of their index.

    Raises DocumentError when the numbers differ, when there are none or over 4,096, or when two
    commitments are the same.
    """
    if len(passports) != len(commitments):
        raise DocumentError("", f"{len(passports)} passports have {len(commitments)} commitments")
    folders: dict[str, dict[str, bytes]] = {}
    for file in build_commitments(commitments):
        folder, name = commitments_path(file.part)
        folders.setdefault(folder, {})[name] = file.to_bytes()
    for index, passport in enumerate(passports):
        folder, name = passport_path(index)
        folders.setdefault(folder, {})[name] = passport
    return dict(folders)


def _check_count(count: int) -> None:
    if not 0 < count <= BATCH_COUNT_MAX:
        raise DocumentError("", f"a batch has 1 to {BATCH_COUNT_MAX} pieces, got {count}")
