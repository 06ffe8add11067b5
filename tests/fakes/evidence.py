"""Evidence of a genuine piece, to be changed in one place at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from provenance_schemas.content_id import ContentId
from provenance_schemas.ids import Address
from provenance_schemas.step_kinds import EntryKind
from provenance_schemas.steps import StepDocument
from tests.fakes.world import BagWorld, some_world
from verifier.evidence import Evidence, History, Malformed, Unavailable
from verifier.history import Entry
from verifier.policies import CLI
from verifier.ports import ActorWord


@cache
def _genuine() -> tuple[BagWorld, Evidence]:
    world = some_world()
    return world, world.verify(world.bag_label, CLI).evidence


def genuine_world() -> BagWorld:
    """Give the world the evidence is of. Shared between tests: read only."""
    return _genuine()[0]


def some_evidence(**changes: object) -> Evidence:
    """Give the evidence of the genuine bag, read by its label, with changes."""
    return replace(_genuine()[1], **changes)


def entry_of(evidence: Evidence, kind: EntryKind) -> Entry:
    """Find the one entry of a kind."""
    (entry,) = [entry for entry in evidence.history.final if entry.kind == kind]
    return entry


def with_document(kind: EntryKind, document: StepDocument | Malformed | Unavailable | None) -> Evidence:
    """Put something else in the place of one step's document; None takes it out of what was looked for."""
    evidence = some_evidence()
    cid = entry_of(evidence, kind).document
    documents = {at: found for at, found in evidence.documents.items() if at != cid}
    if document is not None:
        documents[cid] = document
    return replace(evidence, documents=documents)


def document_of(kind: EntryKind) -> StepDocument:
    evidence = some_evidence()
    return evidence.documents[entry_of(evidence, kind).document]


def disputing(evidence: Evidence, actor: Address, since_s: int) -> Evidence:
    """Let the brand dispute an actor from `since_s` on."""
    return replace(evidence, actors={**evidence.actors, actor: ActorWord(0, 0, 0, since_s)})


def with_entries(
    entries: Sequence[Entry], documents: dict[ContentId, object], evidence: Evidence | None = None
) -> Evidence:
    """Add entries to the end of the history, with their documents."""
    evidence = evidence or some_evidence()
    return replace(
        evidence,
        history=History((*evidence.history.final, *entries), evidence.history.pending),
        documents={**evidence.documents, **documents},
    )
