"""A page that somebody sees reports its scan, in a real browser, once; one that nobody sees does not."""

from __future__ import annotations

import pytest

from verifier.answers import Answer

pytestmark = [pytest.mark.browser, pytest.mark.process]
HIDDEN_AT_FIRST = """
  let seen = false;
  Object.defineProperty(document, "visibilityState", { get: () => (seen ? "visible" : "hidden") });
  addEventListener("look", () => { seen = true; document.dispatchEvent(new Event("visibilitychange")); });
"""
DRAWN_AHEAD = """
  let ahead = true;
  Object.defineProperty(document, "prerendering", { get: () => ahead });
  addEventListener("look", () => { ahead = false; document.dispatchEvent(new Event("prerenderingchange")); });
"""


@pytest.fixture
def phone(chromium):
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.reports = []
    page.on("response", lambda answer: answer.url.endswith("/scans") and page.reports.append(answer.status))
    yield page
    context.close()


def test_a_page_that_is_seen_reports_its_scan_once(serve, phone):
    """Looking away and back is still the same look."""
    url, _ = serve()
    with phone.expect_response("**/scans") as reported:
        phone.goto(url)
    phone.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    phone.wait_for_load_state("networkidle")

    assert (reported.value.status, phone.reports) == (204, [204])


@pytest.mark.parametrize("unseen", [HIDDEN_AT_FIRST, DRAWN_AHEAD], ids=["in the background", "drawn ahead of time"])
def test_a_page_reports_when_it_is_seen_and_not_before(serve, phone, unseen):
    """A browser that guesses where its owner goes next has not been there."""
    url, _ = serve()
    phone.add_init_script(unseen)
    phone.goto(url, wait_until="networkidle")
    assert phone.reports == []
    with phone.expect_response("**/scans") as reported:
        phone.evaluate("dispatchEvent(new Event('look'))")

    assert reported.value.status == 204


def test_a_report_that_fails_is_nothing_to_the_visitor(serve, phone):
    """No error on the page, nothing in its console but the browser's own line."""
    url, _ = serve()
    errors = []
    phone.on("pageerror", lambda error: errors.append(str(error)))
    phone.route("**/scans", lambda route: route.abort())
    with phone.expect_request("**/scans"):
        phone.goto(url)
    phone.wait_for_load_state("networkidle")

    assert errors == []
    assert phone.locator("h1").is_visible()


def test_an_answer_without_a_piece_reports_nothing(serve, phone):
    """There is nothing to count."""
    url, _ = serve(Answer.NOT_ISSUED)
    phone.goto(url, wait_until="networkidle")

    assert phone.reports == []
