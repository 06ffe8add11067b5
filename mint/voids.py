"""Void a step that should not have been recorded. The ledger keeps it; readers are told to leave it out."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mint.actors import known_actor
from mint.desk import Desk
from mint.errors import InputError, LedgerUnavailableError
from mint.limits import PATH_ENTRIES_MAX
from mint.outbox import Intent, NewIntent
from mint.steps import GUARDIAN
from provenance_schemas.content_id import ContentId
from provenance_schemas.errors import DocumentError
from provenance_schemas.folding import fold
from provenance_schemas.ids import BatchId, ItemId
from provenance_schemas.step_kinds import EntryKind
from provenance_schemas.steps import Recorder, make_step
from verifier.errors import ChainUnavailableError
from verifier.history import Entry, Lane, ReplayError, number_entries, replay
from verifier.limits import ENTRIES_MAX

PathEntry = tuple[int, bytes, int]
"""Batch word, digest, meta: one entry as the contract folds it."""


@dataclass(frozen=True, slots=True)
class VoidPath:
    """What proves an entry to the contract: the word before it, and all entries of its lane from it on."""

    target: Entry
    word_before: int
    entries: tuple[PathEntry, ...]


def void_path(entries: Sequence[Entry], lane: Lane, number: int) -> VoidPath:
    """Walk a replayed history and cut out the path from entry `number` of a lane, counted from 1.

    Raises InputError when there is no such entry, or the path is longer than the contract takes.
    """
    word = batch_word = 0
    target: Entry | None = None
    word_before = 0
    path: list[PathEntry] = []
    for entry in entries:
        of_batch = entry.lane is Lane.BATCH
        if entry.lane is lane:
            if entry.number == number:
                target, word_before = entry, batch_word if of_batch else word
            if target is not None:
                path.append((batch_word, entry.digest, entry.meta.word))
        if of_batch:
            batch_word = fold(batch_word, batch_word, entry.digest, entry.meta.word)
        else:
            word = fold(word, batch_word, entry.digest, entry.meta.word)
    if target is None:
        raise InputError(f"there is no entry {number} in the history of this {lane}")
    if len(path) > PATH_ENTRIES_MAX:
        raise InputError(f"{len(path)} entries follow; the registry takes a path of at most {PATH_ENTRIES_MAX}")
    return VoidPath(target, word_before, tuple(path))


def void_step(
    desk: Desk,
    name: str,
    number: int,
    reason: str,
    happened_at: datetime,
    *,
    whole_batch: bool = False,
    actor: str | None = None,
) -> Intent:
    """Void entry `number` of a piece, or of its batch, for a reason that everyone may read.

    The guardian does it, or with `actor` whoever recorded it. Transfers, claims, sales, label changes and status
    changes can never be voided: the registry refuses them with RefusedError.
    """
    with desk.writing():
        piece = desk.piece(name)
        item = desk.identity.item(piece.token_id)
        lane = Lane.BATCH if whole_batch else Lane.ITEM
        path = void_path(_history(desk, item), lane, number)
        sender, recorder = _recorder(desk, actor)
        subject = item.batch if whole_batch else item
        try:
            content = make_step(
                EntryKind.VOIDED,
                subject,
                happened_at,
                recorder=recorder,
                issued_at=desk.now(),
                description=reason,
                count=len(desk.book.pieces_of_batch(piece.batch_id)) if whole_batch else None,
                voids_entry=number,
                reason=reason,
            ).to_bytes()
        except DocumentError as error:
            raise InputError(f"{name}: {error}; nothing was recorded") from error
        return _carry(desk, sender, subject, path, content, happened_at)


def _history(desk: Desk, item: ItemId) -> tuple[Entry, ...]:
    """Read the whole history as it stands at the newest block, proved complete."""
    brand = desk.identity.trust(None).brands[0]
    why = "no source of events"
    try:
        access = desk.reader().verifier.access(brand)
        latest = access.chain.tips().latest
        words = access.chain.read([item], [], latest).items[item.token_id]
        if words is None:
            raise InputError(f"the registry holds no {item}")
        for source in access.histories:
            found = source.entries(item, until_block=latest.number, count_max=ENTRIES_MAX)
            entries = number_entries(found)
            try:
                replay(item, words, entries)
            except ReplayError as error:
                why = str(error)
            else:
                return entries
    except ChainUnavailableError as error:
        raise LedgerUnavailableError(str(error)) from error
    raise LedgerUnavailableError(f"the node does not give the whole history: {why}")


def _recorder(desk: Desk, name: str | None) -> tuple[str, Recorder]:
    if name is None:
        return GUARDIAN, Recorder(desk.identity.maker.name, desk.identity.roles[GUARDIAN])
    actor = known_actor(desk, name)
    if actor.key is None:
        raise InputError(f"the key of {name} is not in this house")
    return actor.key, Recorder(actor.company, actor.address)


def _carry(
    desk: Desk, sender: str, subject: ItemId | BatchId, path: VoidPath, content: bytes, happened_at: datetime
) -> Intent:
    document = ContentId.of(content)
    if isinstance(subject, BatchId):
        function, number, token_id = "voidBatchStep", subject.batch, subject.item(0).token_id
    else:
        function, number, token_id = "voidStep", subject.token_id, subject.token_id
    key = f"void:{number}:{secrets.token_hex(8)}"
    new = NewIntent(
        key=key,
        job=key,
        what="void",
        sender=sender,
        target=desk.identity.registry.contract,
        calldata=desk.registry_call(function, number, path.word_before, list(path.entries), document.digest),
        payload={"tokens": [str(token_id)]},
        drafts=[(document, content)],
    )
    with desk.book.database.transaction():
        (planned,) = desk.dispatch.outbox.plan([new])
        desk.book.add_step(planned.id, document.digest, str(subject), EntryKind.VOIDED, happened_at)
    (intent,) = desk.carry_out(key)
    with desk.book.database.transaction():
        desk.book.forget_step(path.target.digest)
    return intent
