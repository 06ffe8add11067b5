"""The counter floor of each tag, and the tap that a scan was reported with."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the table, and give scans their column."""
    op.create_table(
        "tag_floor",
        sa.Column("tag", sa.String(32), primary_key=True),
        sa.Column("counter", _NUMBER, nullable=False),
        sa.Column("missed", _NUMBER, nullable=False),
        sa.Column("moved_at", _NUMBER, nullable=False),
        sa.CheckConstraint("counter BETWEEN 1 AND 16777215", name="counter"),
        sa.CheckConstraint("missed >= 0", name="missed"),
    )
    op.add_column("scan", sa.Column("tap", _NUMBER))


def downgrade() -> None:
    """Drop both."""
    op.drop_column("scan", "tap")
    op.drop_table("tag_floor")
