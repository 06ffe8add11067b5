"""From a check to points: collected at once or after signing in, once, with a reason for every no."""

from __future__ import annotations

import dataclasses
import re
from http import HTTPStatus

import pytest

from loyalty.points import Points
from loyalty.results import Reason
from loyalty.rulebook import RuleBook, shipped_rules
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.owners import Boutique
from tests.fakes.points import FakeClock
from tests.fakes.site import some_site
from verifier.answers import Answer
from web.csrf import FIELD
from web.points.earning import RewardLaterError, earning_of, rewarding
from web.sessions import Sessions
from web.store.people import Role, add_person
from web.store.sessions import SessionStore

HTTPS = "https://id.maison.example"


class Shop:
    """A site with one piece, and visitors with phones."""

    def __init__(self, answer=Answer.VERIFIED):
        self.site = some_site(answer)
        self.app = self.site.app()
        self.store = SessionStore(self.site.database)

    def visitor(self):
        return Visitor(self)


class Visitor:
    """One browser."""

    def __init__(self, shop):
        self.shop = shop
        self.client = shop.app.test_client()
        self.person = None

    def get(self, path, **kwargs):
        return self.client.get(path, base_url=HTTPS, **kwargs)

    def post(self, path, **kwargs):
        return self.client.post(path, base_url=HTTPS, **kwargs)

    def sign_in(self, role=Role.MEMBER):
        """Do what a passkey does: a session for a person, and its cookie."""
        sessions = Sessions(self.shop.store)
        with self.shop.site.database.writing() as connection:
            self.person = add_person(connection, "Camille", role, "en", sessions.now_s())
        started = self.shop.store.start(self.person, sessions.now_s(), device="")
        self.client.set_cookie("__Host-assay", started.token, domain="id.maison.example", secure=True)
        self.csrf = started.session.csrf
        return self

    def check(self):
        """Look at the piece; gives the token that its page carries."""
        page = self.get(self.shop.site.path)
        return re.search(r'name="scan" value="([^"]+)"', page.text)[1]

    def collect(self, token):
        return self.post("/points/collect", data={"scan": token, FIELD: getattr(self, "csrf", "")})

    def balance(self):
        return self.shop.site.points.balance(self.person.id)


def test_a_signed_in_member_collects_with_one_tap():
    """The page of the check, the button, the points with their reason."""
    visitor = Shop().visitor().sign_in()
    response = visitor.collect(visitor.check())
    page = visitor.get(response.headers["Location"])

    assert response.status_code == HTTPStatus.SEE_OTHER
    assert visitor.balance().pending == 10
    assert "10 points for you" in page.text
    assert "You checked this piece for the first time." in page.text
    assert visitor.shop.site.points.audit().fault is None


def test_a_check_waits_while_its_visitor_signs_in():
    """Nobody has to scan again because they had no account yet."""
    visitor = Shop().visitor()
    led = visitor.collect(visitor.check())
    assert led.headers["Location"] == "/sign-in?next=/points/collect"
    visitor.sign_in()
    page = visitor.get("/points/collect")
    assert "Collect 10 points" in page.text
    done = visitor.post("/points/collect", data={FIELD: visitor.csrf})

    assert done.headers["Location"].startswith("/points?earned=")
    assert visitor.balance().pending == 10


def test_a_check_that_would_bring_nothing_is_not_promised_anything():
    """Whoever signed up for ten points is told before the button that this piece brings none."""
    visitor = Shop().visitor().sign_in()
    visitor.collect(visitor.check())
    token = visitor.check()
    visitor.client.set_cookie("__Host-check", token, domain="id.maison.example", secure=True)
    page = visitor.get("/points/collect").text

    assert ("Already collected" in page, "Collect 10 points" in page) == (True, False)


def test_the_same_check_twice_pays_once_and_says_the_same():
    """A double tap, and the way back."""
    visitor = Shop().visitor().sign_in()
    token = visitor.check()
    first, second = visitor.collect(token), visitor.collect(token)

    assert first.headers["Location"] == second.headers["Location"]
    assert visitor.balance().pending == 10


def test_a_second_check_of_the_same_piece_pays_nothing_and_says_why():
    """A fact that happens once is paid once."""
    visitor = Shop().visitor().sign_in()
    visitor.collect(visitor.check())
    page = visitor.collect(visitor.check())

    assert "Each piece counts once" in page.text
    assert visitor.balance().pending == 10


def test_somebody_elses_check_is_not_collected():
    """A token that leaked is worth nothing once its owner used it."""
    shop = Shop()
    owner, thief = shop.visitor().sign_in(), shop.visitor().sign_in()
    token = owner.check()
    owner.collect(token)
    page = thief.collect(token)

    assert "collected already" in page.text
    assert thief.balance().pending == 0


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer.NOT_SOLD_YET, "not sold yet"),
        (Answer.STOLEN, "record is in order"),
        (Answer.REVOKED, "record is in order"),
    ],
)
def test_only_a_piece_whose_record_is_in_order_and_sold_pays(answer, words):
    """The page of such a piece has no button; who posts its token all the same is told why not."""
    visitor = Shop(answer).visitor().sign_in()
    page = visitor.collect(visitor.check())

    assert words in page.text
    assert visitor.balance().pending == 0


def test_staff_earn_nothing():
    """They handle every piece all day."""
    visitor = Shop().visitor().sign_in(Role.STAFF)

    assert "work for the house" in visitor.collect(visitor.check()).text
    assert visitor.balance().pending == 0


def test_a_registry_that_is_away_uses_the_check_up_for_nobody():
    """The same check pays once the registry is back."""
    visitor = Shop().visitor().sign_in()
    token = visitor.check()
    visitor.shop.site.world.chain.reachable = False
    away = visitor.collect(token)
    assert (away.status_code, "not lost" in away.text) == (HTTPStatus.SERVICE_UNAVAILABLE, True)
    visitor.shop.site.world.chain.reachable = True
    visitor.post("/points/collect", data={FIELD: visitor.csrf})

    assert visitor.balance().pending == 10


@pytest.mark.parametrize("token", ["", "x", "A" * 300, "é", "\0"])
def test_a_token_that_is_none_leads_to_words_and_no_row(token):
    """Nobody is shown an error for a page that lay open too long."""
    visitor = Shop().visitor().sign_in()
    page = visitor.collect(token)

    assert (page.status_code, "Scan the label" in page.text) == (HTTPStatus.OK, True)


def test_each_line_carries_what_proves_it():
    """The rule's own text hashes to what the line names; the receipt leads to the log's head."""
    import hashlib

    visitor = Shop().visitor().sign_in()
    location = visitor.collect(visitor.check()).headers["Location"]
    page = visitor.get(location).text
    digest = re.search(r"/points/rules/([0-9a-f]{64})", page)[1]
    receipt = visitor.get(re.search(r"/points/receipts/\d+", page)[0]).json
    head = visitor.shop.site.points.head()

    assert hashlib.sha256(visitor.get(f"/points/rules/{digest}").data).hexdigest() == digest
    assert (receipt["size"], receipt["root"]) == (head.size, head.root.hex())
    assert visitor.get(f"/points/rules/{'0' * 64}").status_code == HTTPStatus.NOT_FOUND
    assert visitor.get("/points/rules/nonsense").status_code == HTTPStatus.NOT_FOUND


def test_a_receipt_is_its_owners_alone():
    """Numbers can be counted up; what they name cannot be read."""
    shop = Shop()
    owner, other = shop.visitor().sign_in(), shop.visitor().sign_in()
    page = owner.get(owner.collect(owner.check()).headers["Location"]).text
    path = re.search(r"/points/receipts/\d+", page)[0]

    assert owner.get(path).status_code == HTTPStatus.OK
    assert other.get(path).status_code == HTTPStatus.NOT_FOUND


def test_the_empty_page_says_how_to_begin():
    """And what a check and a claim are worth, by the rules in force."""
    page = Shop().visitor().sign_in().get("/points?lang=fr").text

    assert "Pas encore de points." in page
    assert "200\u202fpoints" in page or "200 points" in page


def test_every_reason_of_the_ledger_reaches_a_person_in_words():
    """The ledger may say no in more ways than these tests provoke."""
    from web.points.words import WORDS

    assert all(set(words.reasons) == set(Reason) for words in WORDS.values())


def test_a_claim_on_a_day_whose_points_are_given_is_rewarded_the_day_after():
    """A check can be made again; a claim happens once, so its reward waits and is never lost."""
    clock, boutique = FakeClock(), Boutique()
    rules = RuleBook(dataclasses.replace(rule, per_day=rule.amount) for rule in shipped_rules().rules)
    points = Points(boutique.site.database, rules, clock)
    points.fund("ownership", 1_000, "first")
    tell = rewarding(earning_of(dataclasses.replace(boutique.parts, points=points)), boutique.site.database)
    another, card = boutique.another_piece(502)
    ana, ben = boutique.customer("Ana"), boutique.customer("Ben")
    ana.own()
    ben.choose(boutique.site.world.serials[another.token_id])
    ben.type_code(card.symbols)
    boutique.work()
    first, second = boutique.told
    tell(first)
    with pytest.raises(RewardLaterError):
        tell(second)
    clock.pass_days(1)
    tell(second)

    assert [points.balance(person.id).pending for person in (ana, ben)] == [200, 200]


@pytest.mark.parametrize("report", [EntryKind.REPORTED_LOST, EntryKind.REPORTED_STOLEN])
def test_a_claim_that_was_reported_before_its_reward_is_rewarded_once_the_report_is_taken_back(report):
    """An outage may put the reward behind the report of the very owner: then it waits for a day at a time."""
    boutique, clock = Boutique(), FakeClock()
    points = boutique.site.points
    parts = dataclasses.replace(boutique.parts, points=points, clock=clock)
    tell = rewarding(earning_of(parts), boutique.site.database)
    ana = boutique.customer("Ana")
    ana.own()
    (claimed,) = boutique.told
    registry = boutique.site.world.registry
    registry.report(boutique.item, report, 1)
    with pytest.raises(RewardLaterError) as later:
        tell(claimed)
    assert (later.value.again_at, points.balance(ana.id).pending) == (int(clock()) + 86_400, 0)

    registry.report(boutique.item, EntryKind.REPORT_WITHDRAWN, 1)
    boutique.site.world.settle()
    tell(claimed)
    assert points.balance(ana.id).pending == 200
