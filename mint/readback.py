"""Verify what was recorded as a stranger would: nothing of the house's own memory counts."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from mint.book import Book, Piece
from mint.errors import ReadbackError
from mint.identity import Identity
from mint.limits import READBACK_SAMPLE, STEP_READBACK_SAMPLE
from mint.outbox import Intent
from provenance_schemas.commitments import passport_path
from provenance_schemas.content_id import RAW, ContentId
from provenance_schemas.dag_pb import BLOCK_MAX_BYTES
from provenance_schemas.errors import ContentError
from provenance_schemas.ids import ItemId
from provenance_schemas.unixfs_read import list_directory
from verifier.errors import ContentUnavailableError
from verifier.policies import MINT_READBACK
from verifier.ports import ContentStore
from verifier.service import Verifier
from verifier.verdict import Code, Level, Outcome, Policy

_Thing = TypeVar("_Thing")
_NOT_OURS: Final = frozenset({Code.ISSUER_TRUSTED, Code.HISTORY_ORDERED, Code.HISTORY_AUTHORISED})

ENTRY_READBACK: Final = Policy("ENTRY_READBACK", MINT_READBACK.required - _NOT_OURS, _NOT_OURS)
"""For an entry of an older piece. What an actor disputed since wrote before is shown to customers, but says nothing
against the entry just recorded; its own order was checked before it was sent."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A stranger's eyes."""

    verifier: Verifier
    content: ContentStore


def read_back(identity: Identity, book: Book, reader: Reader, intent: Intent) -> None:
    """Verify what a final intent recorded. Raises ReadbackError.

    Of a large registration the first piece, the last and 16 drawn at random are verified whole, and every passport
    is found where the ledger says and compared with what was planned. Of many steps in one transaction the first,
    the last and 4 more are verified: its calldata is one whole, and each document was read back before it was sent.
    """
    if intent.what == "register":
        pieces = book.pieces_of_batch(int(intent.payload["batch"]))
        _compare_passports(reader.content, intent, pieces)
        _verify(
            reader.verifier,
            [identity.item(piece.token_id) for piece in _sample(pieces, READBACK_SAMPLE)],
            MINT_READBACK,
        )
        return
    tokens = [int(token) for token in intent.payload.get("tokens", ())]
    _verify(reader.verifier, [identity.item(token) for token in _sample(tokens, STEP_READBACK_SAMPLE)], ENTRY_READBACK)


def _sample(things: Sequence[_Thing], count: int) -> list[_Thing]:
    """Give the first, the last and `count` drawn from the others."""
    if len(things) <= count + 2:
        return list(things)
    drawn = secrets.SystemRandom().sample(things[1:-1], count)
    return [things[0], *drawn, things[-1]]


def _verify(verifier: Verifier, items: Sequence[ItemId], policy: Policy) -> None:
    for item in items:
        verdict = verifier.verify_item(item, policy).verdict
        if verdict.level in (Level.VERIFIED, Level.CAUTION):
            continue
        bad = [f for f in verdict.findings if f.code in policy.required and f.outcome is not Outcome.PASSED]
        error = ReadbackError(str(item), [f"{finding.code}: {finding.reason}" for finding in bad])
        if verdict.level is Level.UNDETERMINED:
            error.exit_code = 3
        raise error


def _compare_passports(content: ContentStore, intent: Intent, pieces: Sequence[Piece]) -> None:
    """Find every passport by its path under the root the ledger holds, and compare its content id."""

    def get(cid: ContentId) -> bytes:
        return content.get(cid, size_max_bytes=BLOCK_MAX_BYTES)

    try:
        root = list_directory(ContentId.parse(intent.payload["root"]), get)
        folders = {entry.name: {e.name: e.cid for e in list_directory(entry.cid, get)} for entry in root}
    except (ContentUnavailableError, ContentError) as error:
        raise ReadbackError(intent.key, [str(error)]) from error
    for piece in pieces:
        folder, name = passport_path(piece.index)
        if folders.get(folder, {}).get(name) != ContentId(RAW, piece.passport):
            raise ReadbackError(piece.reference, ["the batch directory names another passport"])
