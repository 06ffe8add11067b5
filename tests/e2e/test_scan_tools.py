"""What a camera can do beside filming, what the page advises, and the voice."""

import json

import pytest

from tests.e2e.scan_support import (
    CAMERA,
    COUNTS,
    SHOWS,
    SPEAKS,
    WCAG,
    part_of,
    show,
    start,
    until,
    until_true,
    violations,
    words,
)
from tests.fakes.camera import BLACK, UNREADABLE, camera_clip
from web.presenters.catalogue import Refusal
from web.presenters.catalogues import words_of
from web.presenters.language import Language

pytestmark = [pytest.mark.browser, pytest.mark.process]
BOTH = pytest.mark.parametrize("language", Language)
ABLE = {"torch": True, "zoom": {"min": 1, "max": 5, "step": 0.5}, "focusMode": ["continuous", "single-shot"]}
TRACK = """
globalThis.wishes = [];
MediaStreamTrack.prototype.getCapabilities = () => (%s);
MediaStreamTrack.prototype.getSettings = () => ({facingMode: "environment", zoom: 1});
MediaStreamTrack.prototype.applyConstraints = async ({advanced: [wish]}) => {
  wishes.push(wish);
  if (%s) throw new DOMException("", "OverconstrainedError");
};
const supported = navigator.mediaDevices.getSupportedConstraints();
navigator.mediaDevices.getSupportedConstraints = () => ({...supported, pointsOfInterest: true});
"""


@pytest.fixture(scope="module")
def films(sites, camera_file):
    leather = camera_clip(None)
    return lambda clip=leather: camera_file.write_bytes(clip)


def track(can=ABLE, *, fails=False):
    return TRACK % (json.dumps(can), json.dumps(fails))


def looking(page, language=Language.EN):
    start(page, language)
    return until(page, "looking")


def last_wish(page):
    return page.evaluate("wishes.at(-1)")


@BOTH
def test_the_light_is_switched_and_said(films, visit, axe, language):
    """By a button that says whether it is pressed, and in words."""
    films()
    page = visit(SHOWS + track(), language=language)
    looking(page, language)
    said, camera = part_of(page, "said"), words(language).camera
    light = page.get_by_role("button", name=camera.light)
    heard = []
    for _ in range(2):
        light.click()
        until_true(page, f"wishes.length === {len(heard) + 1}")
        heard.append((last_wish(page), light.get_attribute("aria-pressed"), said.inner_text()))

    assert heard == [({"torch": True}, "true", camera.light_on), ({"torch": False}, "false", camera.light_off)]
    assert violations(page, axe, *WCAG) == []


def test_the_zoom_is_a_slider_with_words(films, visit):
    """By keyboard as well, in the camera's own steps."""
    films()
    page = visit(SHOWS + track(), language=Language.FR)
    looking(page, Language.FR)
    slider = page.get_by_role("slider", name=words(Language.FR).camera.zoom)
    slider.focus()
    page.keyboard.press("ArrowRight")
    until_true(page, "wishes.length")

    assert last_wish(page) == {"zoom": 1.5}
    assert slider.get_attribute("aria-valuetext") == "1,5×"


def test_a_tap_on_the_picture_makes_it_sharp_there(films, visit):
    """In the camera's own picture, of which the page shows the middle square; by keyboard its middle."""
    films()
    page = visit(SHOWS + track())
    looking(page)
    focus = page.get_by_role("button", name=words().camera.focus)
    box = focus.bounding_box()
    focus.click(position={"x": box["width"] / 4, "y": box["height"] / 2})
    until_true(page, "wishes.length === 1")
    tapped = last_wish(page)
    focus.press("Enter")
    until_true(page, "wishes.length === 2")

    assert tapped["focusMode"] == "single-shot"
    assert tapped["pointsOfInterest"][0]["x"] == pytest.approx(0.5 - 0.25 * 720 / 1280, abs=0.01)
    assert tapped["pointsOfInterest"][0]["y"] == pytest.approx(0.5, abs=0.01)
    assert last_wish(page)["pointsOfInterest"] == [{"x": 0.5, "y": 0.5}]


@pytest.mark.parametrize("can", [{}, {"zoom": {"min": 1, "max": 1}, "torch": False, "focusMode": ["manual"]}])
def test_what_a_camera_cannot_do_is_not_offered(films, visit, can):
    """Most laptops can do nothing of this."""
    films()
    page = visit(SHOWS + track(can))
    looking(page)

    assert not [name for name in ("tools", "light", "zoom", "focus") if part_of(page, name).is_visible()]


def test_a_light_that_does_not_work_is_said(films, visit):
    """It promised, and refused: the button does not claim that it burns."""
    films()
    page = visit(SHOWS + track(fails=True))
    looking(page)
    page.get_by_role("button", name=words().camera.light).click()
    until_true(page, "wishes.length")
    page.get_by_text(words().camera.light_failed).wait_for()

    assert part_of(page, "light").get_attribute("aria-pressed") == "false"


@pytest.mark.parametrize(("can", "word"), [({}, "dark"), (ABLE, "dark_light")])
def test_darkness_is_said_with_what_to_do(films, visit, can, word):
    """The camera's own light first, where there is one."""
    films(camera_clip(None, BLACK))
    page = visit(SHOWS + track(can))
    looking(page)
    page.locator(f"{CAMERA}[data-advice=dark]").wait_for()

    assert part_of(page, "said").inner_text() == getattr(words().camera, word)


def test_a_code_that_is_seen_and_not_read_is_advised_on(sites, films, visit):
    """Found by zxing, too blurred to be read: hold still."""
    films(camera_clip(sites[0].label, UNREADABLE))
    page = visit()
    looking(page)
    page.locator(f"{CAMERA}[data-advice=still]").wait_for()

    assert part_of(page, "said").inner_text() == words().camera.still


def test_the_measures_of_a_frame_are_what_they_say(visit):
    """Light is the mean luminance, sharpness falls with blur, and a small symbol asks to come closer."""
    page = visit(SHOWS)
    light, sharp, smooth, advice = page.evaluate(
        """async () => {
          const {measure, advise} = await import('/static/js/scan-measures.js');
          const draw = (paint) => {
            const data = new Uint8ClampedArray(4 * 64 * 64).fill(255);
            for (let i = 0; i < 64 * 64; i++) data.fill(paint(i % 64, i >> 6), 4 * i, 4 * i + 3);
            return {data, width: 64, height: 64};
          };
          return [
            measure(draw(() => 100)).light,
            measure(draw((x, y) => ((x >> 2) + (y >> 2)) % 2 ? 255 : 0)).sharpness,
            measure(draw((x) => 4 * x)).sharpness,
            [[200, 0], [200, 0.1], [200, 0.4], [20, 0.4]].map(([light, unread]) => advise({light, unread})),
          ];
        }"""
    )

    assert light == pytest.approx(100, abs=0.1)
    assert sharp > 1_000 > 1 > smooth
    assert advice == ["", "closer", "still", "dark"]


@BOTH
def test_the_result_is_said_aloud_to_who_asked_for_it(sites, films, visit, language):
    """In the page's language; the switch is remembered by this browser, and nothing else is."""
    films()
    page = visit(SHOWS + SPEAKS, language=language)
    switch = page.get_by_role("switch", name=words(language).camera.aloud)
    was_on = switch.is_checked()
    switch.check()
    page.reload()
    looking(page, language)
    show(page, "WIFI:S:boutique;;")
    refusal = until(page, "not_a_label")
    kept = page.evaluate("({...localStorage})")

    assert not was_on
    assert page.evaluate("spoken") == [[language.value, refusal]]
    assert refusal == words_of(language).refusals[Refusal.NOT_A_LABEL]
    assert kept == {"assay.says-aloud": "yes"}


def test_nobody_is_spoken_to_unasked(films, visit):
    """A boutique is a quiet place."""
    films()
    page = visit(COUNTS + SHOWS + SPEAKS)
    looking(page)
    show(page, "WIFI:S:boutique;;")
    until(page, "not_a_label")

    assert page.evaluate("spoken") == []
    assert page.evaluate("localStorage.length") == 0


def test_the_record_opens_once_it_was_said(sites, films, visit):
    """The next page would cut the voice off."""
    films()
    page = visit(SHOWS + SPEAKS)
    page.get_by_role("switch", name=words().camera.aloud).check()
    looking(page)
    show(page, sites[0].label)

    page.wait_for_url(f"**{sites[0].path}?lang=en")
