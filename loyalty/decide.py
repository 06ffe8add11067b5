"""Decide whether an event is paid. Pure: a rule and the facts in, effects or a reason out, with every step taken."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from loyalty.results import Reason
from loyalty.rule import Condition, Rule

DAY_S: Final = 86_400
_JSON: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a rule looks at, read in the transaction that pays."""

    recorded_at: int
    doubt: Reason | None
    """What the verdict lacks; None when it is VERIFIED under policy AWARD."""
    staff: bool
    claimant: bool
    once_used: bool
    item_members: int
    """Awards of the rule for this piece, ever."""
    item_strangers: int
    """Of these, to members who had not claimed it."""
    member_day: int
    device_day: int
    """Awards of the rule today."""
    day_spent: int
    """Points that the rule paid today."""
    campaign_balance: int

    @property
    def day(self) -> int:
        """Give the day of the award: days since 1970, UTC."""
        return self.recorded_at // DAY_S

    def text(self) -> str:
        """Write them as canonical JSON."""
        return _JSON.encode({name: getattr(self, name) for name in self.__slots__})


@dataclass(frozen=True, slots=True)
class Effects:
    """What is paid."""

    amount: int
    vests_at: int
    expires_at: int
    day_spent: int
    """Points that the rule has paid today, with this award."""


@dataclass(frozen=True, slots=True)
class Step:
    """One question that a rule asked, with the reason that a no gives."""

    reason: Reason
    held: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """Effects, or the reason why there are none."""

    outcome: Effects | Reason
    trace: tuple[Step, ...]
    """The questions in order; the last one decided when it was not held."""


def decide(rule: Rule, facts: Facts) -> Decision:
    """Ask every question of a rule in order, until one is not held."""
    trace = []
    for step in _questions(rule, facts):
        trace.append(step)
        if not step.held:
            return Decision(step.reason, tuple(trace))
    effects = Effects(
        amount=rule.amount,
        vests_at=facts.recorded_at + rule.vest_days * DAY_S,
        expires_at=facts.recorded_at + rule.expire_days * DAY_S,
        day_spent=facts.day_spent + rule.amount,
    )
    return Decision(effects, tuple(trace))


def facts_hash(text: str) -> bytes:
    """Hash the text of facts: 32 bytes."""
    return hashlib.sha256(text.encode()).digest()


def again_at(reason: Reason, recorded_at: int) -> int | None:
    """Say when a reason may be gone by itself: the day's bounds end at midnight, UTC."""
    if reason in {Reason.MEMBER_DAY, Reason.DEVICE_DAY, Reason.DAY_SPENT}:
        return (recorded_at // DAY_S + 1) * DAY_S
    return None


def _questions(rule: Rule, facts: Facts) -> Iterator[Step]:
    doubt, limits = facts.doubt, rule.limits
    if Condition.NOT_STAFF in rule.when:
        yield Step(Reason.STAFF, not facts.staff)
    if Condition.VERIFIED in rule.when:
        yield Step(doubt or Reason.CANNOT_VERIFY, doubt in {None, Reason.NOT_SOLD})
    if Condition.SOLD in rule.when:
        yield Step(Reason.NOT_SOLD, doubt is not Reason.NOT_SOLD)
    yield Step(Reason.ALREADY_COLLECTED, not facts.once_used)
    free = limits.item_members - facts.item_members
    open_to_strangers = limits.item_members - limits.item_kept - facts.item_strangers
    yield Step(Reason.SLOTS_TAKEN, free > 0 and (facts.claimant or open_to_strangers > 0))
    yield Step(Reason.MEMBER_DAY, facts.member_day < limits.member_day)
    yield Step(Reason.DEVICE_DAY, facts.device_day < limits.device_day)
    yield Step(Reason.DAY_SPENT, facts.day_spent + rule.amount <= rule.per_day)
    yield Step(Reason.CAMPAIGN_EMPTY, facts.campaign_balance >= rule.amount)
