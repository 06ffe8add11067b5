"""Scans, which networks saw a label on which day, and the key that names networks for a day."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "scan",
        sa.Column("id", sa.String(24), primary_key=True),
        sa.Column("label", sa.LargeBinary(32), nullable=False),
        sa.Column("item", sa.String(160), nullable=False),
        sa.Column("answered_at", _NUMBER, nullable=False),
        sa.Column("reported_at", _NUMBER, nullable=False),
        sa.Column("visit", sa.String(32)),
        sa.Column("person_id", sa.String(32), sa.ForeignKey("person.id", ondelete="SET NULL")),
        sa.Column("by_holder", _NUMBER, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("policy", sa.String(16), nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("findings", sa.String(64), nullable=False),
        sa.Column("final_number", _NUMBER, nullable=False),
        sa.Column("final_hash", sa.LargeBinary(8), nullable=False),
        sa.Column("latest_number", _NUMBER, nullable=False),
        sa.Column("latest_hash", sa.LargeBinary(8), nullable=False),
        sa.Column("used_for", sa.String(32)),
        sa.Column("used_at", _NUMBER),
    )
    op.create_index("ix_scan_item_answered_at", "scan", ["item", "answered_at"])
    op.create_index("ix_scan_person_id", "scan", ["person_id"])
    op.create_table(
        "scan_sighting",
        sa.Column("label", sa.LargeBinary(32), primary_key=True),
        sa.Column("day", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("network", sa.LargeBinary(16), primary_key=True),
        sa.Column("country", sa.String(2), primary_key=True),
        sa.Column("first_at", _NUMBER, nullable=False),
        sa.Column("last_at", _NUMBER, nullable=False),
        sa.Column("checks", _NUMBER, nullable=False),
    )
    op.create_index("ix_scan_sighting_day", "scan_sighting", ["day"])
    op.create_table(
        "network_key",
        sa.Column("day", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("key", sa.LargeBinary(32), nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("network_key", "scan_sighting", "scan"):
        op.drop_table(table)
