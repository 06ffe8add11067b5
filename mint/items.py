"""Register pieces: from what the brand wrote to tokens that a stranger can verify."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from mint.book import Piece
from mint.desk import Desk
from mint.dispatch import Progress, silent
from mint.errors import DuplicatePieceError, InputError
from mint.files import publish_images
from mint.limits import BATCH_PIECES_MAX, PIECES_MAX
from mint.outbox import NewIntent
from mint.pieces import PieceInput
from mint.plan import BatchPlan, draw_secrets, plan_batch
from provenance_schemas.ids import ItemId


@dataclass(frozen=True, slots=True)
class RegisteredPiece:
    """One piece that is registered and verified."""

    reference: str
    item: ItemId


@dataclass(frozen=True, slots=True)
class RegistrationReport:
    """What one command registered."""

    items: tuple[RegisteredPiece, ...]
    gas_used: int
    transactions: int


def register_pieces(
    desk: Desk, inputs: Sequence[PieceInput], *, progress: Progress = silent, wish: str = ""
) -> RegistrationReport:
    """Register pieces, all of them or none.

    1. No reference is taken already.
    2. Publish the pictures.
    3. Plan every batch: numbers, serials and claim codes are drawn, documents written, all saved at once.
    4. Publish, send, wait, verify.

    A process that is killed after step 3 loses nothing: `finish_open_jobs` goes on. Before it, nothing happened.
    `wish` names it: asked again under the same name, what was planned the first time is carried on.
    Raises DuplicatePieceError with the token a piece has, and what `carry_out` raises.
    """
    pieces = [one for piece in inputs for one in piece.each()]
    if not 1 <= len(pieces) <= PIECES_MAX:
        raise InputError(f"1 to {PIECES_MAX} pieces can be registered at once, got {len(pieces)}")
    with desk.writing(progress):
        job = registration_job(wish or secrets.token_hex(8))
        intents = desk.carry_on(job)
        if not intents:
            _refuse_known(desk, pieces)
            _plan(desk, pieces, job)
            intents = desk.carry_out(job)
    registered = [_registered(desk, desk.piece(piece.reference)) for piece in pieces]
    return RegistrationReport(tuple(registered), sum(intent.gas_used or 0 for intent in intents), len(intents))


def registration_job(wish: str) -> str:
    """Name the job of the outbox that registers what a wish names."""
    return f"register:{wish}"


def _refuse_known(desk: Desk, pieces: Sequence[PieceInput]) -> None:
    references = [piece.reference for piece in pieces]
    if len(set(references)) != len(references):
        raise InputError("two of the pieces have the same reference; nothing was registered")
    for reference, piece in desk.book.known(references).items():
        raise DuplicatePieceError(reference, desk.identity.item(piece.token_id))


def _plan(desk: Desk, pieces: Sequence[PieceInput], job: str) -> None:
    """Save every batch as an intent of a job, with its documents and its secrets, in one transaction."""
    pictures = [image for piece in pieces for image in piece.files()]
    images = publish_images(desk.dispatch.stores, pictures)
    issued_at = desk.now()
    walk = iter(desk.dispatch.counted("plan", pieces, len(pieces)))
    plans = []
    for start in range(0, len(pieces), BATCH_PIECES_MAX):
        draw = draw_secrets(min(BATCH_PIECES_MAX, len(pieces) - start))
        plans.append(plan_batch(walk, draw, images, desk.identity, issued_at))
    with desk.book.database.transaction():
        for plan in plans:
            (intent,) = desk.dispatch.outbox.plan([_intent(desk, plan, job)])
            desk.book.add_pieces(intent.id, plan.pieces)


def _intent(desk: Desk, plan: BatchPlan, job: str) -> NewIntent:
    calldata = desk.registry_call(
        "registerBatch",
        plan.batch.batch,
        len(plan.pieces),
        plan.root.digest,
        plan.claim_root,
        desk.identity.stock_account,
    )
    return NewIntent(
        key=f"register:{plan.batch.batch}",
        job=job,
        what="register",
        sender="registrar",
        target=desk.identity.registry.contract,
        calldata=calldata,
        payload={"batch": str(plan.batch.batch), "root": str(plan.root), "count": len(plan.pieces)},
        drafts=plan.blocks,
    )


def _registered(desk: Desk, piece: Piece) -> RegisteredPiece:
    return RegisteredPiece(piece.reference, desk.identity.item(piece.token_id))
