"""From what staff typed of a step to the document that everyone will read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Final

from mint.book import Actor
from mint.errors import ActorError, BackdatedStepError, Fault, InputError
from mint.records import Paperwork
from mint.step_input import parse_steps
from mint.steps import StepInput, draft_step
from provenance_schemas.errors import DocumentError
from provenance_schemas.step_kinds import RECORDABLE, EntryKind
from provenance_schemas.steps import StepDocument
from web.console.all_faults import wrong_countries
from web.console.errors import FormRefusedError
from web.console.fields import FieldFault, Wrong, place_fault, step_row

HERE: Final = RECORDABLE - {EntryKind.LABEL_REPLACED}
"""What is recorded from this page. A label is replaced together with its new print, not here."""
ZONES: Final = tuple(f"{'-' if hours < 0 else '+'}{abs(hours):02d}:00" for hours in range(-12, 15))
HALF_ZONES: Final = ("-09:30", "-03:30", "+03:30", "+04:30", "+05:30", "+05:45", "+06:30", "+09:30", "+10:30")
_ROW: Final = 1
_STANDS_IN: Final = {"what": f"{EntryKind.INSPECTED.word}:house", "at": "2026-01-01T00:00", "zone": "+00:00"}


@dataclass(frozen=True, slots=True)
class Recordable:
    """A kind of step, and one of the house's own actors who may record it."""

    kind: EntryKind
    actor: Actor
    alone: bool
    """Nobody else here may."""

    @property
    def value(self) -> str:
        """The choice as the form sends it."""
        return f"{self.kind.word}:{self.actor.name}"


def recordables(desk: Paperwork) -> tuple[Recordable, ...]:
    """List what can be recorded here, in the order of a piece's life: kinds whose actor's key the house holds."""
    here = [actor for actor in desk.book.actors() if actor.key is not None]
    found = []
    for kind in sorted(HERE):
        able = [actor for actor in here if kind in actor.kinds]
        found += [Recordable(kind, actor, len(able) == 1) for actor in able]
    return tuple(found)


def all_zones() -> tuple[str, ...]:
    """List the offsets from UTC that clocks on earth have, from west to east."""
    return tuple(sorted((*ZONES, *HALF_ZONES), key=_minutes))


def local_now(now_s: float, zone: str) -> str:
    """Write the moment on a clock of a zone, as an input of type datetime-local holds it."""
    minutes = _minutes(zone) if zone in all_zones() else 0
    there = datetime.fromtimestamp(now_s, UTC).astimezone(timezone(timedelta(minutes=minutes)))
    return there.strftime("%Y-%m-%dT%H:%M")


def checked_step(fields: Mapping[str, str], token: str, desk: Paperwork) -> tuple[StepInput, StepDocument]:
    """Check a step as the command line does, and write its document for a look.

    Raises FormRefusedError with the field at fault, UnknownPieceError.
    """
    desk.piece(token)
    faults = {fault.field: fault for fault in _at_sight(fields, desk)}
    # Without kind and time nothing else is asked: in a second round something right stands in for what is wrong.
    for _ in range(2):
        asked = {**fields, **{name: value for name, value in _STANDS_IN.items() if name in faults}}
        parsed = parse_steps([(_ROW, step_row(asked, token))], source="form", folder=Path())
        for fault in parsed.faults:
            placed = place_fault(fault, fields)
            faults.setdefault(placed.field, placed)
    if faults:
        raise FormRefusedError(list(faults.values()))
    (step,) = parsed.steps
    try:
        return step, draft_step(desk, step)
    except DocumentError as error:
        fault = Fault("form", _ROW, error.field.strip("/").partition("/")[0], error.reason, detail=error.field)
        raise FormRefusedError([place_fault(fault, fields)]) from error
    except BackdatedStepError as error:
        raise FormRefusedError([FieldFault("at", Wrong.OUT_OF_ORDER, error.last)]) from error
    except (ActorError, InputError) as error:
        raise FormRefusedError([FieldFault("what", Wrong.REFUSED)]) from error


def _at_sight(fields: Mapping[str, str], desk: Paperwork) -> list[FieldFault]:
    """Find what is chosen from a list and does not stand in it."""
    faults = wrong_countries(fields)
    if fields.get("what", "") not in {one.value for one in recordables(desk)}:
        faults.append(FieldFault("what", Wrong.MISSING))
    if fields.get("zone", "") not in all_zones():
        faults.append(FieldFault("zone", Wrong.MISSING))
    return faults


def _minutes(zone: str) -> int:
    hours, minutes = zone[1:].split(":")
    return (-1 if zone[0] == "-" else 1) * (int(hours) * 60 + int(minutes))
