"""What the ledger stands at while it is played again: accounts, lots, and how often each rule paid. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from loyalty.decide import DAY_S, Effects, Facts
from loyalty.errors import FloorError, LotError
from loyalty.events import AwardEvent
from loyalty.rule import Rule
from loyalty.transfers import MEMBER_KINDS, Account, AccountKind, Entry, Move


@dataclass(slots=True)
class Standing:
    """One account: its number, in order of first use, its balance and its version."""

    id: int
    balance: int = 0
    version: int = 0


@dataclass(slots=True)
class Lot:
    """One award's points: whose they are, when they move, and where they are."""

    member: str
    vests_at: int
    expires_at: int
    left: Counter[AccountKind]
    swept: Counter[str]
    """How often each sweep moved it."""

    def moves(self, number: int, sources: Iterable[AccountKind], target: Account) -> tuple[Move, ...]:
        """Move all that some accounts have of the lot."""
        return tuple(
            Move(Account(kind, self.member), target, self.left[kind], number) for kind in sources if self.left[kind]
        )


class Balances:
    """Every account and every lot."""

    def __init__(self) -> None:
        self.accounts: dict[Account, Standing] = {}
        self.lots: dict[int, Lot] = {}

    def balance(self, account: Account) -> int:
        """Give what an account holds."""
        return self.accounts[account].balance if account in self.accounts else 0

    def post(self, moves: Iterable[Move], new_lot: int | None) -> list[Entry]:
        """Give the entries that moves make. Raises FloorError, LotError."""
        for account in sorted({end for move in moves for end in (move.source, move.target)}, key=str):
            self.accounts.setdefault(account, Standing(len(self.accounts) + 1))
        entries = []
        for move in moves:
            number = move.lot if new_lot is None else new_lot
            source = self.accounts[move.source]
            if move.source.has_floor and source.balance < move.amount:
                raise FloorError(str(move.source), source.balance, move.amount)
            if number is not None:
                self._move_lot(number, move)
            for account, amount in ((move.source, -move.amount), (move.target, move.amount)):
                standing = self.accounts[account]
                standing.balance, standing.version = standing.balance + amount, standing.version + 1
                entries.append(Entry(account, amount, standing.balance, standing.version, number))
        return entries

    def _move_lot(self, number: int, move: Move) -> None:
        lot = self.lots.get(number)
        held = lot.left[move.source.kind] if lot is not None else 0
        if move.source.kind in MEMBER_KINDS and (lot is None or lot.member != move.source.owner or held < move.amount):
            raise LotError(number, str(move.source), held, move.amount)
        if lot is not None:
            lot.left[move.source.kind] -= move.amount
            lot.left[move.target.kind] += move.amount


class Counts:
    """How often each rule paid: what the facts of the next award are made of."""

    def __init__(self) -> None:
        self._once: set[bytes] = set()
        self._items: Counter[tuple[str, str]] = Counter()
        self._strangers: Counter[tuple[str, str]] = Counter()
        self._members: Counter[tuple[str, str, int]] = Counter()
        self._devices: Counter[tuple[str, str, int]] = Counter()
        self._spent: defaultdict[tuple[str, int], int] = defaultdict(int)

    def facts(self, rule: Rule, event: AwardEvent, recorded_at: int, campaign_balance: int) -> Facts:
        """Give what the rule saw."""
        item, day = str(event.item), recorded_at // DAY_S
        return Facts(
            recorded_at=recorded_at,
            doubt=None,
            staff=event.staff,
            claimant=event.claimant,
            once_used=rule.once_key(event.member, item) in self._once,
            item_members=self._items[rule.id, item],
            item_strangers=self._strangers[rule.id, item],
            member_day=self._members[rule.id, event.member, day],
            device_day=self._devices[rule.id, event.device, day],
            day_spent=self._spent[rule.id, day],
            campaign_balance=campaign_balance,
        )

    def note(self, rule: Rule, event: AwardEvent, recorded_at: int, effects: Effects) -> None:
        """Count an award."""
        item, day = str(event.item), recorded_at // DAY_S
        self._once.add(rule.once_key(event.member, item))
        self._items[rule.id, item] += 1
        self._strangers[rule.id, item] += not event.claimant
        self._members[rule.id, event.member, day] += 1
        self._devices[rule.id, event.device, day] += 1
        self._spent[rule.id, day] = effects.day_spent
