"""Scans over the whole site: what a page carries, who gets a page of their own, what a report answers."""

from __future__ import annotations

import gzip

import pytest
from sqlalchemy import text

from tests.fakes.limits import tight_limits
from tests.fakes.scans import ScanSite, token_in
from verifier.answers import Answer
from web.limits import LimitName
from web.scan.scan_tokens import AGE_MAX_S
from web.store.people import Role, add_person
from web.store.scan_tables import SCAN
from web.store.sessions import SessionStore


@pytest.fixture(scope="module")
def shop() -> ScanSite:
    return ScanSite()


def sign_in(shop, person=None):
    """Start a session in the table; gives the header that a browser would send."""
    started = SessionStore(shop.site.database).start(person, int(shop.now_s()), device="Safari, iPhone")
    return {"Cookie": f"assay={started.token}"}, started.session


def somebody(shop, name="Ada"):
    with shop.site.database.writing() as connection:
        return add_person(connection, name, Role.MEMBER, "en", int(shop.now_s()))


def test_a_reported_scan_is_counted_on_the_next_page():
    """By others: one's own look is none until it is reported."""
    shop = ScanSite()
    first = shop.look().text
    assert shop.scan("198.51.100.1").status_code == 204
    shop.started()

    assert shop.look(Accept="application/json").json["policy"] == "PHONE"
    assert first != shop.look().text


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_shared_page_is_the_page(shop, language):
    """Plain or compressed, printed first or shared: the same text but for the token."""
    path = f"{shop.site.path}?lang={language}"
    plain, packed = (shop.look(path=path, Accept_Encoding=coding) for coding in ("identity", "gzip"))
    unpacked = gzip.decompress(packed.data).decode()

    assert (plain.headers.get("Content-Encoding"), packed.headers["Content-Encoding"]) == (None, "gzip")
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert plain.text.replace(token_in(plain.text), "") == unpacked.replace(token_in(unpacked), "")
    assert language == packed.headers["Content-Language"]


def test_every_visitor_gets_a_token_of_their_own(shop):
    """Two phones in the same second made two scans."""
    tokens = {token_in(shop.look().text) for _ in range(5)}

    assert len(tokens) == 5
    assert "" not in tokens


def test_visitors_of_one_moment_share_one_reading_of_the_registry():
    """One page printed, one verification made."""
    shop = ScanSite()
    shop.look()
    reads = shop.site.world.chain.reads
    for _ in range(10):
        shop.look()

    assert reads == shop.site.world.chain.reads


def test_whoever_has_a_session_gets_a_page_that_nobody_else_gets(shop):
    """Their forms carry a token of their session: in a shared page it would be everybody's."""
    cookie, session = sign_in(shop)
    mine = shop.look(**cookie).text
    others = [shop.look().text for _ in range(2)]

    assert session.csrf not in "".join(others)
    assert token_in(mine) not in {token_in(text) for text in others}


def test_the_page_of_somebody_signed_in_is_not_shared(shop):
    """Nor is the way to their account."""
    ada = somebody(shop)
    cookie, _ = sign_in(shop, ada)
    mine, other = shop.look(**cookie).text, shop.look().text

    assert "/account" in mine
    assert "/account" not in other


def test_a_scan_belongs_to_the_visit_and_the_person_that_report_it():
    """So that they, and nobody else, can collect it."""
    shop = ScanSite()
    ada = somebody(shop)
    cookie, session = sign_in(shop, ada)
    shop.report(token_in(shop.look(**cookie).text), **cookie)
    shop.scan("198.51.100.1", "FR")
    theirs, anybodys = sorted(shop.rows(SCAN), key=lambda row: row["person_id"] is None)

    assert (theirs["person_id"], theirs["visit"]) == (ada.id, session.visit)
    assert (anybodys["person_id"], anybodys["visit"], anybodys["country"]) == (None, None, "FR")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda token: "", "scan_token_malformed"),
        (lambda token: token[:-1], "scan_token_malformed"),
        (lambda token: token[::-1], "scan_token_foreign"),
    ],
)
def test_a_report_without_a_token_of_ours_is_refused_with_its_code(shop, spoil, code):
    """As a problem: no person ever sees this answer."""
    response = shop.report(spoil(token_in(shop.look().text)))

    assert (response.status_code, response.mimetype) == (400, "application/problem+json")
    assert response.json["code"] == code


def test_a_page_that_was_left_open_reports_nothing():
    """After a quarter of an hour the label has to be scanned again."""
    shop = ScanSite()
    token = token_in(shop.look().text)
    shop.ahead_s = AGE_MAX_S + 1

    assert shop.report(token).json["code"] == "scan_token_expired"
    assert shop.rows(SCAN) == []


def test_reports_are_limited_by_network():
    """Whatever a rival sends from one place, most of it is not even read."""
    shop = ScanSite()
    shop.app = shop.site.app(clock=shop.now_s, limits=tight_limits(LimitName.SCAN_REPORT, 2))
    statuses = [shop.report("x").status_code for _ in range(3)]

    assert statuses == [400, 400, 429]


@pytest.mark.parametrize("answer", [Answer.NOT_ISSUED, Answer.CANNOT_VERIFY])
def test_where_there_is_nothing_to_report_there_is_no_token_and_no_script(answer):
    """An invented label, a registry that is away."""
    text = ScanSite(answer).look().text

    assert token_in(text) == ""
    assert "<script" not in text


class FullQueue:
    """Too many reports wait already."""

    def put(self, report):
        return False

    def flush(self):
        pass


def test_a_report_that_finds_no_room_and_no_database_is_answered_in_the_sites_own_words():
    """At the door too: what is away is a 503 with when to come back, and every header."""
    shop = ScanSite()
    assert shop.scan().status_code == 204
    token = token_in(shop.look().text)
    shop.app.extensions["assay.scans"].queue = FullQueue()
    with shop.site.database.writing() as connection:
        connection.execute(text("DROP TABLE scan"))
    response = shop.report(token, Accept="application/json")

    assert (response.status_code, response.mimetype) == (503, "application/problem+json")
    assert {"Retry-After", "Content-Security-Policy", "X-Request-Id"} <= set(response.headers.keys())


def test_a_scan_log_that_is_away_is_said_and_nothing_can_be_collected():
    """Copies of the label would not be seen now: a caution, and never the plain green page."""
    shop = ScanSite()
    with shop.site.database.writing() as connection:
        connection.execute(text("DROP TABLE scan_sighting"))
    answer, page = shop.look(Accept="application/json").json, shop.look().text

    assert (answer["policy"], answer["level"], answer["answer"]) == ("PHONE", "caution", Answer.ACTIVITY_UNKNOWN)
    assert "Authentic record, activity not checked" in page
    assert "/points/collect" not in page


def test_a_theft_that_is_not_final_yet_is_seen_at_the_next_reading():
    """A negative fact of the newest block counts at once."""
    shop = ScanSite()
    assert shop.look(Accept="application/json").json["level"] == "verified"
    shop.site.world.registry.report(shop.site.item, 20)
    shop.started()

    assert shop.look(Accept="application/json").json["level"] == "rejected"
