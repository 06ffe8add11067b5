"""Drafts of the staff console with their photos, and the log of what staff did, to which lines are only added."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables, and let the database itself refuse to change the log."""
    op.create_table(
        "console_draft",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("person_id", sa.String(32), sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("job_id", sa.String(32)),
        sa.Column("created_at", _NUMBER, nullable=False),
        sa.Column("changed_at", _NUMBER, nullable=False),
        sa.CheckConstraint("kind IN ('register', 'step')", name="kind"),
        sa.CheckConstraint("state IN ('open', 'asked', 'done')", name="state"),
    )
    op.create_table(
        "console_photo",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("draft_id", sa.String(32), sa.ForeignKey("console_draft.id", ondelete="CASCADE"), nullable=False),
        sa.Column("place", _NUMBER, nullable=False),
        sa.Column("ordinal", _NUMBER, nullable=False),
        sa.Column("sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("width", _NUMBER, nullable=False),
        sa.Column("height", _NUMBER, nullable=False),
        sa.Column("alt", sa.String(300), nullable=False),
        sa.UniqueConstraint("draft_id", "place", "sha256", name="uq_console_photo_draft_id_place_sha256"),
    )
    op.create_table(
        "staff_log",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("at", _NUMBER, nullable=False),
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("detail", sa.String(200), nullable=False),
    )
    for table, column in _INDEXES:
        op.create_index(f"ix_{table}_{column}", table, [column])
    for statement in _GUARDS.get(op.get_bind().dialect.name, ()):
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER staff_log_append_only ON staff_log")
        op.execute("DROP FUNCTION staff_log_refuse()")
    for table in ("staff_log", "console_photo", "console_draft"):
        op.drop_table(table)


_INDEXES = (
    ("console_draft", "person_id"),
    ("console_draft", "job_id"),
    ("staff_log", "token"),
)
_REFUSAL = "lines of the log are only added"
_TRIGGER = (
    "CREATE TRIGGER staff_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON staff_log "
    "FOR EACH STATEMENT EXECUTE FUNCTION staff_log_refuse()"
)
_FUNCTION = (
    "CREATE FUNCTION staff_log_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
)
_GUARDS = {
    "sqlite": tuple(
        f"CREATE TRIGGER staff_log_no_{event.lower()} BEFORE {event} ON staff_log "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        for event in ("UPDATE", "DELETE")
    ),
    "postgresql": (_FUNCTION, _TRIGGER),
}
