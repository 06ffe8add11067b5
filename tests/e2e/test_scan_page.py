"""The other ways of the scan page: a photo, a typed serial, no script; and every state for everybody."""

import json
from pathlib import Path

import pytest

from provenance_schemas.crockford import in_groups
from tests.e2e.scan_support import CAMERA, NARROW, WCAG, said, sees, start, until, violations, words
from tests.fakes.camera import camera_clip
from tests.fakes.documents import GTIN
from tests.fakes.pictures import as_file, qr_picture
from tests.fakes.site import some_photo
from verifier.image_limits import SIZE_MAX_BYTES
from web.presenters.catalogue import Refusal
from web.presenters.catalogues import words_of
from web.presenters.language import Language

pytestmark = [pytest.mark.browser, pytest.mark.process]
VECTORS = Path(__file__).parents[1] / "vectors"
BOTH = pytest.mark.parametrize("language", Language)


def mistyped(serial):
    return serial[:-1] + ("0" if serial[-1] != "0" else "1")


def test_without_a_script_photo_and_code_are_there(visit):
    """And a button to send the photo with, and no word of a camera that would not start."""
    page = visit(java_script_enabled=False)

    assert not page.locator(CAMERA).is_visible()
    assert page.get_by_role("button", name=words().read).is_visible()
    assert page.get_by_role("button", name=words().check, exact=True).is_visible()


def test_a_chosen_photo_is_read_at_once(sites, visit, tmp_path):
    """No second tap."""
    photo = tmp_path / "label.png"
    photo.write_bytes(as_file(qr_picture(sites[0].label)))
    page = visit()
    page.locator("[data-live]").wait_for()
    page.set_input_files("#choose", photo)
    page.wait_for_url(f"**{sites[0].path}?lang=en")

    assert page.locator("h1").inner_text() == "Authentic record"


def test_a_photo_on_its_way_is_shown(visit, tmp_path):
    """On a slow network the customer sees that it is being read, and which one."""
    photo = tmp_path / "bag.jpg"
    photo.write_bytes(some_photo())
    page = visit()
    page.locator("[data-live]").wait_for()
    # A network that takes its time.
    page.evaluate("document.querySelector('#choose').form.addEventListener('submit', e => e.preventDefault())")
    page.set_input_files("#choose", photo)
    page.locator(".preview").wait_for()

    assert said(page, "scan-photo") == words().photo.reading


def test_a_photo_without_a_code_comes_back_with_the_reason(visit, tmp_path):
    """Said by the server, above the same ways."""
    photo = tmp_path / "bag.jpg"
    photo.write_bytes(some_photo())
    page = visit(language=Language.FR)
    page.locator("[data-live]").wait_for()
    page.set_input_files("#choose", photo)

    assert words_of(Language.FR).refusals[Refusal.NO_CODE] in page.locator(".notice").inner_text()
    page.get_by_role("button", name=words(Language.FR).camera.start).wait_for()


def test_a_photo_that_is_too_large_is_not_sent(visit, tmp_path):
    """Nobody uploads 16 MB to be told."""
    photo = tmp_path / "large.jpg"
    photo.write_bytes(bytes(SIZE_MAX_BYTES + 1))
    page = visit()
    page.locator("[data-live]").wait_for()
    page.set_input_files("#choose", photo)

    assert said(page, "scan-photo") == words().photo.too_large
    assert page.evaluate("document.querySelector('#choose').files.length") == 0
    assert page.url.endswith("/?lang=en")


@BOTH
def test_a_mistyped_serial_is_said_and_stays_in_its_field(sites, visit, language):
    """It is not sent: nothing is lost, and the cursor stands where the mistake is; put right, it goes."""
    serial = sites[0].path.rsplit("/", 1)[1]
    page = visit(language=language)
    page.locator("[data-live]").wait_for()
    field = page.get_by_label(words(language).serial, exact=True)
    field.press_sequentially(mistyped(serial).lower())
    page.get_by_label(words(language).gtin).fill(GTIN)
    page.keyboard.press("Enter")
    advice, invalid = said(page, "scan-typing"), field.get_attribute("aria-invalid")
    focused, url = field.evaluate("field => field === document.activeElement"), page.url
    page.keyboard.press("End")
    page.keyboard.press("Backspace")
    page.keyboard.type(serial[-1])
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{sites[0].path}?lang={language}")

    assert (advice, invalid, focused) == (words(language).typing.mistyped, "true", True)
    assert url.endswith(f"/?lang={language}")


@BOTH
def test_without_a_script_the_server_judges_and_gives_back_what_was_typed(sites, visit, language):
    """One character is to be changed, not twenty to be typed again."""
    wrong = mistyped(sites[0].path.rsplit("/", 1)[1])
    page = visit(language=language, java_script_enabled=False)
    field = page.get_by_label(words(language).serial, exact=True)
    field.fill(wrong)
    page.get_by_label(words(language).gtin).fill(GTIN)
    page.keyboard.press("Enter")
    notice = page.locator(".notice").inner_text()

    assert words_of(language).refusals[Refusal.SERIAL_WRONG] in notice
    assert (field.input_value(), page.get_by_label(words(language).gtin).input_value()) == (wrong, GTIN)


def test_a_serial_is_written_as_on_the_label_while_it_is_typed(sites, visit):
    """In groups of four, in capitals; then it leads to the record, by keyboard alone."""
    serial = sites[0].path.rsplit("/", 1)[1]
    page = visit()
    page.locator("[data-live]").wait_for()
    page.get_by_label("Serial", exact=True).focus()
    page.keyboard.type(serial.lower().replace("0", "o"))
    written = page.get_by_label("Serial", exact=True).input_value()
    advice = said(page, "scan-typing")
    page.keyboard.press("Tab")
    page.keyboard.type(GTIN)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{sites[0].path}?lang=en")

    assert written == in_groups(serial, 4)
    assert advice == words().typing.fits


def test_what_is_typed_is_advised_on_in_good_time(visit):
    """Nothing while one is typing, something once it cannot be right any more; a whole address is left alone."""
    page = visit()
    page.locator("[data-live]").wait_for()
    field = page.get_by_label("Serial", exact=True)
    advice = {}
    for typed in ("AB", "ABU", "7" * 21, "https://id.maison.example/01/"):
        field.clear()
        field.press_sequentially(typed)
        advice[typed] = said(page, "scan-typing")

    assert list(advice.values()) == ["", words().typing.stranger.format(character="U"), words().typing.long, ""]
    assert field.input_value().lower() == typed


def test_nobodys_cursor_is_moved(visit):
    """Whoever corrects a character in the middle goes on in the middle."""
    page = visit()
    page.locator("[data-live]").wait_for()
    field = page.get_by_label("Serial", exact=True)
    field.press_sequentially("ABCDEFGH")
    for key in ("ArrowLeft", "ArrowLeft", "7", "8"):
        page.keyboard.press(key)

    assert field.input_value() == "ABCD EF78GH"


def test_the_scripts_agree_with_the_site_on_every_vector(visit):
    """tests/unit/web/test_scan_vectors.py holds the site to the same two files."""
    scanned = json.loads((VECTORS / "scanned_texts.json").read_text("utf-8"))
    serials = json.loads((VECTORS / "serials.json").read_text("utf-8"))["serials"]
    page = visit()
    judged = page.evaluate(
        """async ({texts, hosts}) => {
          const {judge} = await import('/static/js/scan-label.js');
          return texts.map(({text}) => {
            const {label, refusal, host} = judge(text, hosts);
            return label ? {text, answer: 'label', ...label} : {text, answer: refusal, ...(host && {host})};
          });
        }""",
        scanned,
    )
    assessed = page.evaluate(
        """async serials => {
          const {assess, normalise} = await import('/static/js/scan-serial.js');
          return serials.map(({typed}) => ({typed, symbols: normalise(typed), ...assess(normalise(typed))}));
        }""",
        serials,
    )

    assert judged == scanned["texts"]
    assert assessed == serials


def test_no_other_script_becomes_a_worker(visit):
    """The one Trusted Types policy takes one address, whatever is written into the page."""
    others = [
        "https://evil.example/w.js",
        "/static/js/other.js",
        "data:text/javascript,1",
        "/static/js/scan-worker.js/../x.js",
    ]
    answers = visit().evaluate(
        """async addresses => {
          const {workerAddress} = await import('/static/js/scan-trusted.js');
          const tried = address => { try { return workerAddress(address); } catch (error) { return error.name; } };
          return addresses.map(tried);
        }""",
        others,
    )

    assert answers == ["TypeError"] * len(others)


@pytest.mark.parametrize(("language", "scheme"), [(Language.EN, "dark"), (Language.FR, "light")])
def test_every_state_is_accessible_on_the_narrowest_phone(camera_file, visit, axe, language, scheme):
    """Idle, looking, refused; a photo too large; a mistyped serial: WCAG 2.2 AA by axe, no sideways scrolling."""
    camera_file.write_bytes(camera_clip(None))
    page = visit(
        "globalThis.BarcodeDetector = undefined;",
        language=language,
        color_scheme=scheme,
        bypass_csp=True,
        has_touch=True,
        is_mobile=True,
    )
    page.get_by_role("button", name=words(language).camera.start).wait_for()
    found = violations(page, axe, *WCAG)
    start(page, language)
    until(page, "looking")
    found += violations(page, axe, *WCAG)
    page.evaluate(sees("https://a-rather-long-name-of-a-host-that-somebody-made-up.look-alike.example/"))
    page.get_by_role("button", name=words(language).camera.stop).click()
    start(page, language)
    until(page, "foreign_host")
    page.get_by_label(words(language).serial, exact=True).press_sequentially("U" * 20)
    found += violations(page, axe, *WCAG)

    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
