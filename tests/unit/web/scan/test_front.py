"""The short ways of the label's page and of its report: what goes them is what the application would have said."""

from __future__ import annotations

import pytest

from tests.fakes.limits import tight_limits
from tests.fakes.scans import ScanSite, token_in
from web.app import create_app
from web.limits import LimitName, limits_of
from web.scan.page_memory import RULE, PageMemory
from web.scan.report_door import PATH, ReportDoor
from web.store.scan_tables import SCAN, SCAN_SIGHTING
from web.store.sessions import SessionStore

LOOKS = {
    "English, compressed": {"Accept_Encoding": "gzip", "Accept_Language": "en"},
    "English, plain": {"Accept_Language": "en"},
    "French, compressed": {"Accept_Encoding": "gzip, br", "Accept_Language": "fr-FR,fr;q=0.9"},
    "a whole browser": {"Accept": "text/html,*/*;q=0.8", "User_Agent": "Mozilla/5.0", "Sec_Fetch_Mode": "navigate"},
}
NEW_EACH_TIME = {"X-Request-Id", "Content-Length"}


@pytest.fixture(scope="module")
def shop() -> ScanSite:
    return ScanSite()


def front(shop, kind):
    """Find a layer around the application."""
    layer = shop.app.wsgi_app
    while not isinstance(layer, kind):
        layer = getattr(layer, "_application", None) or layer.app
    return layer


def asked(shop) -> list[str]:
    """Count what reaches the application itself, behind both short ways."""
    inner, calls = front(shop, PageMemory), []
    application = inner._application

    def counting(environ, start_response):
        calls.append(environ["PATH_INFO"])
        return application(environ, start_response)

    inner._application = counting
    return calls


@pytest.mark.parametrize("headers", LOOKS.values(), ids=LOOKS)
def test_the_second_visitor_gets_the_very_answer_of_the_first(headers):
    """Status and every header; the application is not asked."""
    shop = ScanSite()
    calls = asked(shop)
    first, second = (shop.look(f"203.0.{number}.1", **headers) for number in (1, 2))

    assert len(calls) == 1
    assert first.status_code == second.status_code
    for name, value in first.headers:
        if name not in NEW_EACH_TIME:
            assert second.headers[name] == value
    assert {name for name, _ in first.headers} == {name for name, _ in second.headers}
    assert second.headers["Content-Length"] == str(len(second.data))


@pytest.mark.parametrize(
    "other",
    [
        {"Accept_Language": "fr"},
        {"Accept": "application/json"},
        {"Accept_Encoding": "identity"},
        {"Cookie": "anything=1"},
    ],
)
def test_whoever_asks_for_something_else_is_answered_by_the_application(other):
    """Everything an answer may depend on is part of the question; a cookie is never part of it."""
    shop = ScanSite()
    same = {"Accept_Language": "en", "Accept_Encoding": "gzip"}
    shop.look(**same)
    calls = asked(shop)
    shop.look(**same | other)

    assert len(calls) == 1


def test_the_answer_to_a_cookie_is_never_kept():
    """Its page may hold what is one person's own."""
    shop = ScanSite()
    calls = asked(shop)
    shop.look(Cookie="assay=x")
    shop.look()

    assert len(calls) == 2


def test_an_answer_that_could_not_be_given_is_never_kept():
    """Whoever asks in the very same words a moment later may have more luck (ADR 8)."""
    shop = ScanSite()
    shop.site.world.chain.reachable = False
    away = shop.look().status_code
    shop.site.world.chain.reachable = True

    assert (away, shop.look().status_code) == (503, 200)


def test_a_page_for_a_session_is_printed_for_that_session_alone():
    """Its forms may carry what is that session's own, also where nobody is signed in."""
    shop = ScanSite()
    started = SessionStore(shop.site.database).start(None, int(shop.now_s()), device="Safari, iPhone")
    shop.look(Cookie=f"assay={started.token}")
    recent = front(shop, PageMemory)._answers
    (answer,) = recent._answers.values()
    assert answer.pages == {}
    shop.look()

    assert len(answer.pages) == 1


def test_a_meter_that_is_full_sends_visitors_away_here_too():
    """429 with its page, as everywhere; and what was used up is used up."""
    shop = ScanSite()
    shop.app = shop.site.app(clock=shop.now_s, limits=tight_limits(LimitName.READ, 2))
    statuses = [shop.look().status_code for _ in range(4)]

    assert statuses == [200, 200, 429, 429]


def test_both_ways_count_what_their_routes_count(shop):
    """The table of limits is the application's; the short ways must not have another."""
    app = create_app(shop.site.parts())

    assert limits_of(app, "scan.label", "GET") == (LimitName.READ,)
    assert limits_of(app, "scan.report", "POST") == (LimitName.SCAN_REPORT,)
    assert {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint in {"scan.label", "scan.report"}} == {
        RULE,
        PATH,
    }


def test_a_usual_report_is_taken_at_the_door_and_counts():
    """From the second on; each with its network and country."""
    shop = ScanSite()
    shop.scan("203.0.1.1", "FR")
    calls = asked(shop)
    for number in (2, 3):
        assert shop.report(token_in(shop.look().text), f"203.0.{number}.1", "JP").status_code == 204

    assert [path for path in calls if path == PATH] == []
    assert len(shop.rows(SCAN)) == len(shop.rows(SCAN_SIGHTING)) == 3
    assert {row["country"] for row in shop.rows(SCAN)} == {"FR", "JP"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Origin": "https://evil.example", "Sec_Fetch_Site": ""}, 403),
        ({"Cookie": "anything=1"}, 204),
        ({"Content_Type": "text/plain"}, 400),
        ({"Host": "evil.example"}, 421),
    ],
)
def test_whatever_is_unusual_is_answered_by_the_application(headers, status):
    """As if there were no door."""
    shop = ScanSite()
    shop.scan()
    calls = asked(shop)

    assert shop.report(token_in(shop.look().text), **headers).status_code == status
    assert PATH in calls


def test_a_bad_token_is_refused_by_the_application_with_its_code():
    """Its body is still there to be read."""
    shop = ScanSite()
    shop.scan()
    token = token_in(shop.look().text)

    assert shop.report(token[::-1]).json["code"] == "scan_token_foreign"
    assert len(shop.rows(SCAN)) == 1


def test_a_full_meter_refuses_reports_at_the_door_too():
    """429, and nothing is kept."""
    shop = ScanSite()
    shop.app = shop.site.app(clock=shop.now_s, limits=tight_limits(LimitName.SCAN_REPORT, 2))
    statuses = [shop.scan().status_code for _ in range(4)]

    assert statuses == [204, 204, 429, 429]
    assert len(shop.rows(SCAN)) == 2


def test_the_door_stands_outside_the_memory(shop):
    """Both are inside the request log and the proxy's correction, so that both see the visitor's own address."""
    assert front(shop, ReportDoor)._application is front(shop, PageMemory)
