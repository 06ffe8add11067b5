"""Staff at the console with a phone: registering, recording the sale, printing; by keyboard, in both languages."""

import io
import json
import re
import threading

import pytest
from playwright.sync_api import expect

from tests.fakes.office import GTIN, FakeOffice
from tests.fakes.site import some_photo, some_site
from tests.fakes.staff import StaffVisitor
from verifier.answers import Answer
from verifier.images import read_labels
from web.app import create_app
from web.cli.serve import make_site_server
from web.presenters.language import Language

pytestmark = [pytest.mark.browser, pytest.mark.process]
NARROW = {"width": 320, "height": 640}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
BOTH = pytest.mark.parametrize("language", Language)
TEXTS = {
    "reference": "BAG-2",
    "gtin": GTIN,
    "name": "Aurore 25, noir",
    "model": "Aurore 25",
    "category": "handbag",
    "description": "A hand-stitched bag.",
    "mark_1_text": "Eleven stitches",
    "mark_2_text": "Blue lining",
    "mark_3_text": "Stamp A25",
    "material_1_name": "Calf leather",
}


@pytest.fixture(scope="module")
def house(placeholder):
    """A house of one piece, on a port of its own, and somebody of it."""
    server = make_site_server(placeholder, "127.0.0.1", 0)
    site = some_site(Answer.NOT_SOLD_YET, f"localhost:{server.server_port}")
    office = FakeOffice(site.world)
    office.add("BAG-1", site.item)
    server.app = create_app(site.parts(open_records=office.open))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield site, office, StaffVisitor(server.app, site.host, site.database)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def visit(chromium, house):
    """Open a page as somebody of the house; a script error or a blocked resource fails the test."""
    site, _, ines = house
    contexts, complaints = [], []

    def open_page(path, **settings):
        context = chromium.new_context(**{"viewport": NARROW, "accept_downloads": True} | settings)
        context.add_cookies([{"name": "assay", "value": ines.token, "url": f"http://{site.host}"}])
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: "Content Security" in said.text and complaints.append(said.text))
        page.goto(f"http://{site.host}{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def photos(*hues):
    return [{"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": some_photo(hue)} for n, hue in enumerate(hues)]


def violations(page, axe):
    page.evaluate(axe)
    found = page.evaluate("tags => axe.run({runOnly: {type: 'tag', values: tags}})", WCAG)
    return json.dumps([{v["id"]: [n["html"] for n in v["nodes"]]} for v in found["violations"]])


def is_wide(page):
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


def press_look(page):
    page.get_by_role("button", name="See what the public will read").click()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_piece_is_registered_on_a_phone_with_two_photos(visit, axe, script):
    """Fill in, press once: the photos' words are asked for; fill in, press: what the public will read; register."""
    page = visit("/console", java_script_enabled=script)
    page.get_by_role("link", name="Register a piece").click()
    page.locator("#country").select_option(label="Austria")
    for name, text in (TEXTS | {"reference": f"BAG-{'JS' if script else 'PLAIN'}"}).items():
        page.locator(f"#{name}").fill(text)
    page.locator("#photos").set_input_files(photos("#8a4b2a", "#223344"))
    press_look(page)
    for number, words in enumerate(("The front", "The back")):
        page.get_by_label("What it shows").nth(number).fill(words)
    press_look(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Before you register")
    expect(page.get_by_text("Registered, not yet sold")).to_be_visible()
    expect(page.get_by_text("Austria")).to_be_visible()
    if script:
        loaded = "image => image.decode().then(() => image.naturalWidth)"
        assert page.locator("img[alt='The front']").evaluate(loaded) == 640
        assert (violations(page, axe), is_wide(page)) == ("[]", False)
    page.get_by_role("button", name="Register now").click()

    expect(page.get_by_role("status")).to_contain_text("One moment")
    if script:
        assert (violations(page, axe), is_wide(page)) == ("[]", False)


def test_the_label_that_is_downloaded_is_the_pieces_own(visit, house):
    """The picture a boutique prints says what the house's book says."""
    site, office, _ = house
    page = visit(f"/console/pieces/{site.item.token_id}/label")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download for your printer").click()
    content = io.BytesIO(download.value.path().read_bytes()).getvalue()
    serial = office.open().book.serial(site.item.token_id)

    assert download.value.suggested_filename == "BAG-1.png"
    assert read_labels(content).texts[0].endswith(serial)


def test_a_sale_is_two_presses(visit, house, axe):
    """One on the piece, one below what the public will read; both by keyboard."""
    page = visit(f"/console/pieces/{house[0].item.token_id}")
    page.get_by_role("button", name="Record the sale").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Sold by Maison Éclat, Ginza.")).to_be_visible()
    assert (violations(page, axe), is_wide(page)) == ("[]", False)
    page.get_by_role("button", name="Record the sale").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Sold: BAG-1")


def test_enter_in_a_field_looks_at_the_whole(visit):
    """Not only at the photos, though their button comes first."""
    page = visit("/console/register")
    page.locator("#reference").fill("BAG-3")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name=re.compile("Please look at"))).to_be_visible()
    page.get_by_role("link", name=re.compile("^GTIN")).click()
    expect(page.locator("#gtin")).to_be_focused()


def test_a_step_begins_on_the_clock_of_its_place(visit, house):
    """In Mumbai the form says Mumbai's hour; the moment is the same."""
    path = f"/console/pieces/{house[0].item.token_id}/steps"
    page = visit(path, timezone_id="Asia/Kolkata")

    assert page.locator("#zone").input_value() == "+05:30"
    moment = page.evaluate("Date.parse(document.querySelector('#at').value + document.querySelector('#zone').value)")
    assert abs(moment - page.evaluate("Date.now()")) < 120_000


@BOTH
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_for_everybody(visit, house, axe, language, scheme):
    """No barrier that axe knows, and no sideways scroll at 320 pixels, with errors and without."""
    site = house[0]
    piece = f"/console/pieces/{site.item.token_id}"
    paths = ["/console", "/console?q=bag", "/console/log", "/console/register", piece, f"{piece}/steps"]
    page = visit(f"{piece}/card?lang={language}", color_scheme=scheme)
    for path in (*paths, f"{piece}/label"):
        page.goto(f"http://{site.host}{path}{'&' if '?' in path else '?'}lang={language}")
        assert (path, "[]", False) == (path, violations(page, axe), is_wide(page))
    page.goto(f"http://{site.host}/console/register?lang={language}")
    page.locator("#photos").set_input_files(photos("#8a4b2a"))
    page.locator("button.button:not(.second)").click()
    assert page.locator(".error").count() > 5
    assert (violations(page, axe), is_wide(page)) == ("[]", False)
