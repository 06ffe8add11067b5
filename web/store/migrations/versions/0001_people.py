"""People, their passkeys and recovery codes, invitations, sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "person",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("created_at", _NUMBER, nullable=False),
        sa.CheckConstraint("role IN ('member', 'reseller', 'staff')", name="role"),
    )
    op.create_table(
        "passkey",
        sa.Column("id", sa.LargeBinary(1023), primary_key=True),
        _person(nullable=False),
        sa.Column("rp_id", sa.String(253), nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("sign_count", _NUMBER, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("backed_up", _NUMBER, nullable=False),
        sa.Column("created_at", _NUMBER, nullable=False),
        sa.Column("used_at", _NUMBER),
    )
    op.create_table(
        "recovery_code",
        sa.Column("hash", sa.LargeBinary(32), primary_key=True),
        _person(nullable=False),
        sa.Column("made_at", _NUMBER, nullable=False),
        sa.Column("used_at", _NUMBER),
    )
    op.create_table(
        "invitation",
        sa.Column("hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("made_at", _NUMBER, nullable=False),
        sa.Column("expires_at", _NUMBER, nullable=False),
        _person("used_by", nullable=True),
    )
    op.create_table(
        "session",
        sa.Column("id", sa.String(64), primary_key=True),
        _person(nullable=True),
        sa.Column("created_at", _NUMBER, nullable=False),
        sa.Column("expires_at", _NUMBER, nullable=False),
        sa.Column("stepped_up_at", _NUMBER),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("visit", sa.String(32), nullable=False),
        sa.Column("device", sa.String(64), nullable=False),
        sa.Column("challenge", sa.LargeBinary(64)),
        sa.Column("challenge_purpose", sa.String(32)),
        sa.Column("challenge_person", sa.String(32)),
        sa.Column("challenge_name", sa.String(64)),
        sa.Column("challenge_expires_at", _NUMBER),
    )
    for table, column in _INDEXES:
        op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    """Drop them."""
    for table in ("session", "invitation", "recovery_code", "passkey", "person"):
        op.drop_table(table)


_INDEXES = (
    ("passkey", "person_id"),
    ("recovery_code", "person_id"),
    ("session", "person_id"),
    ("session", "expires_at"),
)


def _person(name: str = "person_id", *, nullable: bool) -> sa.Column[str]:
    return sa.Column(name, sa.String(32), sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=nullable)
