"""Record what happened: a document for each step, published, recorded and verified."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from mint.actors import actor_for
from mint.book import Piece
from mint.desk import Desk
from mint.dispatch import Progress, silent
from mint.errors import BackdatedStepError, InputError
from mint.files import publish_evidence
from mint.limits import HAPPENED_BACKWARDS_MAX_S, STEPS_MAX
from mint.outbox import NewIntent
from mint.records import Paperwork
from mint.step_calls import StepCall, StepTransaction, group_steps, is_guarded, is_recordable
from provenance_schemas.content_id import RAW, ContentId
from provenance_schemas.document_parts import Attribute, Evidence, Place
from provenance_schemas.epcis import Ties
from provenance_schemas.errors import DocumentError
from provenance_schemas.ids import BatchId, ItemId
from provenance_schemas.labels import label_commitment, new_serial
from provenance_schemas.leaks import refuse_label_leak
from provenance_schemas.step_kinds import EntryKind
from provenance_schemas.steps import Recorder, StepDocument, make_step

GUARDIAN = "guardian"


@dataclass(frozen=True, slots=True)
class EvidenceInput:
    """A file on this machine that supports a step."""

    path: Path
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepInput:
    """One thing that happened."""

    subject: str
    """A piece's reference, token or CAIP-19 name; with `whole_batch` any piece of the batch."""
    kind: EntryKind
    happened_at: datetime
    """With its own clock's zone."""
    whole_batch: bool = False
    actor: str | None = None
    """Who records it, by name; None takes the only one who may."""
    place: Place | None = None
    name: str | None = None
    description: str | None = None
    reason: str | None = None
    """Why; for recalled, retired and revoked, and needed there."""
    disposition: str | None = None
    evidence: tuple[EvidenceInput, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    image: str | None = None
    """An ipfs:// or https:// address."""
    ties: Ties | None = None


@dataclass(frozen=True, slots=True)
class RecordedStep:
    """A step that is recorded and verified."""

    subject: ItemId | BatchId
    kind: EntryKind
    document: ContentId


@dataclass(frozen=True, slots=True)
class StepReport:
    """What one command recorded."""

    steps: tuple[RecordedStep, ...]
    gas_used: int
    transactions: int


@dataclass(frozen=True, slots=True)
class _Drafted:
    """A step with its document written."""

    call: StepCall
    content: bytes
    happened_at: datetime
    piece: Piece
    new_serial: str | None


def record_steps(desk: Desk, inputs: Sequence[StepInput], *, progress: Progress = silent, wish: str = "") -> StepReport:
    """Record steps in the order given, in as few transactions as keep that order.

    1. Write every document; one that could not be read back, or out of time's order, stops them all.
    2. Save them with their transactions, all at once.
    3. Publish, send, wait, verify.

    `wish` names it: asked again under the same name, what was planned the first time is carried on.
    Raises InputError, ActorError, BackdatedStepError, RefusedError and what `carry_out` raises.
    """
    if not 1 <= len(inputs) <= STEPS_MAX:
        raise InputError(f"1 to {STEPS_MAX} steps can be recorded at once, got {len(inputs)}")
    with desk.writing(progress):
        job = steps_job(wish or secrets.token_hex(8))
        intents = desk.carry_on(job)
        if not intents:
            _plan(desk, _write_documents(desk, inputs), job)
            intents = desk.carry_out(job)
    recorded = [
        RecordedStep(_subject(desk, one.subject), one.kind, ContentId(RAW, one.document))
        for one in desk.book.steps_of_job(job)
    ]
    return StepReport(tuple(recorded), sum(intent.gas_used or 0 for intent in intents), len(intents))


def _write_documents(desk: Desk, inputs: Sequence[StepInput]) -> list[_Drafted]:
    """Write every document, and hold them to the order of time."""
    evidence = _published_evidence(desk, inputs)
    drafted = [_draft(desk, step, evidence) for step in desk.dispatch.counted("plan", inputs, len(inputs))]
    _check_order(desk, drafted)
    return drafted


def _subject(desk: Desk, name: str) -> ItemId | BatchId:
    """Read what a step of ours is about, as the book has it."""
    _, is_batch, number = name.rpartition("/batch:")
    return desk.identity.batch(int(number)) if is_batch else ItemId.parse(name)


def steps_job(wish: str) -> str:
    """Name the job of the outbox that records what a wish names."""
    return f"steps:{wish}"


def draft_step(desk: Paperwork, step: StepInput) -> StepDocument:
    """Write the document of one step, for nobody to see but who is about to record it: nothing is kept.

    Raises what `record_steps` would refuse before it sends anything: InputError, ActorError, BackdatedStepError; and
    DocumentError with the place at fault.
    """
    draft, document = _drafted(desk, step, {})
    _check_order(desk, [draft])
    return document


def _published_evidence(desk: Desk, inputs: Sequence[StepInput]) -> dict[EvidenceInput, Evidence]:
    wanted = {one for step in inputs for one in step.evidence}
    return {one: publish_evidence(desk.dispatch.stores, one.path, one.title) for one in wanted}


def _draft(desk: Desk, step: StepInput, evidence: dict[EvidenceInput, Evidence]) -> _Drafted:
    """Write one step's document."""
    try:
        return _drafted(desk, step, evidence)[0]
    except DocumentError as error:
        raise InputError(f"{step.subject}, {step.kind.word}: {error}; nothing was recorded") from error


def _drafted(
    desk: Paperwork, step: StepInput, evidence: dict[EvidenceInput, Evidence]
) -> tuple[_Drafted, StepDocument]:
    """Write one step's document, held to everything a reader would hold it to. Raises DocumentError."""
    piece = desk.piece(step.subject)
    identity = desk.identity
    subject = identity.batch(piece.batch_id) if step.whole_batch else identity.item(piece.token_id)
    if not is_recordable(step.kind, subject):
        whole = "a whole batch" if step.whole_batch else "a piece"
        raise InputError(f"{step.subject}: {step.kind.word} cannot be recorded for {whole}")
    sender, recorder = _recorder(desk, step, subject)
    serial = new_serial() if step.kind is EntryKind.LABEL_REPLACED else None
    document = _document(desk, step, piece, subject, recorder, serial, [evidence[one] for one in step.evidence])
    content = document.to_bytes()
    for secret in filter(None, (serial, desk.book.serial(piece.token_id))):
        refuse_label_leak(document.to_json(), piece.gtin, secret)
    call = StepCall(subject, step.kind, ContentId.of(content).digest, sender)
    return _Drafted(call, content, step.happened_at, piece, serial), document


def _recorder(desk: Paperwork, step: StepInput, subject: ItemId | BatchId) -> tuple[str, Recorder]:
    if is_guarded(step.kind, subject):
        return GUARDIAN, Recorder(desk.identity.maker.name, desk.identity.roles[GUARDIAN])
    actor = actor_for(desk, step.kind, step.actor)
    assert actor.key is not None, "actor_for gives those whose key is here"
    return actor.key, Recorder(actor.company, actor.address)


def _document(
    desk: Paperwork,
    step: StepInput,
    piece: Piece,
    subject: ItemId | BatchId,
    recorder: Recorder,
    serial: str | None,
    evidence: Sequence[Evidence],
) -> StepDocument:
    words = step.kind.word.replace("_", " ").capitalize()
    return make_step(
        step.kind,
        subject,
        step.happened_at,
        recorder=recorder,
        issued_at=desk.now(),
        name=step.name,
        description=step.description or step.reason or f"{words} by {recorder.name}.",
        place=step.place,
        disposition=step.disposition,
        count=len(desk.book.pieces_of_batch(piece.batch_id)) if step.whole_batch else None,
        ties=step.ties,
        evidence=evidence,
        attributes=step.attributes,
        image=step.image,
        commitment=label_commitment(piece.gtin, serial) if serial else None,
        reason=step.reason,
    )


def _check_order(desk: Paperwork, drafted: Sequence[_Drafted]) -> None:
    """Refuse what verifiers would call disorder: a step long before the last one of the same piece."""
    behind = timedelta(seconds=HAPPENED_BACKWARDS_MAX_S)
    newest: dict[str, datetime | None] = {}
    for one in drafted:
        names = [str(one.call.subject), str(desk.identity.batch(one.piece.batch_id))]
        for name in names:
            if name not in newest:
                newest[name] = desk.book.last_happened([name])
        last = max((moment for name in names if (moment := newest[name])), default=None)
        if last is not None and last - one.happened_at > behind:
            raise BackdatedStepError(one.piece.reference, one.happened_at.isoformat(), last.isoformat())
        newest[names[0]] = one.happened_at


def _plan(desk: Desk, drafted: Sequence[_Drafted], job: str) -> None:
    by_document = {one.call.document: one for one in drafted}
    with desk.book.database.transaction():
        for number, transaction in enumerate(group_steps([one.call for one in drafted])):
            steps = [by_document[call.document] for call in transaction.steps]
            (intent,) = desk.dispatch.outbox.plan([_intent(desk, f"{job}:{number}", job, transaction, steps)])
            for one in steps:
                subject, kind = str(one.call.subject), one.call.kind
                desk.book.add_step(intent.id, one.call.document, subject, kind, one.happened_at)
                if one.new_serial is not None:
                    desk.book.add_label(intent.id, one.piece.token_id, one.new_serial)


def _intent(desk: Desk, key: str, job: str, transaction: StepTransaction, steps: Sequence[_Drafted]) -> NewIntent:
    function, arguments = transaction.call()
    return NewIntent(
        key=key,
        job=job,
        wave=transaction.wave,
        what="step",
        sender=transaction.sender,
        target=desk.identity.registry.contract,
        calldata=desk.registry_call(function, *arguments),
        payload={"tokens": [str(one.piece.token_id) for one in steps], "kind": transaction.kind.word},
        drafts=[(ContentId.of(one.content), one.content) for one in steps],
    )
