"""Real points in a database of their own, a clock that is moved by hand, and verdicts as a page would bring them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from loyalty.adapters.sql_database import Database
from loyalty.events import AwardEvent, EventKind
from loyalty.points import Points
from loyalty.rule import Rule, read_rule
from loyalty.rulebook import RuleBook, shipped_rules
from provenance_schemas.ids import BatchId, ItemId, address_of
from tests.fakes.database import points_database
from verifier.policies import AWARD
from verifier.verdict import Code, Finding, Outcome, Policy, Verdict

DAY_S = 86_400
START_S = 20_000 * DAY_S + 9 * 3600
"""A morning in October 2024, UTC."""
FUNDS = 1_000_000
_BATCH = BatchId(31337, address_of(b"\x05" * 20), 77)
RULE = """
id = "{id}"
version = 1
on = "{on}"
when = ["verified", "sold", "not_staff"]
once_per = {once_per}
amount = {amount}
[limits]
{limits}
[vest]
days = {vest_days}
[expire]
days = {expire_days}
[budget]
campaign = "{campaign}"
per_day = {per_day}
[explain]
en = "A check."
fr = "Une vérification."
"""


@dataclass
class FakeClock:
    """Stands still until it is moved. Unix seconds."""

    now_s: float = START_S

    def __call__(self) -> float:
        return self.now_s

    def pass_days(self, days: float) -> None:
        self.now_s += days * DAY_S


@dataclass
class PointsWorld:
    """Points, with everything that a test moves."""

    database: Database
    points: Points
    clock: FakeClock
    drawn: int = field(default=0)

    def event(self, member="ana", item=0, **changes) -> AwardEvent:
        """Tell a check by a member, with a scan of its own."""
        self.drawn += 1
        fields = {
            "kind": EventKind.CHECK,
            "member": member,
            "item": some_item(item) if isinstance(item, int) else item,
            "source": f"scan-{self.drawn}",
            "device": f"phone-of-{member}",
            "happened_at": int(self.clock.now_s) - 60,
        }
        return AwardEvent(**fields | changes)

    def check(self, member="ana", item=0, **changes):
        return self.points.award(award_verdict(), self.event(member, item, **changes))

    def claim(self, member="ana", item=0, **changes):
        return self.check(member, item, kind=EventKind.CLAIM, claimant=True, **changes)


def some_points(folder: Path, rules: RuleBook | None = None, *, funds: int = FUNDS) -> PointsWorld:
    """Open points in a new database, each campaign with funds."""
    database = points_database(folder / "site.sqlite3")
    clock = FakeClock()
    points = Points(database, rules or shipped_rules(), clock)
    for campaign in points.rules.campaigns if funds else ():
        points.fund(campaign, funds, f"first-{campaign}")
    return PointsWorld(database, points, clock)


def some_item(index: int) -> ItemId:
    """Name a piece of one batch."""
    return _BATCH.item(index)


def some_rule(**changes) -> Rule:
    """Read a rule that pays for checks; `limits` is TOML."""
    fields = {
        "id": "first-check",
        "on": "check",
        "once_per": ["member", "item"],
        "amount": 10,
        "limits": "item_members = 3\nitem_kept = 1\nmember_day = 5\ndevice_day = 5",
        "vest_days": 1,
        "expire_days": 730,
        "campaign": "discovery",
        "per_day": 2000,
    }
    return read_rule("rule.toml", RULE.format(**fields | changes).encode())


def award_verdict(
    outcomes: Mapping[Code, Outcome] | None = None, policy: Policy = AWARD, default: Outcome = Outcome.PASSED
) -> Verdict:
    """Draw a verdict in which every code that is asked for is `default`, except those named."""
    asked = sorted(policy.required | policy.advisory)
    return Verdict(policy, tuple(Finding(code, (outcomes or {}).get(code, default), "as given") for code in asked))
