"""Tables of people and of their sessions. No e-mail address, no civil name: a person is what they call themselves."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, String, Table

from web.store.tables_base import METADATA, Number

PERSON: Final = Table(
    "person",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("language", String(2), nullable=False),
    Column("created_at", Number, nullable=False),
    CheckConstraint("role IN ('member', 'reseller', 'staff')", name="role"),
)

PASSKEY: Final = Table(
    "passkey",
    METADATA,
    Column("id", LargeBinary(1023), primary_key=True),
    Column("person_id", String(32), ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    Column("rp_id", String(253), nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", Number, nullable=False),
    Column("name", String(64), nullable=False),
    Column("backed_up", Number, nullable=False),
    Column("created_at", Number, nullable=False),
    Column("used_at", Number),
    Index("ix_passkey_person_id", "person_id"),
)

RECOVERY_CODE: Final = Table(
    "recovery_code",
    METADATA,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("person_id", String(32), ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    Column("made_at", Number, nullable=False),
    Column("used_at", Number),
    Index("ix_recovery_code_person_id", "person_id"),
)

INVITATION: Final = Table(
    "invitation",
    METADATA,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("made_at", Number, nullable=False),
    Column("expires_at", Number, nullable=False),
    Column("used_by", String(32), ForeignKey("person.id", ondelete="CASCADE")),
)

SESSION: Final = Table(
    "session",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("person_id", String(32), ForeignKey("person.id", ondelete="CASCADE")),
    Column("created_at", Number, nullable=False),
    Column("expires_at", Number, nullable=False),
    Column("stepped_up_at", Number),
    Column("csrf", String(64), nullable=False),
    Column("visit", String(32), nullable=False),
    Column("device", String(64), nullable=False),
    Column("challenge", LargeBinary(64)),
    Column("challenge_purpose", String(32)),
    Column("challenge_person", String(32)),
    Column("challenge_name", String(64)),
    Column("challenge_expires_at", Number),
    Index("ix_session_person_id", "person_id"),
    Index("ix_session_expires_at", "expires_at"),
)
