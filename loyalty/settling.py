"""Move what is due: pending points become available, old ones expire; an award may be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from loyalty.book import Book
from loyalty.errors import NothingLeftError, UnknownAwardError
from loyalty.ports import LedgerDatabase
from loyalty.prepared import Prepared
from loyalty.results import Reversal
from loyalty.transfers import (
    Account,
    AccountKind,
    Move,
    Transfer,
    TransferKind,
    expire_body,
    key_in,
    reverse_body,
    sweep_key,
    vest_body,
)

CHUNK_LOTS: Final = 100
"""Lots in one transaction: the site's own writers wait no longer than for these."""
_SPENDABLE: Final = (AccountKind.PENDING, AccountKind.AVAILABLE)


class Settler:
    """Moves lots when their time has come. Running it twice, late or in another order ends in the same balances."""

    def __init__(self, database: LedgerDatabase, book: Book) -> None:
        self._database = database
        self._book = book
        self._sql = {name: Prepared(sql, database.engine.dialect) for name, sql in _STATEMENTS.items()}

    def vest_due(self, now_s: int, limit: int) -> int:
        """Make available what has been pending long enough; gives how many lots. Raises UnavailableError."""
        return self._each_due(TransferKind.VEST, now_s, limit)

    def expire_due(self, now_s: int, limit: int) -> int:
        """Expire what is old, and never what is held; gives how many lots. Raises UnavailableError."""
        return self._each_due(TransferKind.EXPIRE, now_s, limit)

    def reverse(self, award: int, reason: Reversal, key: str, now_s: int) -> int:
        """Take back what an award has left, and never what is held or spent; gives the transfer's number.

        Raises UnknownAwardError, NothingLeftError, IdempotencyError, UnavailableError.
        """
        key, body = key_in(TransferKind.REVERSE, key), reverse_body(award, reason)
        with self._database.writing() as connection:
            found = self._book.find(connection, key, body)
            if found.number is not None:
                return found.number
            row = self._sql["lot"].run(connection, lot=award).first()
            if row is None:
                raise UnknownAwardError(award)
            target = Account(AccountKind.REVERSED)
            moves = self._moves(connection, award, row.member, _SPENDABLE, target)
            if not moves:
                raise NothingLeftError(award)
            transfer = Transfer(TransferKind.REVERSE, key, body, now_s, now_s, moves, cause=award, reason=reason)
            return self._book.post(connection, transfer, found=found).number

    def _each_due(self, kind: TransferKind, now_s: int, limit: int) -> int:
        done = 0
        while done < limit:
            chunk = min(CHUNK_LOTS, limit - done)
            with self._database.writing() as connection:
                rows = self._sql[kind].run(connection, now=now_s, limit=chunk).all()
                for lot, member, due_at in rows:
                    self._settle(connection, kind, lot, member, due_at, now_s)
            done += len(rows)
            if len(rows) < chunk:
                break
        return done

    def _settle(
        self, connection: Connection, kind: TransferKind, lot: int, member: str, due_at: int, now_s: int
    ) -> None:
        sources: Sequence[AccountKind]
        if kind is TransferKind.VEST:
            target, sources, body = Account(AccountKind.AVAILABLE, member), _SPENDABLE[:1], vest_body(lot)
        else:
            target, sources, body = Account(AccountKind.EXPIRED), _SPENDABLE, expire_body(lot)
        moves = self._moves(connection, lot, member, sources, target)
        # A hold that is released after its lot expired makes the lot expire again.
        times = self._sql["times"].run(connection, lot=lot, kind=kind).scalar_one()
        self._book.post(connection, Transfer(kind, sweep_key(kind, lot, times), body, due_at, now_s, moves, cause=lot))

    def _moves(
        self, connection: Connection, lot: int, member: str, sources: Sequence[AccountKind], target: Account
    ) -> tuple[Move, ...]:
        """Move all that some accounts of a member have of a lot."""
        left = self._book.lot_left(connection, lot)
        return tuple(Move(Account(kind, member), target, left[kind], lot) for kind in sources if kind in left)


_STATEMENTS: Final = {
    "lot": "SELECT member FROM points_award WHERE id = :lot",
    "times": "SELECT count(*) FROM points_transfer WHERE cause = :lot AND kind = :kind",
    TransferKind.VEST: """
        SELECT d.lot, w.member, w.vests_at FROM points_due d JOIN points_award w ON w.id = d.lot
        WHERE d.at <= :now AND d.step = 'vest' ORDER BY d.at, d.lot LIMIT :limit""",
    # A lot that nobody vested in time expires all the same.
    TransferKind.EXPIRE: """
        SELECT d.lot, w.member, w.expires_at FROM points_due d JOIN points_award w ON w.id = d.lot
        WHERE d.at <= :now AND w.expires_at <= :now AND EXISTS (
            SELECT 1 FROM points_entry e JOIN points_account a ON a.id = e.account
            WHERE e.lot = d.lot AND a.kind IN ('pending', 'available') GROUP BY a.id HAVING sum(e.amount) > 0)
        ORDER BY w.expires_at, d.lot LIMIT :limit""",
}
