"""The table of jobs: what a request asked for and a worker does."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Text

from web.store.tables_base import METADATA, Number

JOB: Final = Table(
    "job",
    METADATA,
    # Counts up, so that two wishes of one second keep their order.
    Column("number", Number, primary_key=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("kind", String(32), nullable=False),
    Column("key", String(64), nullable=False, unique=True),
    Column("subject", String(64), nullable=False),
    Column("person_id", String(32), ForeignKey("person.id", ondelete="SET NULL")),
    Column("payload", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("result", Text, nullable=False),
    Column("note", String(200), nullable=False),
    Column("attempts", Number, nullable=False),
    Column("created_at", Number, nullable=False),
    Column("changed_at", Number, nullable=False),
    Column("due_at", Number, nullable=False),
    CheckConstraint("state IN ('waiting', 'running', 'done', 'refused', 'failed')", name="state"),
    Index("ix_job_person_id", "person_id"),
    Index("ix_job_subject", "subject"),
    Index("ix_job_state_due_at", "state", "due_at"),
)
