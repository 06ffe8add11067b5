"""Many labels at once: lines in, one outcome a line. Labels are secret: they come in a body and are kept nowhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from provenance_schemas.labels import Label, format_label
from verifier.service import Verification
from verifier.trust import TrustRegistry
from web.errors import WebError
from web.presenters.catalogue import Refusal
from web.scan.lookup import TYPED_MAX, LookupRefusedError, label_in_text, label_in_typing

LABELS_MAX: Final = 50
BUDGET_S: Final = 8.0
"""After this no further label is begun: where no node answers, each takes its time."""
_GAP: Final = re.compile(r"[\t,; ]+")


@unique
class ListFault(StrEnum):
    """Why a list is not checked at all."""

    EMPTY = "empty"
    TOO_MANY = "too_many"
    TOO_LONG = "too_long"


class ListRefusedError(WebError):
    """The list as a whole cannot be checked. Nothing was; the fault says what to change."""

    def __init__(self, fault: ListFault, *, count: int = 0, row: int = 0) -> None:
        super().__init__(f"{fault}: {count} labels, line {row}")
        self.fault = fault
        self.count = count
        self.row = row


@dataclass(frozen=True, slots=True)
class Checked:
    """A label, and what its record says."""

    row: int
    label: Label
    verification: Verification


@dataclass(frozen=True, slots=True)
class Repeated:
    """A label that stands on an earlier line too: it is looked up once."""

    row: int
    label: Label
    first_row: int


@dataclass(frozen=True, slots=True)
class NoLabel:
    """A line that names no label of ours."""

    row: int
    text: str
    refusal: Refusal
    host: str


@dataclass(frozen=True, slots=True)
class Postponed:
    """A label that was not looked up: the time was over."""

    row: int
    label: Label
    text: str


Outcome = Checked | Repeated | NoLabel | Postponed


def lines_of(text: str) -> list[str]:
    """Split a pasted list into its lines, empty ones left out. Raises ListRefusedError."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise ListRefusedError(ListFault.EMPTY)
    if len(lines) > LABELS_MAX:
        raise ListRefusedError(ListFault.TOO_MANY, count=len(lines))
    too_long = next((row for row, line in enumerate(lines, 1) if len(line) > TYPED_MAX), None)
    if too_long is not None:
        raise ListRefusedError(ListFault.TOO_LONG, row=too_long)
    return lines


def check_lines(
    lines: list[str],
    host: str,
    trust: TrustRegistry,
    verify: Callable[[str], Verification],
    clock: Callable[[], float],
) -> list[Outcome]:
    """Look every line up, in order, until the time is over; `clock` gives seconds, never backwards."""
    ends_at = clock() + BUDGET_S
    outcomes: list[Outcome] = []
    first_rows: dict[Label, int] = {}
    for row, line in enumerate(lines, 1):
        try:
            label = label_in_line(line, host, trust)
        except LookupRefusedError as refused:
            outcomes.append(NoLabel(row, line, refused.refusal, refused.host))
            continue
        first_row = first_rows.setdefault(label, row)
        if first_row != row:
            outcomes.append(Repeated(row, label, first_row))
        elif clock() >= ends_at:
            outcomes.append(Postponed(row, label, line))
        else:
            text = format_label(label.host, label.gtin, label.serial, upper=False)
            outcomes.append(Checked(row, label, verify(text)))
    return outcomes


def label_in_line(line: str, host: str, trust: TrustRegistry) -> Label:
    """Read one line: a label's whole text, or GTIN and serial with a gap between. Raises LookupRefusedError."""
    if "://" in line:
        return label_in_text(line, trust)
    gtin, _, serial = _GAP.sub(" ", line).partition(" ")
    if not serial:
        raise LookupRefusedError(Refusal.NOT_A_LABEL, "neither an address nor a GTIN and a serial")
    return label_in_typing(serial, gtin, host, trust)
