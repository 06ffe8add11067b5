"""The table of pieces that the house holds for people, each at an address of its own."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, String, Table

from web.store.tables_base import METADATA, Number

HOLDING: Final = Table(
    "holding",
    METADATA,
    Column("id", String(32), primary_key=True),
    # A person whose pieces the house still holds cannot be deleted by accident: see `Holdings.leave`.
    Column("person_id", String(32), ForeignKey("person.id", ondelete="RESTRICT")),
    Column("item", String(160), nullable=False),
    Column("name", String(200), nullable=False),
    Column("address", String(42), nullable=False, unique=True),
    Column("salt", LargeBinary(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_at", Number, nullable=False),
    Column("held_at", Number),
    Column("ended_at", Number),
    CheckConstraint("state IN ('claiming', 'held', 'ended')", name="state"),
    Index("ix_holding_person_id_state", "person_id", "state"),
    Index("ix_holding_item_state", "item", "state"),
)
