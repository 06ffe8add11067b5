"""Tables of tags. No UID: a tag is a name that the house's own table knows."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Column, String, Table

from web.store.tables_base import METADATA, Number

TAG_FLOOR: Final = Table(
    "tag_floor",
    METADATA,
    Column("tag", String(32), primary_key=True),
    Column("counter", Number, nullable=False),
    Column("missed", Number, nullable=False),
    Column("moved_at", Number, nullable=False),
    CheckConstraint("counter BETWEEN 1 AND 16777215", name="counter"),
    CheckConstraint("missed >= 0", name="missed"),
)
"""The highest counter that was accepted of each tag, and how many taps before it were never shown here."""
