"""What staff write to record steps: a CSV file with a header, or a JSON list, one row a step, oldest first.

    piece kind at                                            needed
    actor place place_city place_country place_id            what else there is
    description name reason disposition evidence attributes batch made_from container parts apart

`at` carries its zone. In CSV a list is cut at `|`: evidence `report.pdf=Inspection report`. `batch` is yes when the
step is of the piece's whole batch. `made_from`, `container` and `parts` are https:// names of other things.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mint.errors import Fault, FaultKind, InputError
from mint.limits import FAULTS_MAX, STEPS_MAX
from mint.row_reader import RowReader, read_rows
from mint.steps import EvidenceInput, StepInput
from provenance_schemas.epcis import Quantity, Ties
from provenance_schemas.step_kinds import DOCUMENTED, EntryKind

FIELDS: Final = (
    "piece",
    "kind",
    "at",
    "batch",
    "actor",
    "place",
    "place_city",
    "place_country",
    "place_latitude",
    "place_longitude",
    "place_id",
    "name",
    "description",
    "reason",
    "disposition",
    "evidence",
    "attributes",
    "image",
    "made_from",
    "container",
    "parts",
    "apart",
)
KINDS: Final = {kind.word: kind for kind in sorted(DOCUMENTED) if kind is not EntryKind.VOIDED}
_YES: Final = frozenset({"yes", "true", "1", True})
_NO: Final = frozenset({"no", "false", "0", "", None, False})


@dataclass(frozen=True, slots=True)
class ParsedSteps:
    """What a file gave: steps, and what is wrong with the rest."""

    steps: tuple[StepInput, ...]
    faults: tuple[Fault, ...]


def read_steps(path: Path) -> ParsedSteps:
    """Read a file of steps. Raises InputError when it cannot be read at all."""
    return parse_steps(read_rows(path), source=path.name, folder=path.parent)


def parse_steps(rows: Iterable[tuple[int, Mapping[str, Any]]], *, source: str, folder: Path) -> ParsedSteps:
    """Check numbered rows one by one."""
    steps: list[StepInput] = []
    faults: list[Fault] = []
    for number, values in rows:
        reader = RowReader(source, number, values)
        step = _step(reader, folder)
        faults += reader.faults
        if step and not reader.faults:
            steps.append(step)
        if len(faults) > FAULTS_MAX:
            raise InputError(f"{source}: more than {FAULTS_MAX} faults; the first is {faults[0]}")
        if len(steps) > STEPS_MAX:
            raise InputError(f"{source}: more than {STEPS_MAX} steps at once; cut it into several files")
    return ParsedSteps(tuple(steps), tuple(faults))


def _step(reader: RowReader, folder: Path) -> StepInput | None:
    if "" in reader.values:
        reader.fault("", str(reader.values[""]), "check the commas and quotes of this line")
        return None
    reader.refuse_unknown(FIELDS)
    word = reader.needed("kind", f"one of {', '.join(KINDS)}")
    if word and word not in KINDS:
        reader.fault("kind", f"{word[:40]!r} is no kind of step", f"the kinds are {', '.join(KINDS)}")
    subject = reader.needed("piece", "a reference or a token")
    happened_at = reader.instant("at")
    if reader.faults or happened_at is None:
        return None
    kind = KINDS[word]
    reason = reader.text("reason")
    if kind in (EntryKind.RECALLED, EntryKind.RETIRED, EntryKind.REVOKED) and reason is None:
        advice = f"everyone may read why a piece was {kind.word}"
        reader.fault("reason", "is missing", advice, kind=FaultKind.MISSING)
    return StepInput(
        subject=subject,
        kind=kind,
        happened_at=happened_at,
        whole_batch=_flag(reader, "batch"),
        actor=reader.text("actor"),
        place=reader.place("place"),
        name=reader.text("name"),
        description=reader.text("description"),
        reason=reason,
        disposition=reader.text("disposition"),
        evidence=tuple(_evidence(reader, entry, folder) for entry in reader.entries("evidence")),
        attributes=reader.attributes(),
        image=reader.text("image"),
        ties=_ties(reader),
    )


def _flag(reader: RowReader, field: str) -> bool:
    value = reader.values.get(field)
    if isinstance(value, str):
        value = value.strip().lower()
    known = isinstance(value, str | bool) or value is None
    if not known or value not in _YES | _NO:
        reader.fault(field, f"{str(value)[:20]!r} is neither yes nor no")
        return False
    return value in _YES


def _evidence(reader: RowReader, entry: object, folder: Path) -> EvidenceInput:
    if isinstance(entry, dict):
        file, title = str(entry.get("file", "")), str(entry.get("title", ""))
    else:
        file, _, title = (part.strip() for part in str(entry).partition("="))
    path = folder / file
    try:
        found = path.is_file()
    except (OSError, ValueError):  # a name too long, or one that no file can have
        found = False
    if not found:
        reader.fault("evidence", f"there is no file {file[:120]!r}", "name a file that lies beside this one")
    return EvidenceInput(path, title or None)


def _ties(reader: RowReader) -> Ties | None:
    ties = Ties(
        made_from=tuple(_thing(reader, "made_from", entry) for entry in reader.entries("made_from")),
        container=reader.text("container"),
        parts=tuple(_thing(reader, "parts", entry) for entry in reader.entries("parts")),
        apart=_flag(reader, "apart"),
    )
    return None if ties == Ties() else ties


def _thing(reader: RowReader, field: str, entry: object) -> str | Quantity:
    if isinstance(entry, dict):
        inner = RowReader(reader.source, reader.row, entry)
        inner.refuse_unknown(("epc_class", "quantity", "uom"))
        thing = Quantity(inner.needed("epc_class"), inner.number("quantity"), inner.text("uom"))
        reader.faults += inner.faults
        return thing
    if not isinstance(entry, str):
        reader.fault(field, "must be the https:// name of a thing")
    return str(entry)
