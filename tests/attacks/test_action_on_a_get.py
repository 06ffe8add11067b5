"""A label is sent in a message: the messenger fetches a preview, a mail scanner opens it, a browser loads it early.

Sites that count the request itself count all of these: a piece "was checked" forty times before anybody looked at
it, and an award would be paid to whoever can make others open a link. Here a GET writes nothing, in no table; the
page a person sees reports itself, once.
"""

from __future__ import annotations

import pytest

from tests.fakes.scans import ScanSite, token_in
from verifier.answers import Answer

PREVIEWS = {
    "a messenger": {"User_Agent": "WhatsApp/2.24"},
    "a mail scanner": {"User_Agent": "Mozilla/5.0 (compatible; SafeLinks)"},
    "a prefetching browser": {"Sec_Purpose": "prefetch;prerender", "Purpose": "prefetch"},
    "a program": {"Accept": "application/json"},
    "a GS1 client": {"Accept": "application/linkset+json"},
    "a phone": {"User_Agent": "Mozilla/5.0 (iPhone)", "Accept": "text/html"},
}


class CountingRequests:
    """The weaker rule: a request for a label is a check of its piece."""

    def __init__(self) -> None:
        self.checks = 0

    def look(self, shop: ScanSite, headers: dict[str, str]) -> None:
        self.checks += shop.look(**headers).status_code == 200


@pytest.fixture
def shop() -> ScanSite:
    return ScanSite()


def test_looking_at_a_label_leaves_no_row_anywhere(shop):
    """Whoever looks, and however often."""
    before, weaker = shop.sizes(), CountingRequests()
    for headers in PREVIEWS.values():
        for _ in range(3):
            weaker.look(shop, headers)
    assert weaker.checks == 18

    assert before == shop.sizes()


@pytest.mark.parametrize("answer", [Answer.STOLEN, Answer.NOT_ISSUED, Answer.CANNOT_VERIFY])
def test_no_answer_writes_anything(answer):
    """Stolen, invented, unreachable."""
    shop = ScanSite(answer)
    before = shop.sizes()
    shop.look()

    assert before == shop.sizes()


def test_a_head_request_writes_nothing_and_gets_no_cookie(shop):
    """Nor does the page: a visitor who only looks has no session."""
    before = shop.sizes()
    client = shop.app.test_client()
    for method in (client.head, client.get):
        response = method(shop.site.path, headers={"Host": shop.site.host})
        assert "Set-Cookie" not in response.headers

    assert before == shop.sizes()


def test_a_scan_is_reported_by_a_request_of_its_own_and_once(shop):
    """The same page again, by its script and by its form, is the same scan."""
    token = token_in(shop.look().text)
    before = shop.sizes()
    statuses = {shop.report(token).status_code for _ in range(3)}

    assert statuses == {204}
    assert shop.sizes()["scan"] == before["scan"] + 1


def test_another_site_cannot_report_a_scan_for_its_visitors(shop):
    """Even with a token of its own: the visitor's browser says where the request comes from."""
    token = token_in(shop.look().text)
    before = shop.sizes()
    for headers in ({"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}):
        assert shop.report(token, **headers).status_code == 403

    assert before == shop.sizes()


def test_a_get_of_the_reporting_address_reports_nothing(shop):
    """A link to it is a link to nowhere."""
    before = shop.sizes()
    token = token_in(shop.look().text)

    assert shop.look(path=f"/scans?scan={token}").status_code == 405
    assert before == shop.sizes()
