"""The ledger's tables. Rows are only ever added, except in `points_due`, the list of what is to be moved and when.

Nothing here is a balance that could be overwritten: each entry carries the balance and the version of its account after
it, each award what its rule has paid that day, each transfer the nodes of the log that it completes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

MIGRATIONS: Final = Path(__file__).parent / "migrations" / "versions"
VERSION_TABLE: Final = "points_version"
METADATA: Final = MetaData()

Number: Final = BigInteger().with_variant(Integer, "sqlite")
"""64 bits everywhere; in SQLite the type that makes a primary key the row's own number."""

RULE: Final = Table(
    "points_rule",
    METADATA,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("id", String(40), nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("recorded_at", Number, nullable=False),
)
"""Every rule that ever paid, in its canonical text."""

ACCOUNT: Final = Table(
    "points_account",
    METADATA,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("owner", String(64), nullable=False),
    UniqueConstraint("kind", "owner", name="uq_points_account_kind_owner"),
)

TRANSFER: Final = Table(
    "points_transfer",
    METADATA,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("key", String(160), nullable=False),
    Column("body", LargeBinary(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("cause", Number, ForeignKey("points_transfer.id", name="fk_points_transfer_cause")),
    Column("reason", String(16)),
    Column("happened_at", Number, nullable=False),
    Column("recorded_at", Number, nullable=False),
    Column("nodes", LargeBinary, nullable=False),
    UniqueConstraint("key", name="uq_points_transfer_key"),
    Index(
        "ix_points_transfer_cause",
        "cause",
        sqlite_where=text("cause IS NOT NULL"),
        postgresql_where=text("cause IS NOT NULL"),
    ),
)
"""One movement of value, numbered from 1 without a gap. Its leaf in the log is `id - 1`."""

ENTRY: Final = Table(
    "points_entry",
    METADATA,
    Column("transfer", Number, ForeignKey("points_transfer.id", name="fk_points_entry_transfer"), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("account", Number, ForeignKey("points_account.id", name="fk_points_entry_account"), nullable=False),
    Column("version", Number, nullable=False),
    Column("amount", Number, nullable=False),
    Column("balance", Number, nullable=False),
    Column("lot", Number, ForeignKey("points_transfer.id", name="fk_points_entry_lot")),
    UniqueConstraint("account", "version", name="uq_points_entry_account_version"),
    CheckConstraint("amount <> 0", name="ck_points_entry_amount"),
    CheckConstraint("version > 0", name="ck_points_entry_version"),
    Index("ix_points_entry_lot", "lot"),
    sqlite_with_rowid=False,
)
"""One side of a movement. `balance` and `version` are the account's after it."""

AWARD: Final = Table(
    "points_award",
    METADATA,
    Column(
        "id",
        Number,
        ForeignKey("points_transfer.id", name="fk_points_award_transfer"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("rule", LargeBinary(32), ForeignKey("points_rule.hash", name="fk_points_award_rule"), nullable=False),
    Column("rule_id", String(40), nullable=False),
    Column("member", String(64), nullable=False),
    Column("item", String(160), nullable=False),
    Column("device", String(64), nullable=False),
    Column("claimant", Integer, nullable=False),
    Column("once", LargeBinary(32), nullable=False),
    Column("day", Integer, nullable=False),
    Column("amount", Number, nullable=False),
    Column("day_spent", Number, nullable=False),
    Column("facts", Text, nullable=False),
    Column("vests_at", Number, nullable=False),
    Column("expires_at", Number, nullable=False),
    UniqueConstraint("once", name="uq_points_award_once"),
    Index("ix_points_award_item", "item", "rule_id", "claimant"),
    Index("ix_points_award_member", "member", "day", "rule_id"),
    Index("ix_points_award_device", "device", "day", "rule_id"),
    Index("ix_points_award_day", "rule_id", "day"),
)
"""Why points were paid. An award is a lot: its points vest and expire together."""

NONCE: Final = Table(
    "points_nonce",
    METADATA,
    Column(
        "id",
        Number,
        ForeignKey("points_transfer.id", name="fk_points_nonce_transfer"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("nonce", LargeBinary(32), nullable=False),
)
"""The salt of each leaf, apart: without it a leaf says nothing about anybody, and the tree still stands."""

DUE: Final = Table(
    "points_due",
    METADATA,
    Column(
        "lot", Number, ForeignKey("points_award.id", name="fk_points_due_lot"), primary_key=True, autoincrement=False
    ),
    Column("step", String(8), nullable=False),
    Column("at", Number, nullable=False),
    Index("ix_points_due_at", "at"),
)
"""What is to be done with a lot next, `vest` or `expire`, and when. It follows from the ledger."""

APPEND_ONLY: Final = (RULE, ACCOUNT, TRANSFER, ENTRY, AWARD)
"""Tables whose rows are neither changed nor deleted."""
