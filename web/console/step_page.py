"""Recording a step: the form, and the line that everyone will read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mint.book import Piece
from provenance_schemas.step_kinds import EntryKind
from provenance_schemas.steps import StepDocument
from web.console.catalogue import StepWords
from web.console.fields import FieldFault, Wrong
from web.console.form_rows import Choice, FaultLine, FieldRow, Fold, FormRows
from web.console.home_page import When, piece_path
from web.console.step_form import Recordable, all_zones
from web.console.words import WORDS
from web.presenters.formats import date_text, machine_text, moment_text, place_text
from web.presenters.frame import Frame, Visit, make_frame
from web.store.drafts import Draft

_PLACE: Final = ("place", "place_city", "place_country")
_COORDINATES: Final = ("place_latitude", "place_longitude")


@dataclass(frozen=True, slots=True)
class StepPage:
    """Everything the form's template prints."""

    frame: Frame
    status: int
    piece: str
    reference: str
    action_href: str
    draft_id: str
    summary: str
    lines: tuple[FaultLine, ...]
    what: FieldRow | None
    """None: the house holds no key that may record a step."""
    when: tuple[FieldRow, ...]
    where: tuple[FieldRow, ...]
    coordinates: Fold
    more: tuple[FieldRow, ...]
    back_href: str
    back: str
    words: StepWords


@dataclass(frozen=True, slots=True)
class StepPreview:
    """A line of the provenance, as everyone will read it, and the button that writes it."""

    frame: Frame
    status: int
    piece: str
    reference: str
    title: str
    kind: str
    place: str
    happened: When
    description: str
    recorder: str
    button: str
    action_href: str
    change_href: str
    words: StepWords


def present_step_form(
    visit: Visit,
    piece: Piece,
    draft_id: str,
    values: dict[str, str],
    choices: Sequence[Recordable],
    faults: Sequence[FieldFault] = (),
    *,
    status: int = 200,
) -> StepPage:
    """Lay the form out."""
    words = WORDS[visit.language]
    shown = tuple(_spoken(visit, fault) for fault in faults)
    rows = FormRows(words, visit.language, values, shown, prefix="step_")
    what = rows.row("what", type_="select", choices=_kinds(visit, choices, values.get("what", "")))
    zones = tuple(Choice(zone, f"UTC{zone}", values.get("zone") == zone) for zone in all_zones())
    when = (rows.row("at"), rows.row("zone", type_="select", choices=zones))
    where = tuple(map(rows.row, _PLACE))
    coordinates = Fold(words.step.coordinates, tuple(map(rows.row, _COORDINATES)))
    more = (rows.row("name"), rows.row("description"))
    rows.rest("what")
    said, register = words.step, words.register
    summary = register.fault if len(rows.lines) == 1 else register.faults.format(count=len(rows.lines))
    path = piece_path(piece.token_id)
    return StepPage(
        make_frame(visit, said.headline, scripts=("console-clock",)),
        status,
        piece.name,
        piece.reference,
        visit.link(f"{path}/steps"),
        draft_id,
        summary,
        tuple(rows.lines),
        what if choices else None,
        when,
        where,
        coordinates,
        more,
        visit.link(path),
        words.printing.back,
        said,
    )


def present_step_preview(visit: Visit, piece: Piece, draft: Draft, kind: EntryKind, step: StepDocument) -> StepPreview:
    """Lay the line out as the public page does."""
    said, path = WORDS[visit.language].step, piece_path(piece.token_id)
    kind_text = visit.words.kinds[kind]
    plain = step.name.casefold() == kind.word.replace("_", " ")
    change = f"{visit.link(f'{path}/steps')}{'&' if visit.asked else '?'}draft={draft.id}"
    return StepPreview(
        make_frame(visit, said.preview),
        200,
        piece.name,
        piece.reference,
        kind_text if plain else step.name,
        "" if plain else kind_text,
        place_text(step.place, visit.words) if step.place else "",
        When(date_text(step.happened_at, visit.words), machine_text(step.happened_at)),
        step.description,
        said.by.format(recorder=step.recorder.name),
        said.record_sale if kind is EntryKind.SOLD else said.record,
        visit.link(f"{path}/steps/{draft.id}"),
        change,
        said,
    )


def _kinds(visit: Visit, choices: Sequence[Recordable], chosen: str) -> tuple[Choice, ...]:
    words = WORDS[visit.language].step
    found = [Choice("", words.choose, not chosen)]
    for one in choices:
        kind = visit.words.kinds[one.kind]
        text = kind if one.alone else words.choice_by.format(kind=kind, company=one.actor.company)
        found.append(Choice(one.value, text, one.value == chosen))
    return tuple(found)


def _spoken(visit: Visit, fault: FieldFault) -> FieldFault:
    """Write the moment of the last step as people do."""
    if fault.kind is not Wrong.OUT_OF_ORDER:
        return fault
    return FieldFault(fault.field, fault.kind, moment_text(datetime.fromisoformat(fault.detail), visit.words))
