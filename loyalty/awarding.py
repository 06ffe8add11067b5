"""Pay for a fact, or say why not: the gate on the verdict, then the rule, inside the transaction that pays."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection

from loyalty.award_rows import award_details, award_transfer
from loyalty.book import Book, Found
from loyalty.decide import DAY_S, Facts, again_at, decide
from loyalty.errors import IdempotencyError, WrongPolicyError
from loyalty.events import AwardEvent
from loyalty.ports import LedgerDatabase
from loyalty.prepared import Prepared
from loyalty.results import Award, Declined, Reason
from loyalty.rule import Rule
from loyalty.rulebook import RuleBook
from loyalty.transfers import AccountKind
from verifier.errors import NotVerifiedError
from verifier.policies import AWARD
from verifier.verdict import Code, Level, Outcome, Verdict


def doubt_of(verdict: Verdict) -> Reason | None:
    """Say what a verdict lacks to be paid for; None when it lacks nothing.

    CAUTION does not pay: under AWARD it means a scan pattern that is not that of one owner, or that nobody could see.
    Raises WrongPolicyError for a verdict under another policy.
    """
    if verdict.policy != AWARD:
        raise WrongPolicyError(verdict.policy.name)
    try:
        verdict.require(Level.VERIFIED)
    except NotVerifiedError as error:
        match error.level:
            case Level.REJECTED:
                failed = {code for code in AWARD.required if verdict.outcome(code) is Outcome.FAILED}
                return Reason.NOT_SOLD if failed == {Code.SALE_RECORDED} else Reason.NOT_GENUINE
            case Level.CAUTION:
                seen = verdict.outcome(Code.SCAN_PATTERN_PLAUSIBLE) is Outcome.FAILED
                return Reason.UNUSUAL_ACTIVITY if seen else Reason.CANNOT_VERIFY
            case _:
                return Reason.CANNOT_VERIFY
    return None


class AwardDesk:
    """Where events are paid: a book, under rules."""

    def __init__(self, database: LedgerDatabase, book: Book, rules: RuleBook) -> None:
        self._database = database
        self._book = book
        self._rules = rules
        self._sql = {name: Prepared(sql, database.engine.dialect) for name, sql in _STATEMENTS.items()}

    def award(self, verdict: Verdict, event: AwardEvent, now_s: int) -> Award | Declined:
        """Pay for an event, once.

        1. Look at the verdict: without VERIFIED, only what was paid before is given again.
        2. Read the facts and let the rule decide, where no other award can come in between.
        3. Post.

        Raises IdempotencyError when this member asked for this very fact with another item or device, WrongPolicyError,
        UnavailableError.
        """
        doubt = doubt_of(verdict)
        if doubt is not None:
            with self._database.reading() as connection:
                earlier = self._earlier(connection, event)
                return Declined(doubt) if isinstance(earlier, Found) else earlier
        with self._database.writing() as connection:
            earlier = self._earlier(connection, event)
            if not isinstance(earlier, Found):
                return earlier
            rule = self._rules.for_event(event.kind)
            if rule is None:
                return Declined(Reason.NO_RULE)
            return self._decide_and_pay(connection, rule, event, now_s, earlier)

    def outlook(self, event: AwardEvent, now_s: int) -> Award | Declined | Rule:
        """Say what asking for an event would bring just now, if its verdict is good; writes nothing.

        Gives the award that was paid before, the reason why nothing would be, or the rule that would pay. Others may be
        faster, so it is no promise. Raises IdempotencyError, UnavailableError.
        """
        with self._database.reading() as connection:
            earlier = self._earlier(connection, event)
            if not isinstance(earlier, Found):
                return earlier
            rule = self._rules.for_event(event.kind)
            if rule is None:
                return Declined(Reason.NO_RULE)
            outcome = decide(rule, self._facts(connection, rule, event, now_s)[0]).outcome
            return Declined(outcome, again_at(outcome, now_s)) if isinstance(outcome, Reason) else rule

    def _decide_and_pay(
        self, connection: Connection, rule: Rule, event: AwardEvent, now_s: int, found: Found
    ) -> Award | Declined:
        facts, is_recorded = self._facts(connection, rule, event, now_s)
        outcome = decide(rule, facts).outcome
        if isinstance(outcome, Reason):
            return Declined(outcome, again_at(outcome, now_s))
        if not is_recorded:
            self._sql["add_rule"].write(
                connection, hash=rule.hash, id=rule.id, version=rule.version, body=rule.body, recorded_at=now_s
            )
        details = award_details(rule, event, facts, outcome)
        posted = self._book.post(connection, award_transfer(rule, event, facts, outcome), details, found)
        return Award(
            posted.number,
            outcome.amount,
            rule.id,
            now_s,
            outcome.vests_at,
            outcome.expires_at,
            repeated=posted.repeated,
        )

    def _earlier(self, connection: Connection, event: AwardEvent) -> Award | Declined | Found:
        """Give what the same request was answered, or that nothing was paid for the fact yet.

        A scan that paid one member pays nobody else. Raises IdempotencyError.
        """
        try:
            found = self._book.find(connection, event.key, event.body())
        except IdempotencyError as error:
            if self._award(connection, error.transfer)[0] != event.member:
                return Declined(Reason.SCAN_USED)
            raise
        if found.number is None:
            return found
        _, amount, rule, recorded_at, vests_at, expires_at = self._award(connection, found.number)
        return Award(found.number, amount, rule, recorded_at, vests_at, expires_at, repeated=True)

    def _award(self, connection: Connection, number: int) -> tuple[Any, ...]:
        return self._sql["award"].rows(connection, id=number)[0]

    def _facts(self, connection: Connection, rule: Rule, event: AwardEvent, now_s: int) -> tuple[Facts, bool]:
        """Read what the rule looks at in one statement, and whether the rule's text is on record."""
        item = str(event.item)
        values = {
            "rule": rule.id,
            "hash": rule.hash,
            "item": item,
            "member": event.member,
            "device": event.device,
            "once": rule.once_key(event.member, item),
            "day": now_s // DAY_S,
            "kind": AccountKind.CAMPAIGN,
            "campaign": rule.campaign,
        }
        is_recorded, once_used, *counts, spent, balance = self._sql["facts"].rows(connection, **values)[0]
        item_members, item_strangers, member_day, device_day = counts
        facts = Facts(
            recorded_at=now_s,
            doubt=None,
            staff=event.staff,
            claimant=event.claimant,
            once_used=bool(once_used),
            item_members=item_members,
            item_strangers=item_strangers,
            member_day=member_day,
            device_day=device_day,
            day_spent=spent or 0,
            campaign_balance=balance or 0,
        )
        return facts, bool(is_recorded)


_STATEMENTS: Final = {
    "facts": """
        SELECT
            EXISTS (SELECT 1 FROM points_rule WHERE hash = :hash),
            EXISTS (SELECT 1 FROM points_award WHERE once = :once),
            (SELECT count(*) FROM points_award WHERE item = :item AND rule_id = :rule),
            (SELECT count(*) FROM points_award WHERE item = :item AND rule_id = :rule AND claimant = 0),
            (SELECT count(*) FROM points_award WHERE member = :member AND day = :day AND rule_id = :rule),
            (SELECT count(*) FROM points_award WHERE device = :device AND day = :day AND rule_id = :rule),
            (SELECT day_spent FROM points_award WHERE rule_id = :rule AND day = :day ORDER BY id DESC LIMIT 1),
            (SELECT e.balance FROM points_account a JOIN points_entry e ON e.account = a.id
                WHERE a.kind = :kind AND a.owner = :campaign ORDER BY e.version DESC LIMIT 1)""",
    "award": """
        SELECT w.member, w.amount, w.rule_id, t.recorded_at, w.vests_at, w.expires_at
        FROM points_award w JOIN points_transfer t ON t.id = w.id WHERE w.id = :id""",
    "add_rule": """
        INSERT INTO points_rule (hash, id, version, body, recorded_at)
        VALUES (:hash, :id, :version, :body, :recorded_at)""",
}
