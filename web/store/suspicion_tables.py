"""The table of what visitors told the house of suspicious pieces. No serial: a label is its commitment."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, String, Table, Text

from web.store.tables_base import METADATA, Number

SUSPICION: Final = Table(
    "suspicion",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("reported_at", Number, nullable=False),
    Column("delete_at", Number, nullable=False),
    Column("wrong", String(24), nullable=False),
    Column("place", String(200), nullable=False),
    Column("words", Text, nullable=False),
    Column("contact", String(200), nullable=False),
    Column("label", LargeBinary(32)),
    Column("photo", LargeBinary),
    # Of the code that takes the report back.
    Column("code_hash", LargeBinary(32), nullable=False, unique=True),
    Column("handled_at", Number),
    # No foreign key: that it was handled stays when the account goes.
    Column("handled_by", String(32)),
    CheckConstraint("(handled_at IS NULL) = (handled_by IS NULL)", name="handled"),
    Index("ix_suspicion_reported_at", "reported_at"),
    Index("ix_suspicion_delete_at", "delete_at"),
)
