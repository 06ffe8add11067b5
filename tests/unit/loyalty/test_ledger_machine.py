"""The ledger against a small model of it, over random lives of three members and four pieces.

The model knows nothing of entries, versions or trees: it keeps lots in a list and moves them. Earliest first, once for
ever, never under a floor.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import text

from loyalty.book import Book
from loyalty.errors import NothingLeftError
from loyalty.events import EventKind
from loyalty.results import Award, Reason, Reversal
from loyalty.rulebook import RuleBook
from loyalty.transfers import Account, AccountKind, Move, Transfer, TransferKind
from tests.fakes.points import DAY_S, FakeClock, PointsWorld, award_verdict, some_points, some_rule

MEMBERS = ("ana", "ben", "cleo")
CHECK, CLAIM = 10, 40
LIMITS = "item_members = 3\nitem_kept = 1\nmember_day = 2\ndevice_day = 3"
RULES = RuleBook(
    [
        some_rule(limits=LIMITS, per_day=40, vest_days=1, expire_days=5),
        some_rule(
            id="claim",
            on="claim",
            once_per=["item"],
            amount=CLAIM,
            limits="",
            vest_days=3,
            expire_days=6,
            campaign="ownership",
            per_day=80,
        ),
    ]
)
FUNDS = 120
members, items = st.sampled_from(MEMBERS), st.integers(0, 3)


class ModelLot:
    """Points of one award, and where they are."""

    def __init__(self, award, member, amount, vests_at, expires_at):
        self.award, self.member = award, member
        self.vests_at, self.expires_at = vests_at, expires_at
        self.at = Counter({"pending": amount})

    def move(self, source, target, amount):
        self.at[source] -= amount
        self.at[target] += amount


class Model:
    """What must be true, in as few words as possible."""

    def __init__(self):
        self.lots, self.paid = [], []
        self.funds = {"discovery": FUNDS, "ownership": FUNDS}

    def expected(self, kind, member, item, device, claimant, day):
        """Give the reason for which this is declined; None when it is paid."""
        mine = [paid for paid in self.paid if paid["kind"] == kind]
        of_item = [paid for paid in mine if paid["item"] == item]
        today = [paid for paid in mine if paid["day"] == day]
        if kind == "claim":
            campaign, amount, per_day = "ownership", CLAIM, 80
            if of_item:
                return Reason.ALREADY_COLLECTED
        else:
            campaign, amount, per_day = "discovery", CHECK, 40
            if any(paid["member"] == member for paid in of_item):
                return Reason.ALREADY_COLLECTED
            strangers = sum(not paid["claimant"] for paid in of_item)
            if len(of_item) == 3 or (strangers >= 2 and not claimant):
                return Reason.SLOTS_TAKEN
            if sum(paid["member"] == member for paid in today) == 2:
                return Reason.MEMBER_DAY
            if sum(paid["device"] == device for paid in today) == 3:
                return Reason.DEVICE_DAY
        if len(today) * amount + amount > per_day:
            return Reason.DAY_SPENT
        return Reason.CAMPAIGN_EMPTY if self.funds[campaign] < amount else None

    def pay(self, award, now_s, **paid):
        amount, vest, expire, campaign = (
            (CHECK, 1, 5, "discovery") if paid["kind"] == "check" else (CLAIM, 3, 6, "ownership")
        )
        self.paid.append(paid | {"day": now_s // DAY_S})
        self.funds[campaign] -= amount
        self.lots.append(ModelLot(award, paid["member"], amount, now_s + vest * DAY_S, now_s + expire * DAY_S))

    def settle(self, now_s):
        for lot in self.lots:
            if lot.vests_at <= now_s:
                lot.move("pending", "available", lot.at["pending"])
            if lot.expires_at <= now_s:
                lot.move("available", "expired", lot.at["available"])

    def total(self, member, place):
        return sum(lot.at[place] for lot in self.lots if lot.member == member)


@pytest.fixture(scope="module")
def empty_ledger(tmp_path_factory):
    """A database with its schema and funds, to be copied: migrating costs more than a whole life."""
    folder = tmp_path_factory.mktemp("empty")
    some_points(folder, RULES, funds=FUNDS).database.close()
    return folder / "site.sqlite3"


class LedgerMachine(RuleBasedStateMachine):
    """Random lives; a subclass says where the empty ledger is."""

    empty: Path

    @initialize()
    def open(self):
        self.folder = tempfile.TemporaryDirectory(prefix="assay-machine-")
        shutil.copy(self.empty, self.folder.name)
        self.world: PointsWorld = some_points(Path(self.folder.name), RULES, funds=0)
        self.clock: FakeClock = self.world.clock
        self.model = Model()
        self.asked = []
        self.reversals = 0

    @rule(member=members, item=items, device=members, claimant=st.booleans(), kind=st.sampled_from(EventKind))
    def ask(self, member, item, device, claimant, kind):
        """Ask for an award: it is paid exactly when the model says so, or declined for the model's reason."""
        now_s = int(self.clock())
        expected = self.model.expected(kind, member, item, device, claimant, now_s // DAY_S)
        event = self.world.event(member, item, device=device, claimant=claimant, kind=kind)
        found = self.world.points.award(award_verdict(), event)
        if isinstance(found, Award):
            assert expected is None
            self.model.pay(found.id, now_s, kind=kind, member=member, item=item, device=device, claimant=claimant)
            self.asked.append((event, found))
        else:
            assert found.reason is expected

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def ask_again(self, data):
        """The same request at any later time: the same award, and nothing moves."""
        event, award = data.draw(st.sampled_from(self.asked))
        again = self.world.points.award(award_verdict(), event)
        assert (again.id, again.amount, again.repeated) == (award.id, award.amount, True)

    @rule(hours=st.sampled_from([1, 20, 60]))
    def wait(self, hours):
        self.clock.now_s += hours * 3600

    @rule(order=st.permutations(["vest_due", "expire_due", "vest_due", "expire_due"]))
    def settle(self, order):
        """In any order, as often as one likes: once both have run after each other, all is settled."""
        for name in [*order, "vest_due", "expire_due"]:
            getattr(self.world.points, name)()
        self.model.settle(int(self.clock()))

    @precondition(lambda self: self.model.lots)
    @rule(data=st.data())
    def reverse(self, data):
        lot = data.draw(st.sampled_from(self.model.lots))
        self.reversals += 1
        try:
            self.world.points.reverse(lot.award, Reversal.MISTAKE, f"case-{self.reversals}")
        except NothingLeftError:
            assert not lot.at["pending"] + lot.at["available"]
        for place in ("pending", "available"):
            lot.move(place, "reversed", lot.at[place])

    @rule(member=members, amount=st.integers(1, 60))
    def hold(self, member, amount):
        """Take from the lots that expire first, as redeeming will."""
        lots = sorted((lot for lot in self.model.lots if lot.member == member), key=lambda lot: lot.expires_at)
        self.spend(TransferKind.HOLD, lots, amount, "available", "held")

    @rule(member=members, amount=st.integers(1, 60), kind=st.sampled_from(["release", "capture"]))
    def end_hold(self, member, amount, kind):
        lots = [lot for lot in self.model.lots if lot.member == member]
        self.spend(TransferKind(kind), lots, amount, "held", "available" if kind == "release" else "redeemed")

    def spend(self, kind, lots, amount, source, target):
        moves = []
        for lot in lots:
            part = min(amount, lot.at[source])
            if part:
                owner = "" if target == "redeemed" else lot.member
                ends = Account(AccountKind(source), lot.member), Account(AccountKind(target), owner)
                moves.append(Move(*ends, part, lot.award))
                lot.move(source, target, part)
                amount -= part
        if moves:
            self.post(kind, tuple(moves))

    def post(self, kind, moves):
        now_s = int(self.clock())
        with self.world.database.writing() as connection:
            book = Book(self.world.database.engine.dialect)
            key = f"{kind}:{book.size(connection)}"
            book.post(connection, Transfer(kind, key, b"\1" * 32, now_s, now_s, moves))

    @invariant()
    def balances_are_those_of_the_model(self):
        for member in MEMBERS:
            found = self.world.points.balance(member)
            assert (found.pending, found.available, found.held) == tuple(
                self.model.total(member, place) for place in ("pending", "available", "held")
            )

    @invariant()
    def all_entries_sum_to_zero(self):
        with self.world.database.reading() as connection:
            total = connection.execute(text("SELECT coalesce(sum(amount), 0) FROM points_entry")).scalar_one()
            lowest = connection.execute(
                text(
                    "SELECT min(e.balance) FROM points_entry e JOIN points_account a ON a.id = e.account "
                    "WHERE a.kind <> 'issuance'"
                )
            ).scalar_one()
        assert (total, lowest >= 0) == (0, True)

    def teardown(self):
        """The audit agrees at the end of every life."""
        if hasattr(self, "world"):
            audit = self.world.points.audit()
            self.world.database.close()
            self.folder.cleanup()
            assert audit.fault is None, audit.fault
            assert audit.outstanding == sum(
                self.model.total(member, place) for member in MEMBERS for place in ("pending", "available", "held")
            )


def test_the_ledger_does_what_the_model_does(empty_ledger):
    """Twenty-five lives of up to thirty events; a life that fails is told as it was, for shrinking it takes minutes."""
    case = type("Life", (LedgerMachine,), {"empty": empty_ledger}).TestCase
    case.settings = settings(
        max_examples=25,
        stateful_step_count=30,
        deadline=None,
        phases=(Phase.reuse, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    case().runTest()
