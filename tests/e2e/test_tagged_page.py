"""A phone is held to a tag, in a real browser: the first page counts its tap, the second is told that it came late."""

from __future__ import annotations

import threading

import pytest

from tests.fakes.site import some_site
from tests.fakes.tags import TaggedSite
from web.cli.serve import make_site_server

pytestmark = [pytest.mark.browser, pytest.mark.process]
HOLDS_ITS_REPORT = """
  let seen = false;
  Object.defineProperty(document, "visibilityState", { get: () => (seen ? "visible" : "hidden") });
  addEventListener("look", () => { seen = true; document.dispatchEvent(new Event("visibilitychange")); });
"""


@pytest.fixture(scope="module")
def site():
    server = make_site_server(some_site().parts(), "127.0.0.1", 0)
    # The labels name the port, which only now is known.
    site = TaggedSite(f"localhost:{server.server_port}")
    server.app = site.app
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield site
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def phone(chromium):
    contexts = []

    def take():
        contexts.append(chromium.new_context(viewport={"width": 390, "height": 844}))
        return contexts[-1].new_page()

    yield take
    for context in contexts:
        context.close()


def test_a_tap_counts_with_the_page_that_is_seen(site, phone):
    """Opened again it was used; the next tap is new."""
    link, page = site.chip.tap(), phone()
    with page.expect_response("**/scans") as reported:
        page.goto(link)
    assert reported.value.status == 204
    assert page.locator(".tap.verified").is_visible()
    page.goto(link)
    assert page.locator(".tap.caution").is_visible()
    page.goto(site.chip.tap())

    assert page.locator(".tap.verified").is_visible()


def test_a_page_that_reports_late_asks_again_and_says_so_once(site, phone):
    """Both were shown as new; the one who is seen second gets the words for a used answer, without a loop."""
    link, first, second = site.chip.tap(), phone(), phone()
    second.add_init_script(HOLDS_ITS_REPORT)
    second.goto(link)
    assert second.locator(".tap.verified").is_visible()
    with first.expect_response("**/scans"):
        first.goto(link)
    statuses = []
    second.on("response", lambda answer: answer.url.endswith("/scans") and statuses.append(answer.status))
    second.evaluate("dispatchEvent(new Event('look'))")
    second.locator(".tap.caution").wait_for()
    with second.expect_response("**/scans"):
        second.evaluate("dispatchEvent(new Event('look'))")
    second.wait_for_load_state("networkidle")

    assert statuses == [409, 204]
    assert second.locator(".tap.caution").is_visible()


def test_without_a_script_the_answer_is_there_all_the_same(site, chromium):
    """It only does not count, until a later tap does."""
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    link = site.chip.tap()
    for _ in range(2):
        page.goto(link)
        assert page.locator(".tap.verified").is_visible()
    context.close()
