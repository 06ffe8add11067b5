"""What other parts of the site do when a person asks for their data, or leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from web.store.people import Person

ExportPart = Callable[[Person], Any]
"""Gives everything one part keeps of a person, as JSON values. Raises UnavailableError."""
OnDelete = Callable[[Connection, Person], None]
"""Runs inside the transaction that deletes a person, before their row goes: detach or delete what names them."""


@dataclass(frozen=True, slots=True)
class AccountHooks:
    """Chosen where the site is put together."""

    export_parts: Mapping[str, ExportPart] = field(default_factory=dict)
    """By the name that stands in the export."""
    on_delete: tuple[OnDelete, ...] = ()
