"""What a member has and why: balance, one line an award, and what proves it."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection

from loyalty import merkle
from loyalty.book import Book
from loyalty.decide import facts_hash
from loyalty.errors import UnknownAwardError
from loyalty.leaves import AwardDetails, leaf_text
from loyalty.ports import LedgerDatabase
from loyalty.prepared import Prepared
from loyalty.results import Balance, Line, LineState, Receipt, Reversal, Statement
from loyalty.rule import Rule, rule_of
from loyalty.transfers import MEMBER_KINDS, Account, AccountKind, Entry, Transfer, TransferKind
from provenance_schemas.ids import ItemId

LINES_MAX: Final = 200
_STATES: Final = (
    (AccountKind.PENDING, LineState.PENDING),
    (AccountKind.HELD, LineState.HELD),
    (AccountKind.AVAILABLE, LineState.AVAILABLE),
    (AccountKind.REDEEMED, LineState.REDEEMED),
    (AccountKind.REVERSED, LineState.REVERSED),
    (AccountKind.EXPIRED, LineState.EXPIRED),
)
"""Where a lot is, what matters most to its owner first: a lot may be in several places."""


class StatementDesk:
    """Reads what the book holds of one member. Writes nothing."""

    def __init__(self, database: LedgerDatabase, book: Book) -> None:
        self._database = database
        self._book = book
        self._sql = {name: Prepared(sql, database.engine.dialect) for name, sql in _STATEMENTS.items()}

    def balance(self, member: str) -> Balance:
        """Give what a member has; zeros for one who never earned. Raises UnavailableError."""
        with self._database.reading() as connection:
            return self._balance(connection, member)

    def statement(self, member: str, limit: int, before: int | None) -> Statement:
        """Give a member's awards, newest first, from award `before` on. Raises UnavailableError."""
        limit = max(1, min(limit, LINES_MAX))
        with self._database.reading() as connection:
            rows = self._sql["awards"].run(connection, member=member, before=before or 2**62, limit=limit + 1).all()
            lines = tuple(self._line(connection, row) for row in rows[:limit])
            older = lines[-1].award if len(rows) > limit else None
            return Statement(member, self._balance(connection, member), lines, older)

    def receipt(self, member: str, award: int) -> Receipt:
        """Give what proves an award of this member. Raises UnknownAwardError, UnavailableError."""
        with self._database.reading() as connection:
            row = self._sql["receipt"].run(connection, member=member, award=award).first()
            if row is None:
                raise UnknownAwardError(award)
            node, head = self._book.node_reader(connection), self._book.head(connection)
            path = merkle.inclusion_path(award - 1, head.size, node)
            return Receipt(self._text(connection, row), bytes(row.nonce), award - 1, path, head)

    def _balance(self, connection: Connection, member: str) -> Balance:
        pending, available, held = (
            self._book.balance(connection, Account(kind, member))
            for kind in (AccountKind.PENDING, AccountKind.AVAILABLE, AccountKind.HELD)
        )
        vest = self._sql["next_vest"].run(connection, member=member).first()
        expiry = self._sql["next_expiry"].run(connection, member=member).first()
        return Balance(
            available=available,
            pending=pending,
            held=held,
            next_vest_at=vest.at if vest else None,
            next_vest_amount=int(vest.amount) if vest else 0,
            next_expiry_at=expiry.at if expiry else None,
            next_expiry_amount=int(expiry.amount) if expiry else 0,
        )

    def _line(self, connection: Connection, row: Any) -> Line:
        lot = self._book.lot_left(connection, row.id)
        rule = self._rule(connection, bytes(row.rule))
        return Line(
            award=row.id,
            amount=row.amount,
            left=sum(amount for kind, amount in lot.items() if kind in MEMBER_KINDS),
            state=next(state for kind, state in _STATES if kind in lot),
            happened_at=row.happened_at,
            recorded_at=row.recorded_at,
            vests_at=row.vests_at,
            expires_at=row.expires_at,
            settled_at=row.settled_at,
            rule=row.rule_id,
            explanation=rule.explanation,
            item=ItemId.parse(row.item),
            rule_hash=rule.hash,
            facts_hash=facts_hash(row.facts),
            leaf_index=row.id - 1,
            leaf_hash=merkle.node_in(bytes(row.nodes), 0),
        )

    def _rule(self, connection: Connection, rule_hash: bytes) -> Rule:
        return rule_of(self._sql["rule"].run(connection, hash=rule_hash).scalar_one())

    def rule_body(self, rule_hash: bytes) -> str | None:
        """Give the canonical text of a rule that ever paid; None for any other hash."""
        with self._database.reading() as connection:
            body = self._sql["rule"].run(connection, hash=rule_hash).scalar_one_or_none()
        return None if body is None else str(body)

    def _text(self, connection: Connection, row: Any) -> str:
        entries = [
            Entry(Account(AccountKind(kind), owner), amount, balance, version, lot)
            for kind, owner, amount, balance, version, lot in self._sql["entries"].run(connection, id=row.id)
        ]
        return leaf_text(row.id, transfer_of(row), entries, details_of(row))


def transfer_of(row: Any) -> Transfer:
    """Read a row of `points_transfer`, without its moves. Raises ValueError for a kind or reason not known."""
    return Transfer(
        kind=TransferKind(row.kind),
        key=row.key,
        body=bytes(row.body),
        happened_at=row.happened_at,
        recorded_at=row.recorded_at,
        moves=(),
        cause=row.cause,
        reason=None if row.reason is None else Reversal(row.reason),
    )


def details_of(row: Any) -> AwardDetails:
    """Read a row of `points_award`."""
    return AwardDetails(
        rule=bytes(row.rule),
        rule_id=row.rule_id,
        member=row.member,
        item=row.item,
        device=row.device,
        claimant=bool(row.claimant),
        once=bytes(row.once),
        day=row.day,
        amount=row.amount,
        day_spent=row.day_spent,
        facts=row.facts,
        vests_at=row.vests_at,
        expires_at=row.expires_at,
    )


_STATEMENTS: Final = {
    "awards": """
        SELECT w.*, t.happened_at, t.recorded_at, t.nodes,
            (SELECT max(s.recorded_at) FROM points_transfer s WHERE s.cause = w.id) AS settled_at
        FROM points_award w JOIN points_transfer t ON t.id = w.id
        WHERE w.member = :member AND w.id < :before ORDER BY w.id DESC LIMIT :limit""",
    "receipt": """
        SELECT w.*, t.key, t.body, t.kind, t.cause, t.reason, t.happened_at, t.recorded_at, n.nonce
        FROM points_award w JOIN points_transfer t ON t.id = w.id JOIN points_nonce n ON n.id = w.id
        WHERE w.id = :award AND w.member = :member""",
    "entries": """
        SELECT a.kind, a.owner, e.amount, e.balance, e.version, e.lot
        FROM points_entry e JOIN points_account a ON a.id = e.account WHERE e.transfer = :id ORDER BY e.line""",
    "rule": "SELECT body FROM points_rule WHERE hash = :hash",
    "next_vest": """
        SELECT w.vests_at AS at, sum(e.amount) AS amount
        FROM points_due d JOIN points_award w ON w.id = d.lot JOIN points_entry e ON e.lot = w.id
            JOIN points_account a ON a.id = e.account
        WHERE w.member = :member AND d.step = 'vest' AND a.kind = 'pending'
        GROUP BY w.vests_at ORDER BY w.vests_at LIMIT 1""",
    "next_expiry": """
        SELECT w.expires_at AS at, sum(e.amount) AS amount
        FROM points_due d JOIN points_award w ON w.id = d.lot JOIN points_entry e ON e.lot = w.id
            JOIN points_account a ON a.id = e.account
        WHERE w.member = :member AND a.kind IN ('pending', 'available')
        GROUP BY w.expires_at ORDER BY w.expires_at LIMIT 1""",
}
