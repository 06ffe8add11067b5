"""Tables of scans. No label's serial, no address: a label is its commitment, a network a name that is new each day."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String, Table

from web.store.tables_base import METADATA, Number

SCAN: Final = Table(
    "scan",
    METADATA,
    Column("id", String(24), primary_key=True),
    Column("label", LargeBinary(32), nullable=False),
    Column("item", String(160), nullable=False),
    Column("answered_at", Number, nullable=False),
    Column("reported_at", Number, nullable=False),
    Column("visit", String(32)),
    Column("person_id", String(32), ForeignKey("person.id", ondelete="SET NULL")),
    Column("by_holder", Number, nullable=False),
    Column("country", String(2), nullable=False),
    Column("policy", String(16), nullable=False),
    Column("level", String(16), nullable=False),
    Column("findings", String(64), nullable=False),
    Column("final_number", nullable=False),
    Column("final_hash", LargeBinary(8), nullable=False),
    Column("latest_number", nullable=False),
    Column("latest_hash", LargeBinary(8), nullable=False),
    Column("used_for", String(32)),
    Column("used_at", Number),
    Column("tap", Number),
    Index("ix_scan_item_answered_at", "item", "answered_at"),
    Index("ix_scan_person_id", "person_id"),
)

SCAN_SIGHTING: Final = Table(
    "scan_sighting",
    METADATA,
    Column("label", LargeBinary(32), primary_key=True),
    Column("day", Number, primary_key=True, autoincrement=False),
    Column("network", LargeBinary(16), primary_key=True),
    Column("country", String(2), primary_key=True),
    Column("first_at", Number, nullable=False),
    Column("last_at", Number, nullable=False),
    Column("checks", Number, nullable=False),
    Index("ix_scan_sighting_day", "day"),
)

NETWORK_KEY: Final = Table(
    "network_key",
    METADATA,
    Column("day", Number, primary_key=True, autoincrement=False),
    Column("key", LargeBinary(32), nullable=False),
)
