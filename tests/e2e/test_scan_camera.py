"""The live camera as a customer uses it: a film of a label, and all that goes wrong."""

import re

import pytest

from tests.e2e.scan_support import (
    ARE_OFF,
    ASKS,
    BREAKS,
    CAMERA,
    COUNTS,
    OTHER_HOST,
    REFUSES,
    sees,
    start,
    until,
    until_true,
    words,
)
from tests.fakes.camera import camera_clip
from web.presenters.catalogue import Refusal
from web.presenters.catalogues import words_of
from web.presenters.language import Language

pytestmark = [pytest.mark.browser, pytest.mark.process]
BOTH = pytest.mark.parametrize("language", Language)
HEADLINES = {Language.EN: "Authentic record", Language.FR: "Fiche authentique"}


@pytest.fixture(scope="module")
def films(sites, camera_file):
    """Put a film before the camera: the first house's label, or leather without any."""
    clips = {"label": camera_clip(sites[0].label), "leather": camera_clip(None)}
    return lambda name: camera_file.write_bytes(clips[name])


@BOTH
def test_the_camera_reads_the_label_and_opens_its_record(sites, films, visit, language):
    """One tap, in both languages, by our own decoder: this Chromium has none."""
    films("label")
    page = visit(language=language)
    start(page, language)
    page.wait_for_url(f"**{sites[0].path}?lang={language}")

    assert page.locator("h1").inner_text() == HEADLINES[language]


def test_a_browser_that_reads_codes_itself_needs_no_worker(sites, films, visit):
    """The native decoder is faster and nothing is loaded for it."""
    films("leather")
    page = visit(sees(sites[0].label))
    start(page)
    page.wait_for_url(f"**{sites[0].path}?lang=en")

    assert page.locator("h1").inner_text() == "Authentic record"


def test_a_native_decoder_that_fails_gives_way_to_the_worker(sites, films, visit):
    """Some phones announce a decoder whose service does not start."""
    films("label")
    page = visit(BREAKS)
    start(page)

    page.wait_for_url(f"**{sites[0].path}?lang=en")


def test_our_label_is_followed_among_other_codes(sites, films, visit):
    """A poster behind the piece has a code too."""
    films("leather")
    page = visit(sees("WIFI:S:boutique;;", sites[1].label, sites[0].label))
    start(page)

    page.wait_for_url(f"**{sites[0].path}?lang=en")


def test_a_label_of_the_houses_other_host_opens_there(sites, films, visit):
    """By its https address."""
    films("leather")
    address = f"https://{OTHER_HOST}{sites[0].path}"
    page = visit(
        sees(address.upper()), replies=[(f"https://{OTHER_HOST}/**", lambda route: route.fulfill(body="there"))]
    )
    start(page)

    page.wait_for_url(f"{address}?lang=en")


@BOTH
def test_a_foreign_code_is_named_and_never_followed(sites, films, visit, language):
    """The reason is said, no link leads there, the camera is off."""
    films("label")
    page = visit(COUNTS, house=1, language=language)
    start(page, language)
    told = until(page, "foreign_host")

    assert told == words_of(language).refusals[Refusal.FOREIGN_HOST].format(host=sites[0].host)
    assert page.evaluate("[...document.links].filter(a => a.host !== location.host).length") == 0
    assert page.evaluate(ARE_OFF)
    assert page.url == f"http://{sites[1].host}/?lang={language}"


def test_after_a_refusal_scanning_goes_on_when_asked(sites, films, visit):
    """The customer turned the wrong tag up first."""
    films("leather")
    page = visit(sees("https://elsewhere.example/"))
    start(page)
    until(page, "foreign_host")
    page.evaluate(sees(sites[0].label))
    page.get_by_role("button", name=words().camera.again).click()

    page.wait_for_url(f"**{sites[0].path}?lang=en")


def test_a_code_that_is_no_label_is_refused(films, visit):
    """The boutique's network, a menu, a parcel."""
    films("leather")
    page = visit(sees("WIFI:S:boutique;;"))
    start(page)

    assert until(page, "not_a_label") == words_of(Language.EN).refusals[Refusal.NOT_A_LABEL]


def test_a_code_seen_only_once_is_not_refused(films, visit):
    """A code that the camera only passed over, or misread, interrupts nobody."""
    films("leather")
    page = visit(
        sees("WIFI:S:1;;").replace(
            "return [", "this.n = (this.n ?? 0) + 1; if (this.n > 3) globalThis.done = true; return this.n > 1 ? [] : ["
        )
    )
    start(page)
    until_true(page, "globalThis.done")

    assert until(page, "looking") == words().camera.looking


@BOTH
def test_a_refused_permission_leads_to_the_other_ways(films, visit, language):
    """The browser's own refusal."""
    films("leather")
    page = visit(language=language, permissions=[])
    start(page, language)

    assert until(page, "blocked") == words(language).camera.blocked
    assert page.get_by_label(words(language).serial, exact=True).is_visible()


@pytest.mark.parametrize(("error", "state"), [("NotFoundError", "absent"), ("NotReadableError", "taken")])
def test_a_camera_that_is_not_there_leads_to_the_other_ways(films, visit, error, state):
    """None at all, or one that another program holds."""
    films("leather")
    page = visit(REFUSES % error)
    start(page)

    assert until(page, state) == getattr(words().camera, state)


def test_a_camera_that_goes_away_is_said(films, visit):
    """Unplugged, or taken by a call."""
    films("leather")
    page = visit(COUNTS)
    start(page)
    until(page, "looking")
    page.evaluate("streams[0].getTracks()[0].dispatchEvent(new Event('ended'))")

    assert until(page, "lost") == words().camera.lost


def test_a_decoder_that_does_not_load_is_said(films, visit):
    """And the camera is off again."""
    films("leather")
    page = visit(COUNTS, replies=[("**/vendor/**", lambda route: route.abort())])
    start(page)

    assert until(page, "broken") == words().camera.broken
    assert page.evaluate(ARE_OFF)


@pytest.mark.parametrize("gone", ["hidden", "away"])
def test_the_camera_is_off_when_nobody_looks(films, visit, gone):
    """Another tab, another app: what a camera sees then is nobody's business."""
    films("leather")
    page = visit(COUNTS)
    start(page)
    until(page, "looking")
    if gone == "hidden":
        page.evaluate("Object.defineProperty(document, 'hidden', {get: () => true})")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    else:
        page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")

    assert page.evaluate(ARE_OFF)
    assert until(page, "tired" if gone == "hidden" else "idle")


def test_a_long_look_is_helped_and_then_ended(films, visit):
    """Eight seconds, and two minutes."""
    films("leather")
    page = visit(COUNTS + sees())
    page.clock.install()
    start(page)
    until(page, "looking")
    page.clock.run_for(8_000)
    slow = until(page, "slow")
    page.clock.run_for(112_000)

    assert slow == words().camera.slow
    assert until(page, "tired") == words().camera.tired
    assert page.evaluate(ARE_OFF)


def test_who_stops_while_the_browser_asks_is_not_filmed(films, visit):
    """The permission came after the tap on stop."""
    films("leather")
    page = visit(COUNTS + ASKS)
    start(page)
    until_true(page, "globalThis.allow")
    page.get_by_role("button", name=words().camera.stop).click()
    page.evaluate("allow()")
    until_true(page, ARE_OFF)

    assert until(page, "idle") == words().camera.idle


def test_the_camera_is_used_by_keyboard_alone(films, visit):
    """Start and stop are one button, so the focus is never lost."""
    films("leather")
    page = visit(COUNTS)
    page.get_by_role("button", name=words().camera.start).focus()
    page.keyboard.press("Enter")
    until(page, "looking")
    focused = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    until(page, "idle")

    assert focused == words().camera.stop
    assert page.evaluate(ARE_OFF)


@pytest.mark.parametrize(
    ("script", "worker"),
    [
        ("", ""),
        ("delete MediaDevices.prototype.getUserMedia", None),
        ("Object.defineProperty(globalThis, 'isSecureContext', {value: false})", None),
    ],
    ids=["no decoder at all", "no camera interface", "no secure connection"],
)
def test_the_camera_is_offered_only_where_it_can_work(sites, visit, script, worker):
    """Everything else on the page still does."""

    def without_worker(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=re.sub('data-workers="[^"]*"', 'data-workers=""', answer.text()))

    page = visit(script, replies=[] if worker is None else [("**/?lang=en", without_worker)])
    page.locator(f"{CAMERA}[hidden]").wait_for(state="attached")

    assert page.locator(CAMERA).bounding_box() is None
    assert page.get_by_text(words().choose).is_visible()
