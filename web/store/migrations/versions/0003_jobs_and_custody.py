"""Jobs, and the pieces that the house holds for people."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "job",
        sa.Column("number", _NUMBER, primary_key=True),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        _person("SET NULL"),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("attempts", _NUMBER, nullable=False),
        sa.Column("created_at", _NUMBER, nullable=False),
        sa.Column("changed_at", _NUMBER, nullable=False),
        sa.Column("due_at", _NUMBER, nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'refused', 'failed')", name="state"),
        sa.UniqueConstraint("id", name="uq_job_id"),
        sa.UniqueConstraint("key", name="uq_job_key"),
    )
    op.create_index("ix_job_person_id", "job", ["person_id"])
    op.create_index("ix_job_subject", "job", ["subject"])
    op.create_index("ix_job_state_due_at", "job", ["state", "due_at"])
    op.create_table(
        "holding",
        sa.Column("id", sa.String(32), primary_key=True),
        _person("RESTRICT"),
        sa.Column("item", sa.String(160), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("address", sa.String(42), nullable=False),
        sa.Column("salt", sa.LargeBinary(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_at", _NUMBER, nullable=False),
        sa.Column("held_at", _NUMBER),
        sa.Column("ended_at", _NUMBER),
        sa.CheckConstraint("state IN ('claiming', 'held', 'ended')", name="state"),
        sa.UniqueConstraint("address", name="uq_holding_address"),
    )
    op.create_index("ix_holding_person_id_state", "holding", ["person_id", "state"])
    op.create_index("ix_holding_item_state", "holding", ["item", "state"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("holding")
    op.drop_table("job")


def _person(ondelete: str) -> sa.Column[str]:
    return sa.Column("person_id", sa.String(32), sa.ForeignKey("person.id", ondelete=ondelete))
