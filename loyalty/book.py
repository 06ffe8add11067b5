"""The ledger's book: `post()` is the one function that moves value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Dialect

from loyalty import merkle
from loyalty.errors import FloorError, IdempotencyError, LotError
from loyalty.leaves import AwardDetails, draw_nonce, leaf_of, leaf_text
from loyalty.prepared import Prepared
from loyalty.results import TreeHead
from loyalty.transfers import MEMBER_KINDS, Account, AccountKind, Entry, Move, Transfer, TransferKind, check_flows


@dataclass(frozen=True, slots=True)
class Posted:
    """The number of a transfer, and whether the same request had posted it before."""

    number: int
    repeated: bool


@dataclass(frozen=True, slots=True)
class Found:
    """How many transfers there are, and the one that a request posted; None when it posted none."""

    size: int
    number: int | None


@dataclass(slots=True)
class _Opened:
    """An account as the transaction sees it."""

    id: int
    balance: int = 0
    version: int = 0
    lots: dict[int, int] | None = None


class Book:
    """The statements of the ledger, prepared for one dialect. Works inside the caller's transaction."""

    def __init__(self, dialect: Dialect) -> None:
        self._sql = {name: Prepared(sql, dialect) for name, sql in _STATEMENTS.items()}

    def find(self, connection: Connection, key: str, body: bytes) -> Found:
        """Look a request up. Raises IdempotencyError when its key was used for another one."""
        size, number, found = self._sql["find"].rows(connection, key=key)[0]
        if number is not None and bytes(found) != body:
            raise IdempotencyError(key, number)
        return Found(size, number)

    def post(
        self,
        connection: Connection,
        transfer: Transfer,
        award: AwardDetails | None = None,
        found: Found | None = None,
    ) -> Posted:
        """Move value, once for each key, and put the transfer into the log.

        1. Look the key up: the same request again changes nothing.
        2. Hold the moves to the ways that value may go, to the floors and to the lots.
        3. Number the transfer, draw its salt, complete its nodes of the log.
        4. Write it all, and what is due next.

        `found` is what `find()` said in this very transaction, where it was asked already.
        Raises IdempotencyError, FlowError, FloorError or LotError; nothing was posted then.
        """
        found = found or self.find(connection, transfer.key, transfer.body)
        if found.number is not None:
            return Posted(found.number, repeated=True)
        check_flows(transfer)
        number = found.size + 1
        lot = number if transfer.kind is TransferKind.AWARD else None
        opened = self._open(connection, transfer.moves)
        entries = self._entries(connection, transfer.moves, opened, lot)
        nonce = draw_nonce()
        leaf = leaf_of(leaf_text(number, transfer, entries, award), nonce)
        nodes = merkle.completed_nodes(number - 1, leaf, self.node_reader(connection))
        self._write_transfer(connection, number, transfer, nodes)
        self._write_entries(connection, number, entries, opened)
        self._sql["add_nonce"].write(connection, id=number, nonce=nonce)
        if award is not None:
            self._write_award(connection, number, award)
        self._schedule(connection, number, transfer, award)
        return Posted(number, repeated=False)

    def size(self, connection: Connection) -> int:
        """Count the transfers, which is the size of the log."""
        return int(self._sql["size"].value(connection))

    def balance(self, connection: Connection, account: Account) -> int:
        """Give what an account holds."""
        rows = self._sql["account"].rows(connection, kind=account.kind, owner=account.owner)
        return int(rows[0][1]) if rows else 0

    def lot_left(self, connection: Connection, lot: int) -> dict[AccountKind, int]:
        """Give where the points of a lot are, by kind of account; nothing where there are none."""
        rows = self._sql["lot"].rows(connection, lot=lot)
        return {AccountKind(kind): int(amount) for kind, amount in rows if amount}

    def head(self, connection: Connection) -> TreeHead:
        """Give the log's size and root."""
        size = self.size(connection)
        return TreeHead(size, merkle.root(size, self.node_reader(connection)))

    def head_at(self, connection: Connection, size: int) -> TreeHead:
        """Give the head as it was at a size that the log has reached."""
        return TreeHead(size, merkle.root(size, self.node_reader(connection)))

    def node_reader(self, connection: Connection) -> merkle.NodeReader:
        """Read nodes of the log from the rows that completed them."""

        def node(index: int, level: int) -> bytes:
            return merkle.node_in(bytes(self._sql["nodes"].value(connection, id=index + 1)), level)

        return node

    def _open(self, connection: Connection, moves: Iterable[Move]) -> dict[Account, _Opened]:
        """Read the accounts that are touched, in one order for all, and open those that are new."""
        opened: dict[Account, _Opened] = {}
        for account in sorted({end for move in moves for end in (move.source, move.target)}, key=str):
            rows = self._sql["account"].rows(connection, kind=account.kind, owner=account.owner)
            if rows:
                opened[account] = _Opened(*rows[0])
                continue
            number = int(self._sql["accounts"].value(connection)) + 1
            self._sql["add_account"].write(connection, id=number, kind=account.kind, owner=account.owner)
            opened[account] = _Opened(number)
        return opened

    def _entries(
        self, connection: Connection, moves: Iterable[Move], opened: Mapping[Account, _Opened], new_lot: int | None
    ) -> list[Entry]:
        """Write both sides of each move. Raises FloorError, LotError."""
        entries = []
        for move in moves:
            source, lot = opened[move.source], move.lot if new_lot is None else new_lot
            if move.source.has_floor and source.balance < move.amount:
                raise FloorError(str(move.source), source.balance, move.amount)
            if move.lot is not None and move.source.kind in MEMBER_KINDS:
                self._take_from_lot(connection, move, move.lot, source)
            for account, amount in ((move.source, -move.amount), (move.target, move.amount)):
                one = opened[account]
                one.balance, one.version = one.balance + amount, one.version + 1
                entries.append(Entry(account, amount, one.balance, one.version, lot))
        return entries

    def _take_from_lot(self, connection: Connection, move: Move, lot: int, source: _Opened) -> None:
        source.lots = {} if source.lots is None else source.lots
        if lot not in source.lots:
            source.lots[lot] = int(self._sql["lot_in"].value(connection, lot=lot, account=source.id))
        if source.lots[lot] < move.amount:
            raise LotError(lot, str(move.source), source.lots[lot], move.amount)
        source.lots[lot] -= move.amount

    def _write_transfer(self, connection: Connection, number: int, transfer: Transfer, nodes: bytes) -> None:
        self._sql["add_transfer"].write(
            connection,
            id=number,
            key=transfer.key,
            body=transfer.body,
            kind=transfer.kind,
            cause=transfer.cause,
            reason=transfer.reason,
            happened_at=transfer.happened_at,
            recorded_at=transfer.recorded_at,
            nodes=nodes,
        )

    def _write_entries(
        self, connection: Connection, number: int, entries: Iterable[Entry], opened: Mapping[Account, _Opened]
    ) -> None:
        for line, entry in enumerate(entries):
            self._sql["add_entry"].write(
                connection,
                transfer=number,
                line=line,
                account=opened[entry.account].id,
                version=entry.version,
                amount=entry.amount,
                balance=entry.balance,
                lot=entry.lot,
            )

    def _write_award(self, connection: Connection, number: int, award: AwardDetails) -> None:
        values = {name: getattr(award, name) for name in AwardDetails.__slots__}
        self._sql["add_award"].write(connection, **values | {"id": number, "claimant": int(award.claimant)})

    def _schedule(self, connection: Connection, number: int, transfer: Transfer, award: AwardDetails | None) -> None:
        """Note what is due next: a new lot vests, a vested one expires, an empty one is done with."""
        if award is not None:
            self._sql["add_due"].write(connection, lot=number, at=award.vests_at)
            return
        for lot in {move.lot for move in transfer.moves if move.lot is not None}:
            left = self.lot_left(connection, lot)
            if not MEMBER_KINDS & left.keys():
                self._sql["done"].write(connection, lot=lot)
            elif transfer.kind is TransferKind.VEST:
                self._sql["vested"].write(connection, lot=lot)


_STATEMENTS: Final = {
    "find": """
        SELECT s.size, t.id, t.body FROM (SELECT coalesce(max(id), 0) AS size FROM points_transfer) s
        LEFT JOIN points_transfer t ON t.key = :key""",
    "size": "SELECT coalesce(max(id), 0) FROM points_transfer",
    "nodes": "SELECT nodes FROM points_transfer WHERE id = :id",
    "accounts": "SELECT coalesce(max(id), 0) FROM points_account",
    "account": """
        SELECT a.id, e.balance, e.version
        FROM points_account a JOIN points_entry e ON e.account = a.id
        WHERE a.kind = :kind AND a.owner = :owner ORDER BY e.version DESC LIMIT 1""",
    "lot": """
        SELECT a.kind, sum(e.amount) FROM points_entry e JOIN points_account a ON a.id = e.account
        WHERE e.lot = :lot GROUP BY a.kind""",
    "lot_in": "SELECT coalesce(sum(amount), 0) FROM points_entry WHERE lot = :lot AND account = :account",
    "add_account": "INSERT INTO points_account (id, kind, owner) VALUES (:id, :kind, :owner)",
    "add_transfer": """
        INSERT INTO points_transfer (id, key, body, kind, cause, reason, happened_at, recorded_at, nodes)
        VALUES (:id, :key, :body, :kind, :cause, :reason, :happened_at, :recorded_at, :nodes)""",
    "add_entry": """
        INSERT INTO points_entry (transfer, line, account, version, amount, balance, lot)
        VALUES (:transfer, :line, :account, :version, :amount, :balance, :lot)""",
    "add_award": """
        INSERT INTO points_award (id, rule, rule_id, member, item, device, claimant, once, day, amount,
            day_spent, facts, vests_at, expires_at)
        VALUES (:id, :rule, :rule_id, :member, :item, :device, :claimant, :once, :day, :amount,
            :day_spent, :facts, :vests_at, :expires_at)""",
    "add_nonce": "INSERT INTO points_nonce (id, nonce) VALUES (:id, :nonce)",
    "add_due": "INSERT INTO points_due (lot, step, at) VALUES (:lot, 'vest', :at)",
    "vested": """
        UPDATE points_due SET step = 'expire', at = (SELECT expires_at FROM points_award WHERE id = :lot)
        WHERE lot = :lot""",
    "done": "DELETE FROM points_due WHERE lot = :lot",
}
