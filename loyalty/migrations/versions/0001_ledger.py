"""The ledger: rules, accounts, transfers, entries, awards, the salts of the log, and what is due."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_APPEND_ONLY = ("points_rule", "points_account", "points_transfer", "points_entry", "points_award")


def upgrade() -> None:
    """Make the tables, then refuse changes to what is written."""
    _make_journal()
    _make_awards()
    for table in _APPEND_ONLY:
        _refuse(table, "UPDATE")
        _refuse(table, "DELETE")
    # A salt may be deleted, to erase a member; it may never be replaced.
    _refuse("points_nonce", "UPDATE")


def downgrade() -> None:
    """Drop them, and with them their triggers."""
    for table in ("due", "nonce", "award", "entry", "transfer", "account", "rule"):
        op.drop_table(f"points_{table}")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION points_append_only()")


def _make_journal() -> None:
    op.create_table(
        "points_rule",
        sa.Column("hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("recorded_at", _NUMBER, nullable=False),
    )
    op.create_table(
        "points_account",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.UniqueConstraint("kind", "owner", name="uq_points_account_kind_owner"),
    )
    op.create_table(
        "points_transfer",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("body", sa.LargeBinary(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("cause", _NUMBER, sa.ForeignKey("points_transfer.id", name="fk_points_transfer_cause")),
        sa.Column("reason", sa.String(16)),
        sa.Column("happened_at", _NUMBER, nullable=False),
        sa.Column("recorded_at", _NUMBER, nullable=False),
        sa.Column("nodes", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("key", name="uq_points_transfer_key"),
    )
    cited = sa.text("cause IS NOT NULL")
    op.create_index(
        "ix_points_transfer_cause", "points_transfer", ["cause"], sqlite_where=cited, postgresql_where=cited
    )
    op.create_table(
        "points_entry",
        _transfer("transfer", "fk_points_entry_transfer"),
        sa.Column("line", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column(
            "account", _NUMBER, sa.ForeignKey("points_account.id", name="fk_points_entry_account"), nullable=False
        ),
        sa.Column("version", _NUMBER, nullable=False),
        sa.Column("amount", _NUMBER, nullable=False),
        sa.Column("balance", _NUMBER, nullable=False),
        sa.Column("lot", _NUMBER, sa.ForeignKey("points_transfer.id", name="fk_points_entry_lot")),
        sa.UniqueConstraint("account", "version", name="uq_points_entry_account_version"),
        sa.CheckConstraint("amount <> 0", name="ck_points_entry_amount"),
        sa.CheckConstraint("version > 0", name="ck_points_entry_version"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_points_entry_lot", "points_entry", ["lot"])


def _make_awards() -> None:
    op.create_table(
        "points_award",
        _transfer("id", "fk_points_award_transfer"),
        sa.Column(
            "rule", sa.LargeBinary(32), sa.ForeignKey("points_rule.hash", name="fk_points_award_rule"), nullable=False
        ),
        sa.Column("rule_id", sa.String(40), nullable=False),
        sa.Column("member", sa.String(64), nullable=False),
        sa.Column("item", sa.String(160), nullable=False),
        sa.Column("device", sa.String(64), nullable=False),
        sa.Column("claimant", sa.Integer, nullable=False),
        sa.Column("once", sa.LargeBinary(32), nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("amount", _NUMBER, nullable=False),
        sa.Column("day_spent", _NUMBER, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("vests_at", _NUMBER, nullable=False),
        sa.Column("expires_at", _NUMBER, nullable=False),
        sa.UniqueConstraint("once", name="uq_points_award_once"),
    )
    op.create_index("ix_points_award_item", "points_award", ["item", "rule_id", "claimant"])
    op.create_index("ix_points_award_member", "points_award", ["member", "day", "rule_id"])
    op.create_index("ix_points_award_device", "points_award", ["device", "day", "rule_id"])
    op.create_index("ix_points_award_day", "points_award", ["rule_id", "day"])
    op.create_table(
        "points_nonce",
        _transfer("id", "fk_points_nonce_transfer"),
        sa.Column("nonce", sa.LargeBinary(32), nullable=False),
    )
    op.create_table(
        "points_due",
        sa.Column(
            "lot",
            _NUMBER,
            sa.ForeignKey("points_award.id", name="fk_points_due_lot"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("step", sa.String(8), nullable=False),
        sa.Column("at", _NUMBER, nullable=False),
    )
    op.create_index("ix_points_due_at", "points_due", ["at"])


def _transfer(name: str, constraint: str) -> sa.Column[int]:
    return sa.Column(
        name, _NUMBER, sa.ForeignKey("points_transfer.id", name=constraint), primary_key=True, autoincrement=False
    )


def _refuse(table: str, verb: str) -> None:
    name = f"{table}_no_{verb.lower()}"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_REFUSE_FUNCTION)
        # TRUNCATE fires triggers of statements alone, and deletes too.
        verbs = "DELETE OR TRUNCATE" if verb == "DELETE" else verb
        each = "FOR EACH STATEMENT EXECUTE FUNCTION points_append_only()"
        op.execute(f"CREATE TRIGGER {name} BEFORE {verbs} ON {table} {each}")
    else:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append only'); END"
        )


_REFUSE_FUNCTION = """
CREATE OR REPLACE FUNCTION points_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
"""
