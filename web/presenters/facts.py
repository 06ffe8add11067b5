"""The lines beside an answer: which label, when it was checked, how old the registry's word is, who owns the piece."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from provenance_schemas.labels import Label
from provenance_schemas.step_kinds import Status
from verifier.evidence import Evidence, Malformed, Registered, Unavailable
from web.presenters.catalogue import Custody, Words
from web.presenters.formats import age_text, machine_text, moment_text, serial_text
from web.presenters.taps import TapSeen


class ScanSeen(Protocol):
    """What the site knows of this scan beside the verification."""

    @property
    def holds(self) -> bool:
        """The signed-in visitor holds this very piece."""
        ...

    @property
    def is_kept(self) -> bool:
        """The house keeps this very piece for somebody."""
        ...

    @property
    def checks_30_days(self) -> int | None:
        """How often others checked this label; None: nobody counted."""
        ...

    @property
    def token(self) -> str:
        """Reports this scan, once; empty where there is nothing to report."""
        ...

    @property
    def collectable(self) -> bool:
        """Points may be asked for with this token."""
        ...

    @property
    def tap(self) -> TapSeen | None:
        """What the tag said that the visitor tapped; None: they came by the printed label."""
        ...


@dataclass(frozen=True, slots=True)
class UnloggedScan:
    """A scan on a site that keeps no log."""

    holds: bool = False
    is_kept: bool = False
    checks_30_days: int | None = None
    token: str = ""
    collectable: bool = False
    tap: TapSeen | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One line beside the verdict."""

    name: str
    text: str
    machine: str = ""
    """The same moment for a machine, where it is one."""


def custody_of(evidence: Evidence, *, holds: bool = False, is_kept: bool = False) -> Custody | None:
    """Say who holds the piece on record; None where that could not be read."""
    if not isinstance(evidence.registered, Registered):
        return None
    held = evidence.registered.final
    if held.owner != held.stock_account:
        if holds:
            return Custody.YOURS
        return Custody.KEPT if is_kept else Custody.OWNER
    return Custody.HOUSE if held.status & Status.SOLD else Custody.STOCK


def present_facts(evidence: Evidence, seen: ScanSeen, words: Words, *, shows_piece: bool) -> tuple[Fact, ...]:
    """Lay the lines out: when it was checked and how old the registry's word is are always among them."""
    said = words.verdict.facts
    facts = []
    if isinstance(evidence.label, Label):
        facts.append(Fact(said.serial, serial_text(evidence.label.serial)))
    checked = Fact(said.checked, moment_text(evidence.checked_at, words), machine_text(evidence.checked_at))
    facts += [checked, _registry(evidence, words)]
    custody = custody_of(evidence, holds=seen.holds, is_kept=seen.is_kept) if shows_piece else None
    if custody:
        facts.append(Fact(said.custody, words.custody[custody]))
    if seen.checks_30_days is not None:
        none = said.checks_none_but_yours if seen.holds else said.checks_none
        facts.append(Fact(said.checks, str(seen.checks_30_days) if seen.checks_30_days else none))
    return tuple(facts)


def _registry(evidence: Evidence, words: Words) -> Fact:
    said, block = words.verdict.facts, evidence.latest
    if isinstance(evidence.label, Malformed):  # nobody was asked
        return Fact(said.registry, said.registry_unneeded)
    if isinstance(block, Unavailable):
        return Fact(said.registry, said.registry_away)
    age = age_text((evidence.checked_at - block.mined_at).total_seconds(), words)
    return Fact(said.registry, said.registry_age.format(age=age), machine_text(block.mined_at))
