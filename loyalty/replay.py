"""Play the ledger again from its first transfer. Pure: rows in, and the first that is not what it must be.

Nothing that a row says is believed where it can be recomputed: keys, amounts, balances, versions, decisions, facts,
times of vesting and expiry. What cannot be (who, which piece, when) is bound by the leaf that the row's text has in
the log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final

from loyalty import merkle
from loyalty.award_rows import award_details, award_transfer
from loyalty.decide import Effects, decide
from loyalty.errors import LoyaltyError
from loyalty.leaves import AwardDetails, leaf_of, leaf_text
from loyalty.replay_rows import Row, account_in, event_in, kind_in, reason_in, rule_in, same, transfer_row, wrong
from loyalty.replay_state import Balances, Counts, Lot
from loyalty.results import TreeHead
from loyalty.rule import Rule
from loyalty.transfers import (
    MEMBER_KINDS,
    Account,
    AccountKind,
    Entry,
    Move,
    Transfer,
    TransferKind,
    check_flows,
    expire_body,
    fund_body,
    reverse_body,
    sweep_key,
    vest_body,
)

_SPENDABLE: Final = (AccountKind.PENDING, AccountKind.AVAILABLE)


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of one transfer."""

    transfer: Row
    entries: Sequence[Row]
    award: Row | None
    nonce: Row | None


class Replay:
    """The ledger, as far as it was played. Every method raises WrongRowError."""

    def __init__(self, rules: Sequence[Row], accounts: Sequence[Row]) -> None:
        self._rules = {row["hash"]: rule_in(row) for row in rules}
        self._rule_rows = {row["hash"]: row for row in rules}
        self._accounts = {row["id"]: account_in(row) for row in accounts}
        self._balances = Balances()
        self._counts = Counts()
        self._newest: dict[int, bytes] = {}
        self._rules_used: set[bytes] = set()
        self._due: dict[int, tuple[str, int]] = {}
        self.size = 0
        self.issued = 0

    def step(self, rows: Rows) -> None:
        """Play one transfer.

        1. It has the next number.
        2. Its kind says what it must be, from everything before it.
        3. Its entries are the sides of its moves, with balances and versions.
        4. Its text is what its leaf commits to, and its nodes complete the log.
        """
        number = self.size + 1
        same("points_transfer", number, {"id": number}, rows.transfer)
        kind = kind_in(rows.transfer)
        if (rows.award is not None) is not (kind is TransferKind.AWARD):
            wrong("points_transfer", number, f"kind {kind} with{'out' if rows.award is None else ''} an award")
        transfer, award = self._expected(kind, number, rows)
        if not transfer.moves:
            wrong("points_transfer", number, f"nothing was there to move of lot {transfer.cause}")
        try:
            check_flows(transfer)
            entries = self._balances.post(transfer.moves, number if award else None)
        except LoyaltyError as error:
            wrong("points_transfer", number, str(error))
        same("points_transfer", number, transfer_row(transfer), rows.transfer)
        self._check_entries(number, entries, rows.entries)
        self._check_leaf(number, leaf_text(number, transfer, entries, award), rows)
        self._schedule(number, transfer, award)
        self.size = number

    def finish(self, due: Sequence[Row]) -> None:
        """Hold what is due to what the ledger makes due, and find rows that nothing cites."""
        found = {row["lot"]: row for row in due}
        for lot in sorted(self._due.keys() | found.keys()):
            if lot not in found or lot not in self._due:
                wrong("points_due", lot, "is missing" if lot not in found else "nothing is due for this lot")
            step, at = self._due[lot]
            same("points_due", lot, {"step": step, "at": at}, found[lot])
        for number in self._accounts:
            if not 1 <= number <= len(self._balances.accounts):
                wrong("points_account", number, "no entry is of this account")
        for rule_hash, rule in self._rules.items():
            if rule_hash not in self._rules_used:
                wrong("points_rule", rule.id, "no award cites it")

    def head(self) -> TreeHead:
        """Give the log's head, recomputed from the leaves."""
        return TreeHead(self.size, merkle.root(self.size, self._node))

    @property
    def outstanding(self) -> int:
        """Add up what members have."""
        accounts = self._balances.accounts.items()
        return sum(standing.balance for account, standing in accounts if account.kind in MEMBER_KINDS)

    # ---- what a transfer must be, by its kind

    def _expected(self, kind: TransferKind, number: int, rows: Rows) -> tuple[Transfer, AwardDetails | None]:
        match kind:
            case TransferKind.AWARD:
                return self._award(number, rows)
            case TransferKind.FUND:
                return self._fund(number, rows), None
            case TransferKind.VEST:
                return self._vest(number, rows), None
            case TransferKind.EXPIRE:
                return self._expire(number, rows), None
            case TransferKind.REVERSE:
                return self._reverse(number, rows), None
            case TransferKind.HOLD | TransferKind.RELEASE | TransferKind.CAPTURE:
                return self._as_stored(number, rows), None

    def _fund(self, number: int, rows: Rows) -> Transfer:
        stored = self._as_stored(number, rows)
        move = stored.moves[0]
        self.issued += move.amount
        expected = replace(stored, body=fund_body(move.target.owner, move.amount), moves=(replace(move, lot=None),))
        return replace(expected, happened_at=stored.recorded_at, cause=None, reason=None)

    def _award(self, number: int, rows: Rows) -> tuple[Transfer, AwardDetails]:
        row = rows.award
        assert row is not None
        same("points_award", number, {"id": number}, row)
        rule = self._rule_cited(number, row["rule"], rows.transfer["recorded_at"])
        event, recorded_at = event_in(row, rows.transfer), rows.transfer["recorded_at"]
        campaign = Account(AccountKind.CAMPAIGN, rule.campaign)
        facts = self._counts.facts(rule, event, recorded_at, self._balances.balance(campaign))
        outcome = decide(rule, facts).outcome
        if event.kind is not rule.on or not isinstance(outcome, Effects):
            wrong("points_award", number, f"rule {rule.id} does not pay for this: {outcome}")
        details = award_details(rule, event, facts, outcome)
        same("points_award", number, asdict(details) | {"claimant": int(event.claimant)}, row)
        self._counts.note(rule, event, recorded_at, outcome)
        self._balances.lots[number] = Lot(event.member, details.vests_at, details.expires_at, Counter(), Counter())
        return award_transfer(rule, event, facts, outcome), details

    def _vest(self, number: int, rows: Rows) -> Transfer:
        lot = self._lot(number, rows, lambda lot: lot.vests_at)
        target = Account(AccountKind.AVAILABLE, lot.member)
        return self._sweep(rows, lot, lot.vests_at, vest_body, (AccountKind.PENDING,), target)

    def _expire(self, number: int, rows: Rows) -> Transfer:
        lot = self._lot(number, rows, lambda lot: lot.expires_at)
        return self._sweep(rows, lot, lot.expires_at, expire_body, _SPENDABLE, Account(AccountKind.EXPIRED))

    def _reverse(self, number: int, rows: Rows) -> Transfer:
        row = rows.transfer
        lot, reason = self._lot(number, rows, lambda _: 0), reason_in(row)
        if reason is None:
            wrong("points_transfer", number, "is reversed for no reason")
        moves = lot.moves(row["cause"], _SPENDABLE, Account(AccountKind.REVERSED))
        body, now_s = reverse_body(row["cause"], reason), row["recorded_at"]
        return Transfer(TransferKind.REVERSE, row["key"], body, now_s, now_s, moves, row["cause"], reason)

    def _sweep(
        self,
        rows: Rows,
        lot: Lot,
        due_at: int,
        body: Callable[[int], bytes],
        sources: Sequence[AccountKind],
        target: Account,
    ) -> Transfer:
        kind, cause = TransferKind(rows.transfer["kind"]), rows.transfer["cause"]
        key = sweep_key(kind, cause, lot.swept[kind])
        lot.swept[kind] += 1
        moves = lot.moves(cause, sources, target)
        return Transfer(kind, key, body(cause), due_at, rows.transfer["recorded_at"], moves, cause)

    def _as_stored(self, number: int, rows: Rows) -> Transfer:
        """Read the moves from the entries, where only the leaf can say what they must be."""
        if not rows.entries or len(rows.entries) % 2:
            wrong("points_transfer", number, f"{len(rows.entries)} entries are no whole moves")
        moves = []
        for source, target in zip(rows.entries[::2], rows.entries[1::2], strict=True):
            ends = [self._accounts.get(row["account"]) for row in (source, target)]
            if ends[0] is None or ends[1] is None:
                wrong("points_entry", f"{number}/{source['line']}", "its account does not exist")
            moves.append(Move(ends[0], ends[1], target["amount"], target["lot"]))
        row = rows.transfer
        return Transfer(
            TransferKind(row["kind"]),
            row["key"],
            row["body"],
            row["happened_at"],
            row["recorded_at"],
            tuple(moves),
            row["cause"],
            reason_in(row),
        )

    # ---- parts of a step

    def _rule_cited(self, number: int, rule_hash: bytes, recorded_at: int) -> Rule:
        rule = self._rules.get(rule_hash)
        if rule is None:
            wrong("points_award", number, f"rule {rule_hash.hex()} is not on record")
        if rule_hash not in self._rules_used:
            self._rules_used.add(rule_hash)
            same("points_rule", rule.id, {"recorded_at": recorded_at}, self._rule_rows[rule_hash])
        return rule

    def _lot(self, number: int, rows: Rows, due_at: Callable[[Lot], int]) -> Lot:
        lot = self._balances.lots.get(rows.transfer["cause"])
        if lot is None:
            wrong("points_transfer", number, f"cause {rows.transfer['cause']} is no award")
        if rows.transfer["recorded_at"] < due_at(lot):
            wrong("points_transfer", number, f"came before {due_at(lot)}")
        return lot

    def _check_entries(self, number: int, expected: Sequence[Entry], found: Sequence[Row]) -> None:
        for line, entry in enumerate(expected):
            if line >= len(found) or found[line]["line"] != line:
                wrong("points_entry", f"{number}/{line}", "is missing")
            account = self._balances.accounts[entry.account]
            if self._accounts.get(account.id) != entry.account:
                wrong("points_account", account.id, f"must be {entry.account}")
            values = {name: getattr(entry, name) for name in ("amount", "balance", "version", "lot")}
            same("points_entry", f"{number}/{line}", values | {"account": account.id}, found[line])
        if len(found) > len(expected):
            wrong("points_entry", f"{number}/{found[len(expected)]['line']}", "is one too many")

    def _check_leaf(self, number: int, text: str, rows: Rows) -> None:
        if rows.nonce is None:
            wrong("points_nonce", number, "is missing")
        nodes = merkle.completed_nodes(number - 1, leaf_of(text, rows.nonce["nonce"]), self._node)
        if rows.transfer["nodes"] != nodes:
            wrong("points_transfer", number, "its text, salt and place are not what its leaf commits to")
        for level in range(len(nodes) // merkle.HASH_BYTES):
            self._newest[level] = merkle.node_in(nodes, level)

    def _node(self, index: int, level: int) -> bytes:
        """Give the newest node of a level: appending and the present root ask for no other."""
        del index
        return self._newest[level]

    def _schedule(self, number: int, transfer: Transfer, award: AwardDetails | None) -> None:
        if award is not None:
            self._due[number] = ("vest", award.vests_at)
        for lot in {move.lot for move in transfer.moves if move.lot is not None}:
            if not any(self._balances.lots[lot].left[kind] for kind in MEMBER_KINDS):
                self._due.pop(lot, None)
            elif transfer.kind is TransferKind.VEST:
                self._due[lot] = ("expire", self._balances.lots[lot].expires_at)
