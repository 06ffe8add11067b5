"""The pages as a person meets them: on the narrowest phone, in the dark, in French, without a mouse or a script."""

import pytest

from tests.fakes.pictures import as_file, qr_picture
from verifier.answers import Answer

pytestmark = [pytest.mark.browser, pytest.mark.process]
NARROW = {"width": 320, "height": 640}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
UNFOLD = "document.querySelectorAll('details').forEach(each => each.open = true)"


@pytest.fixture
def visit(chromium):
    """Open pages, each visitor with settings of their own; a script error or a blocked resource fails the test."""
    contexts, complaints = [], []

    def open_page(url, **settings):
        context = chromium.new_context(**{"viewport": NARROW, "java_script_enabled": True} | settings)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: "Content Security" in said.text and complaints.append(said.text))
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def width_of(page):
    return page.evaluate("document.documentElement.scrollWidth")


@pytest.mark.parametrize("answer", Answer)
def test_every_answer_fits_the_narrowest_phone_and_is_accessible(serve, visit, axe, answer):
    """Everything unfolded, in the longer language: no sideways scrolling, and WCAG 2.2 AA by axe, light and dark."""
    url, _ = serve(answer)
    page = visit(f"{url}?lang=fr", bypass_csp=True)
    page.evaluate(UNFOLD)

    assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
    assert violations(page, axe, *WCAG) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, axe, "wcag2aa") == []


@pytest.mark.parametrize("path", ["/", "/?lang=fr", "/nothing"])
def test_the_other_pages_are_accessible(serve, visit, axe, path):
    """The form and the errors too."""
    _, site = serve()
    page = visit(f"http://{site.host}{path}", bypass_csp=True)

    assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
    assert violations(page, axe, *WCAG) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, axe, "wcag2aa") == []


def violations(page, axe, *tags):
    """Give each violation and where it is, of the rules with these tags."""
    page.evaluate(axe)
    found = page.evaluate("tags => axe.run({runOnly: {type: 'tag', values: tags}})", tags)
    assert found["passes"], "no rule found anything to look at"
    return [(each["id"], node["html"]) for each in found["violations"] for node in each["nodes"]]


def test_the_verdict_needs_no_script(serve, visit):
    """Headline, style and pictures are there with scripts turned off."""
    url, _ = serve()
    page = visit(url, java_script_enabled=False)

    assert page.locator("h1").inner_text() == "Authentic record"
    assert page.locator(".verdict").evaluate("each => getComputedStyle(each).borderTopWidth") == "4px"


def test_the_pictures_load(serve, visit):
    """They come from our own address, and are pictures."""
    url, _ = serve()
    page = visit(url)
    page.evaluate("document.querySelectorAll('img').forEach(each => each.loading = 'eager')")
    page.wait_for_load_state("networkidle")

    assert page.evaluate("[...document.images].map(each => each.naturalWidth)") == [640, 640, 640]


@pytest.mark.parametrize(("locale", "headline"), [("fr-CA", "Fiche authentique"), ("ja-JP", "Authentic record")])
def test_the_browsers_language_is_spoken(serve, visit, locale, headline):
    """Or English, where we do not speak it."""
    url, _ = serve()

    assert visit(url, locale=locale).locator("h1").inner_text() == headline


def test_the_other_language_is_one_tap_away_and_stays(serve, visit):
    """On the same address, and on the pages that follow."""
    url, _ = serve()
    page = visit(url)
    page.get_by_role("link", name="Français").click()
    page.get_by_role("link", name="Vérifier une autre pièce").click()

    assert page.locator("h1").inner_text() == "Vérifier une pièce"


def test_the_dark_scheme_is_dark(serve, visit):
    """By the visitor's own setting."""
    url, _ = serve()
    page = visit(url, color_scheme="dark")

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 17, 15)"


def test_a_photo_is_posted_and_leads_to_the_verdict(serve, visit, tmp_path):
    """Choose, send, read: the whole way, without a script."""
    url, site = serve()
    photo = tmp_path / "label.png"
    photo.write_bytes(as_file(qr_picture(site.label)))
    page = visit(f"http://{site.host}/", java_script_enabled=False)
    page.set_input_files("#choose", photo)
    page.get_by_role("button", name="Read the label").click()

    assert page.url == url
    assert page.locator("h1").inner_text() == "Authentic record"


def test_a_typed_code_leads_to_the_verdict(serve, visit):
    """As somebody reads it off a scratched label."""
    url, site = serve()
    *_, gtin, _, serial = site.path.split("/")
    page = visit(f"http://{site.host}/")
    page.get_by_label("Serial").fill(f"{serial[:4]} {serial[4:].lower()}")
    page.get_by_label("Article number").fill(gtin)
    page.get_by_role("button", name="Check", exact=True).click()

    assert page.url == url


def test_a_foreign_code_is_named_and_cannot_be_followed(serve, visit):
    """The reason is on the page, and no link of the page leads away."""
    _, site = serve()
    page = visit(f"http://{site.host}/")
    page.get_by_label("Serial").fill(f"https://look-alike.example{site.path}")
    page.get_by_role("button", name="Check", exact=True).click()
    links = page.evaluate("[...document.links].map(each => each.host)")

    assert "look-alike.example" in page.locator(".notice").inner_text()
    assert set(links) == {site.host}


def test_the_camera_input_is_offered_to_touch_screens_only(serve, visit):
    """A desktop has nothing to hold over a label."""
    _, site = serve()
    phone = visit(f"http://{site.host}/", has_touch=True, is_mobile=True)
    desktop = visit(f"http://{site.host}/", viewport={"width": 1280, "height": 800})

    assert phone.locator("#take").is_visible()
    assert not desktop.locator("#take").is_visible()


def test_the_page_is_used_by_keyboard_alone(serve, visit):
    """The skip link comes first, and focus is always seen."""
    url, _ = serve()
    page = visit(url)
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.textContent")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    page.keyboard.press("Enter")

    assert first == "Skip to content"
    assert outline == "3px"
    assert page.url.endswith("#main")
