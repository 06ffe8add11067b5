"""The verdict page as its visitors meet it: every state, a keyboard alone, no script, on paper."""

import pytest

from tests.e2e.showroom import COLLECTS, HOLDS, LOOKS, Gallery, Showroom, Unclaimed
from tests.e2e.test_site_in_browser import NARROW, UNFOLD, WCAG, violations
from verifier.answers import Answer

pytestmark = [pytest.mark.browser, pytest.mark.process]
DESKTOP = {"width": 1280, "height": 800}
STATES = {
    "claim": (Answer.VERIFIED, COLLECTS, Unclaimed),
    "collect": (Answer.VERIFIED, COLLECTS, Showroom),
    "yours": (Answer.VERIFIED, HOLDS, Showroom),
    "yours, stolen": (Answer.STOLEN, HOLDS, Showroom),
}


@pytest.fixture(scope="module")
def gallery():
    rooms = Gallery()
    yield rooms
    rooms.close()


@pytest.fixture
def visit(chromium):
    """Open pages; what leaves the page by a POST is caught, so that nothing depends on what it leads to."""
    contexts, complaints = [], []

    def open_page(url, **settings):
        context = chromium.new_context(**{"viewport": NARROW} | settings)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: "Content Security" in said.text and complaints.append(said.text))
        page.route("**/scans", lambda route: route.fulfill(status=204))
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("state", STATES)
def test_what_the_site_knows_of_the_visitor_is_accessible_too(gallery, visit, axe, state, language):
    """Buttons, the owner's words and the way out: no violation, no sideways scrolling, light and dark."""
    url, _ = gallery.open(*STATES[state])
    page = visit(f"{url}?lang={language}", bypass_csp=True)
    page.evaluate(UNFOLD)

    assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
    assert violations(page, axe, *WCAG) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, axe, "wcag2aa") == []


@pytest.mark.parametrize("answer", Answer)
def test_every_answer_is_accessible_on_a_wide_and_dark_screen(gallery, visit, axe, answer):
    """The other half of what is tested on the narrowest phone: in English, in two columns, in the dark."""
    url, _ = gallery.open(answer, LOOKS, Showroom)
    page = visit(f"{url}?lang=en", viewport=DESKTOP, color_scheme="dark", bypass_csp=True)
    page.evaluate(UNFOLD)

    assert page.evaluate("document.documentElement.scrollWidth") == DESKTOP["width"]
    assert violations(page, axe, *WCAG) == []


def test_a_keyboard_reaches_the_main_action_and_opens_the_menu_and_the_proof(gallery, visit):
    """The menu opens, closes with Escape and gives the focus back; the proof unfolds."""
    url, _ = gallery.open(*STATES["collect"])
    page = visit(url)
    focused = "document.activeElement.textContent.trim()"
    page.get_by_role("button", name="Menu").focus()
    page.keyboard.press("Enter")

    assert page.get_by_role("link", name="My pieces").is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "Check a piece"
    page.keyboard.press("Escape")
    assert not page.get_by_role("link", name="My pieces").is_visible()
    assert page.evaluate(focused) == "Menu"
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "Collect points"
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    assert page.get_by_text("Verify it yourself").is_visible()


def test_without_scripts_the_menu_opens_and_the_main_action_reports_the_scan(gallery, visit):
    """The token goes with the form; a press is enough to claim or collect, and to be counted."""
    url, _ = gallery.open(*STATES["claim"])
    page = visit(url, java_script_enabled=False)
    sent = []
    page.route("**/points/collect", lambda route: (sent.append(route.request.post_data), route.fulfill(body="ok")))
    page.get_by_role("button", name="Menu").click()

    assert page.get_by_role("link", name="My points").is_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Collect points").click()
    page.wait_for_url("**/points/collect")
    assert [f"scan={COLLECTS.token}"] == sent


def test_the_details_to_compare_are_one_press_away(gallery, visit):
    """That is what a buyer should do next, with the piece in his hands."""
    url, _ = gallery.open(Answer.VERIFIED, LOOKS, Showroom)
    page = visit(url)
    page.get_by_role("link", name="Compare the details").click()

    assert page.locator("#compare").evaluate("each => each.getBoundingClientRect().top") < NARROW["height"] / 2


def test_the_map_loads_from_our_own_files_and_may_be_kept(gallery, visit):
    """It must not be fetched again for the next piece, nor hold the verdict up."""
    url, _ = gallery.open(Answer.VERIFIED, LOOKS, Showroom)
    page = visit("about:blank")
    with page.expect_response("**/static/world.svg*") as loading:
        page.goto(url)

    assert loading.value.status == 200
    assert "immutable" in loading.value.headers["cache-control"]
    assert page.locator(".map text").all_text_contents() == ["Scandicci", "Tokyo", "Paris"]


def test_names_on_the_map_are_never_read_out_twice(gallery, visit):
    """The list below says the same, so a screen reader is spared the picture."""
    url, _ = gallery.open(Answer.VERIFIED, LOOKS, Showroom)
    tree = visit(url).locator("main").aria_snapshot()

    assert "img" in tree
    assert tree.count("text: Scandicci") == 0


def test_a_printed_page_says_that_it_proves_nothing(gallery, visit):
    """Paper is light, has nothing to press, and leads back to the label."""
    url, _ = gallery.open(*STATES["claim"])
    page = visit(f"{url}?lang=fr", color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")

    assert page.get_by_text("Sur papier, ceci ne prouve rien").is_visible()
    assert page.locator("time").first.is_visible()
    assert page.locator("button, nav, a.button").locator("visible=true").count() == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(250, 247, 242)"


@pytest.mark.parametrize("answer", [Answer.VERIFIED, Answer.NOT_SOLD_YET, Answer.STOLEN, Answer.CANNOT_VERIFY])
def test_without_colours_the_tones_still_differ(gallery, visit, answer):
    """Icon and word stay when the system takes the colours away."""
    url, _ = gallery.open(answer, LOOKS, Showroom)
    page = visit(url, forced_colors="active")

    assert page.locator(".tag .icon").is_visible()
    assert page.locator(".tag span").inner_text() != ""
