"""Scans as the pages use them: what a page shows, what a report keeps, and a scan that is to earn points."""

from __future__ import annotations

import dataclasses

import pytest
from sqlalchemy import update

from provenance_schemas.step_kinds import EntryKind
from tests.fakes.database import some_database
from tests.fakes.scans import FakeScanLog
from tests.fakes.world import HOST, some_world
from verifier.answers import Answer, answer_of
from verifier.policies import AWARD, CLI, PHONE
from verifier.ports import ScanFacts
from verifier.service import Verification, Verifier
from verifier.verdict import Code, Level, Outcome
from web.scan.context import ScanContext
from web.scan.errors import TokenRefusal, TokenRefusedError
from web.scan.scan_log import SqlScanLog
from web.scan.scan_tokens import AGE_MAX_S, ScanTokens, pack
from web.scan.scans import NotTaken, Scans, Taken, answered
from web.scan.visitors import Visitor
from web.store.people import Role, add_person
from web.store.scan_tables import SCAN


class Shop:
    """A world, its scan log, and who holds what."""

    def __init__(self) -> None:
        self.world = some_world()
        self.database = some_database()
        self.log = SqlScanLog(self.database)
        self.ahead_s = 0
        self.holders: set[str] = set()
        self.verifier = Verifier(
            self.world.trust, lambda _: self.world.access(), now=lambda: self.world.now, scan_log=self.log
        )
        tokens = ScanTokens(bytes(32), self.world.trust)
        self.kept = False
        self.scans = Scans(
            self.log,
            tokens,
            self.verifier,
            self.now_s,
            lambda person, _: person in self.holders,
            lambda _: self.kept,
        )
        with self.database.writing() as connection:
            people = [add_person(connection, name, Role.MEMBER, "en", 1) for name in ("Ada", "Bea")]
        self.ada, self.bea = (Visitor("203.0.113.7", "FR", person.id[::-1], person.id) for person in people)

    def now_s(self) -> float:
        return self.world.now.timestamp() + self.ahead_s

    def answered(self, label: str = "") -> Verification:
        return answered(self.verifier, label or self.world.bag_label)

    def token(self, label: str = "") -> str:
        return self.scans.token(pack(self.answered(label)), HOST)

    def collect(self, token: str, visitor: Visitor) -> Taken | NotTaken:
        return self.scans.take_for_award(token, HOST, visitor)


@pytest.fixture
def shop():
    return Shop()


# ---- answering


def test_a_site_that_keeps_a_log_answers_under_phone(shop):
    """With everything a customer's scan is held against."""
    verification = shop.answered()

    assert (verification.verdict.policy, verification.verdict.level) == (PHONE, Level.VERIFIED)


@pytest.mark.parametrize(
    ("log", "policy", "level", "answer"),
    [
        (None, CLI, Level.VERIFIED, Answer.VERIFIED),
        (FakeScanLog(said=None), PHONE, Level.CAUTION, Answer.ACTIVITY_UNKNOWN),
    ],
)
def test_a_log_that_is_away_is_a_caution_and_no_log_is_none(shop, log, policy, level, answer):
    """The record is as genuine as before; that nobody could look for copies of the label is said."""
    verifier = Verifier(shop.world.trust, lambda _: shop.world.access(), now=lambda: shop.world.now, scan_log=log)
    verification = answered(verifier, shop.world.bag_label)

    assert (verification.verdict.policy, verification.verdict.level) == (policy, level)
    assert answer is answer_of(verification)
    assert verification.verdict.outcome(Code.SCAN_PATTERN_PLAUSIBLE) is Outcome.UNKNOWN


def test_what_is_no_label_is_answered_without_asking_the_log(shop):
    """There is nothing to count."""
    log = FakeScanLog()
    verifier = Verifier(shop.world.trust, lambda _: shop.world.access(), scan_log=log)
    for text in ("no label", "https://evil.example/01/09521321000018/21/X"):
        assert answered(verifier, text).verdict.level is Level.REJECTED

    assert log.asked == 0


# ---- the page


def test_a_page_says_how_often_others_checked_and_who_holds(shop):
    """The visitor's own check is not counted before it is reported."""
    shop.scans.report(shop.token(), HOST, shop.bea)
    shop.holders = {shop.ada.person_id}
    verification = shop.answered()

    assert shop.scans.context(verification, "t", shop.ada.person_id) == ScanContext(
        holds=True, checks_30_days=1, token="t", collectable=True
    )
    assert shop.scans.context(verification, "t", shop.bea.person_id) == ScanContext(
        checks_30_days=1, token="t", collectable=True
    )
    assert shop.scans.context(verification, "", None) == ScanContext(checks_30_days=1)
    shop.kept = True
    assert shop.scans.context(verification, "", None) == ScanContext(checks_30_days=1, is_kept=True)


def test_an_unsold_piece_collects_nothing(shop):
    """Whoever works in the shop would collect its whole stock."""
    label = shop.world.label(shop.world.scarf)

    assert not shop.scans.context(shop.answered(label), shop.token(label), None).collectable


def test_nothing_is_reported_of_what_has_no_item(shop):
    """An invented serial, a node that is away."""
    shop.world.chain.reachable = False

    assert shop.token() == shop.token("no label") == ""


def test_a_database_that_is_away_knows_no_holder(shop):
    """And keeps no page from being shown."""

    def away(person_id, item):
        with shop.database.reading() as connection:
            connection.exec_driver_sql("SELECT * FROM nothing")

    verification = shop.answered()
    scans = Scans(shop.log, ScanTokens(bytes(32), shop.world.trust), shop.verifier, shop.now_s, away)

    assert not scans.context(verification, "", shop.ada.person_id).holds


# ---- reporting


def test_the_holder_looks_as_often_as_they_like(shop):
    """The owner's own rescans never count against the piece."""
    shop.holders = {shop.ada.person_id}
    for _ in range(40):
        shop.scans.report(shop.token(), HOST, shop.ada)

    assert shop.answered().evidence.scans == ScanFacts(0, ())


def test_a_report_needs_a_token_of_this_host(shop):
    """Nothing is kept of any other."""
    with pytest.raises(TokenRefusedError) as caught:
        shop.scans.report(shop.token(), "id2.maison.example", shop.bea)

    assert caught.value.refusal is TokenRefusal.FOREIGN
    assert shop.answered().evidence.scans == ScanFacts(0, ())


# ---- points


def test_a_scan_is_taken_with_a_verdict_of_now(shop):
    """Reported before or not, and again by the same person: the same scan."""
    token = shop.token()
    first = shop.collect(token, shop.ada)

    assert (first.item, first.verdict.policy, first.verdict.level) == (shop.world.bag, AWARD, Level.VERIFIED)
    assert shop.collect(token, shop.ada) == first
    assert len(shop_rows(shop)) == 1


def shop_rows(shop):
    with shop.database.reading() as connection:
        return connection.execute(SCAN.select()).mappings().all()


def test_a_scan_is_nobody_elses(shop):
    """Two people, one token."""
    token = shop.token()
    shop.collect(token, shop.ada)

    assert shop.collect(token, shop.bea) is NotTaken.SOMEBODY_ELSES


def test_a_scan_that_was_used_for_something_else_is_used(shop):
    """One scan, one purpose."""
    token = shop.token()
    shop.collect(token, shop.ada)
    with shop.database.writing() as connection:
        connection.execute(update(SCAN).values(used_for="another purpose"))

    assert shop.collect(token, shop.ada) is NotTaken.USED


def test_an_old_scan_and_one_of_another_site_earn_nothing(shop):
    """Nothing is kept of either."""
    token = shop.token()
    shop.ahead_s = AGE_MAX_S + 1
    assert shop.collect(token, shop.ada) is NotTaken.EXPIRED
    assert shop.collect(token[::-1], shop.ada) is NotTaken.FOREIGN
    assert shop.collect("", shop.ada) is NotTaken.MALFORMED

    assert shop_rows(shop) == []


def test_a_theft_after_the_scan_is_seen_when_points_are_asked_for(shop):
    """The status is read again, at the newest block."""
    token = shop.token()
    shop.world.registry.report(shop.world.bag, EntryKind.REPORTED_STOLEN)

    assert shop.collect(token, shop.ada).verdict.level is Level.REJECTED


def test_a_label_replaced_after_the_scan_proves_nothing_any_more(shop):
    """The copy that was scanned is not the label of the piece now; nothing is used up."""
    token = shop.token()
    shop.world.replace_label(shop.world.bag, "a new label")
    shop.world.settle()

    assert shop.collect(token, shop.ada) is NotTaken.CANNOT_VERIFY
    assert shop_rows(shop) == []


def test_a_node_that_is_away_uses_no_scan_up(shop):
    """Worth another try in a minute."""
    token = shop.token()
    shop.world.chain.reachable = False
    assert shop.collect(token, shop.ada) is NotTaken.CANNOT_VERIFY
    shop.world.chain.reachable = True

    assert isinstance(shop.collect(token, shop.ada), Taken)


def test_copies_seen_since_the_scan_keep_it_from_earning(shop):
    """The log is read again too."""
    token = shop.token()
    for number in range(25):
        shop.scans.report(shop.token(), HOST, dataclasses.replace(shop.bea, address=f"203.0.{number}.1"))
    taken = shop.collect(token, shop.ada)

    assert taken.verdict.level is Level.CAUTION
    assert taken.verdict.outcome(Code.SCAN_PATTERN_PLAUSIBLE) is Outcome.FAILED


def test_an_unsold_piece_earns_nothing(shop):
    """AWARD asks for the sale."""
    taken = shop.collect(shop.token(shop.world.label(shop.world.scarf)), shop.ada)

    assert taken.verdict.level is Level.REJECTED
    assert taken.verdict.outcome(Code.SALE_RECORDED) is Outcome.FAILED


def test_a_scan_of_a_label_that_was_not_genuine_earns_nothing(shop):
    """What the label showed then counts, however well its item stands now."""
    scarf = shop.world.label(shop.world.scarf)
    shop.world.register(79, 1, serials=[shop.world.serials[shop.world.scarf.token_id]])
    shop.world.settle()
    taken = shop.collect(shop.token(scarf), shop.ada)

    assert not isinstance(taken, Taken) or taken.verdict.level is not Level.VERIFIED
