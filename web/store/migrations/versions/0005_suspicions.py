"""What visitors told the house of suspicious pieces."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "suspicion",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("reported_at", _NUMBER, nullable=False),
        sa.Column("delete_at", _NUMBER, nullable=False),
        sa.Column("wrong", sa.String(24), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("contact", sa.String(200), nullable=False),
        sa.Column("label", sa.LargeBinary(32)),
        sa.Column("photo", sa.LargeBinary),
        sa.Column("code_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("handled_at", _NUMBER),
        sa.Column("handled_by", sa.String(32)),
        sa.UniqueConstraint("code_hash", name="uq_suspicion_code_hash"),
        sa.CheckConstraint("(handled_at IS NULL) = (handled_by IS NULL)", name="ck_suspicion_handled"),
    )
    for column in ("reported_at", "delete_at"):
        op.create_index(f"ix_suspicion_{column}", "suspicion", [column])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("suspicion")
