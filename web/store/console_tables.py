"""Tables of the staff console: drafts with their photos, and the log of what staff did."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from web.store.tables_base import METADATA, Number

CONSOLE_DRAFT: Final = Table(
    "console_draft",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("person_id", String(32), ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("token", String(32), nullable=False),
    Column("fields", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("job_id", String(32)),
    Column("created_at", Number, nullable=False),
    Column("changed_at", Number, nullable=False),
    CheckConstraint("kind IN ('register', 'step')", name="kind"),
    CheckConstraint("state IN ('open', 'asked', 'done')", name="state"),
    Index("ix_console_draft_person_id", "person_id"),
    Index("ix_console_draft_job_id", "job_id"),
)

CONSOLE_PHOTO: Final = Table(
    "console_photo",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("draft_id", String(32), ForeignKey("console_draft.id", ondelete="CASCADE"), nullable=False),
    Column("place", Number, nullable=False),
    Column("ordinal", Number, nullable=False),
    Column("sha256", LargeBinary(32), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("width", Number, nullable=False),
    Column("height", Number, nullable=False),
    Column("alt", String(300), nullable=False),
    UniqueConstraint("draft_id", "place", "sha256"),
)

STAFF_LOG: Final = Table(
    "staff_log",
    METADATA,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("at", Number, nullable=False),
    # No foreign key: what somebody did stays when their account goes.
    Column("person_id", String(32), nullable=False),
    Column("action", String(32), nullable=False),
    Column("token", String(32), nullable=False),
    Column("detail", String(200), nullable=False),
    Index("ix_staff_log_token", "token"),
)
