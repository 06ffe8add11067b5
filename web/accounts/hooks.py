"""What other parts of the site do when a person asks for their data, or leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Any

from sqlalchemy import Connection

from web.store.people import Person

ExportPart = Callable[[Person], Any]
"""Gives everything one part keeps of a person, as JSON values. Raises UnavailableError."""
OnDelete = Callable[[Connection, Person], None]
"""Runs inside the transaction that deletes a person, before their row goes: detach or delete what names them."""


@unique
class Tie(StrEnum):
    """What still binds a person to the house."""

    CLAIMING = "claiming"
    """A piece is being claimed for them: nobody leaves before it is theirs, or it would be nobody's."""
    HELD = "held"
    """The house holds pieces for them: whoever leaves those behind says so."""


TiesOf = Callable[[Connection, Person], frozenset[Tie]]
"""Asked when somebody thinks of leaving, and again inside the transaction that deletes them."""


def _no_ties(connection: Connection, person: Person) -> frozenset[Tie]:
    del connection, person
    return frozenset()


@dataclass(frozen=True, slots=True)
class AccountHooks:
    """Chosen where the site is put together."""

    export_parts: Mapping[str, ExportPart] = field(default_factory=dict)
    """By the name that stands in the export."""
    on_delete: tuple[OnDelete, ...] = ()
    ties: TiesOf = _no_ties
