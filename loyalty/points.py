"""The points of a brand: the one object that the site and the command line use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from loyalty.audit import Auditor
from loyalty.awarding import AwardDesk
from loyalty.book import Book
from loyalty.errors import EventError, LogSizeError, UnknownCampaignError
from loyalty.events import AwardEvent
from loyalty.merkle import consistency_path
from loyalty.ports import LedgerDatabase
from loyalty.results import Audit, Award, Balance, Declined, Growth, Receipt, Reversal, Settled, Statement, TreeHead
from loyalty.rule import Rule
from loyalty.rulebook import RuleBook
from loyalty.settling import Settler
from loyalty.statement import StatementDesk
from loyalty.transfers import Account, AccountKind, Move, Transfer, TransferKind, fund_body, key_in
from verifier.verdict import Verdict

Clock = Callable[[], float]
"""Gives unix seconds."""
FUND_MAX: Final = 10**12
LINES: Final = 50
SWEEP_LOTS: Final = 1000


class Points:
    """Points in one database, under one book of rules. Safe to share among threads.

    The database stands at the head of `tables.MIGRATIONS`. Every method raises UnavailableError when it is away.
    """

    def __init__(self, database: LedgerDatabase, rules: RuleBook, clock: Clock) -> None:
        self.rules = rules
        self._database = database
        self._clock = clock
        self._book = Book(database.engine.dialect)
        self._desk = AwardDesk(database, self._book, rules)
        self._settler = Settler(database, self._book)
        self._statements = StatementDesk(database, self._book)

    def award(self, verdict: Verdict, event: AwardEvent) -> Award | Declined:
        """Pay for an event, once, or say why not. `verdict` is of the event's item, under policy AWARD, and fresh.

        Raises IdempotencyError when the member asked for the same fact with another item or device, WrongPolicyError.
        """
        return self._desk.award(verdict, event, self._now_s())

    def outlook(self, event: AwardEvent) -> Award | Declined | Rule:
        """Say what asking for an event would bring just now, if its verdict is good. Writes nothing, promises nothing.

        Raises IdempotencyError.
        """
        return self._desk.outlook(event, self._now_s())

    def balance(self, member: str) -> Balance:
        """Give what a member has; zeros for one who never earned."""
        return self._statements.balance(member)

    def statement(self, member: str, *, limit: int = LINES, before: int | None = None) -> Statement:
        """Give a member's balance and awards, newest first; `before` is the `older` of the page before."""
        return self._statements.statement(member, limit, before)

    def receipt(self, member: str, award: int) -> Receipt:
        """Give what proves an award. Raises UnknownAwardError, also for somebody else's."""
        return self._statements.receipt(member, award)

    def rule_body(self, rule_hash: bytes) -> str | None:
        """Give the canonical text of a rule that ever paid, so that anybody can hash and recompute; None for others."""
        return self._statements.rule_body(rule_hash)

    def fund(self, campaign: str, amount: int, key: str) -> int:
        """Give a campaign points to pay from; gives the transfer's number. `key` is client-made: once for each.

        Raises UnknownCampaignError, IdempotencyError, EventError for a key or an amount (1 to 10^12) that cannot be.
        """
        if campaign not in self.rules.campaigns:
            raise UnknownCampaignError(campaign, self.rules.campaigns)
        if not 0 < amount <= FUND_MAX:
            raise EventError("amount", f"a campaign is funded with 1 to {FUND_MAX} points, not {amount}")
        move = Move(Account(AccountKind.ISSUANCE), Account(AccountKind.CAMPAIGN, campaign), amount)
        now_s = self._now_s()
        transfer = Transfer(
            TransferKind.FUND, key_in(TransferKind.FUND, key), fund_body(campaign, amount), now_s, now_s, (move,)
        )
        with self._database.writing() as connection:
            return self._book.post(connection, transfer).number

    def reverse(self, award: int, reason: Reversal, key: str) -> int:
        """Take back what is left of an award; gives the transfer's number.

        Raises UnknownAwardError, NothingLeftError, IdempotencyError.
        """
        return self._settler.reverse(award, reason, key, self._now_s())

    def settle_due(self, limit: int = SWEEP_LOTS) -> Settled:
        """Vest and expire what is due, at most `limit` lots of each. To be run every few minutes."""
        return Settled(self.vest_due(limit), self.expire_due(limit))

    def vest_due(self, limit: int = SWEEP_LOTS) -> int:
        """Make available what was pending long enough; gives how many lots."""
        return self._settler.vest_due(self._now_s(), limit)

    def expire_due(self, limit: int = SWEEP_LOTS) -> int:
        """Expire what is old; gives how many lots."""
        return self._settler.expire_due(self._now_s(), limit)

    def head(self) -> TreeHead:
        """Give the log's size and root."""
        with self._database.reading() as connection:
            return self._book.head(connection)

    def growth(self, first: int, second: int | None = None) -> Growth:
        """Prove that the log of `second` entries, or that of now, begins with all that it held at `first`.

        Raises LogSizeError for a size that the log has not reached: the log was cut, or the size is somebody else's.
        """
        with self._database.reading() as connection:
            size = self._book.size(connection)
            last = size if second is None else second
            if not 0 <= first <= last <= size:
                raise LogSizeError(first, last, size)
            path = consistency_path(first, last, self._book.node_reader(connection)) if first else ()
            return Growth(self._book.head_at(connection, first), self._book.head_at(connection, last), path)

    def audit(self) -> Audit:
        """Recompute every row from the first one on, and name the first that is wrong."""
        return Auditor(self._database).audit()

    def _now_s(self) -> int:
        return int(self._clock())
