"""Label after label: what the camera adds to the list, and what the list becomes."""

import pytest

from tests.e2e.scan_support import (
    ARE_OFF,
    COUNTS,
    SHOWS,
    WCAG,
    show,
    start,
    until_true,
    violations,
    visits,
    words,
)
from tests.fakes.camera import camera_clip
from verifier.answers import Answer
from web.presenters.catalogue import Refusal
from web.presenters.catalogues import words_of
from web.presenters.language import Language
from web.scan.many import LABELS_MAX

pytestmark = [pytest.mark.browser, pytest.mark.process]
BOTH = pytest.mark.parametrize("language", Language)


@pytest.fixture(scope="module")
def films(sites, camera_file):
    clips = {"label": camera_clip(sites[0].label), "leather": camera_clip(None)}
    return lambda name: camera_file.write_bytes(clips[name])


@pytest.fixture
def visit(chromium, sites):
    with visits(chromium, sites) as open_page:

        def open_many(script="", language=Language.EN, **settings):
            page = open_page(script, language=language, **settings)
            page.goto(f"http://{sites[0].host}/scan/many?lang={language}")
            return page

        yield open_many


def labels(page):
    return page.locator("#labels").input_value().splitlines()


def address(label):
    """Write a label as a browser would: this very machine has no certificate."""
    return "http" + label[len("https") :] if label.startswith("https") else label.replace("HTTPS", "http", 1)


def seen(page):
    return page.locator("[data-part=seen] li").all_inner_texts()


def until_said(page, text):
    page.locator(".scanner [data-part=said]").get_by_text(text, exact=True).wait_for()


def others_of(site):
    """Give the labels of other pieces of the house, as they are printed."""
    prefix = site.label.rsplit("/", 1)[0]
    return [f"{prefix}/{serial}" for serial in site.world.serials.values() if not site.label.endswith(serial)]


@BOTH
def test_label_after_label_is_collected_and_checked_at_once(sites, films, visit, axe, language):
    """Ours twice, one read again, one foreign: the list says each, and the table the verdicts."""
    films("leather")
    first, second = sites[0].label, others_of(sites[0])[0]
    page = visit(COUNTS + SHOWS, language)
    burst, refusals = words(language).burst, words_of(language).refusals
    start(page, language)
    page.locator("[data-part=viewer][data-state=looking]").wait_for()
    foreign = burst.passed_by.format(reason=refusals[Refusal.FOREIGN_HOST].format(host="elsewhere.example"))
    told = [
        burst.kept.format(tail=first[-4:], count=1),
        burst.kept.format(tail=second[-4:], count=2),
        foreign,
        burst.known.format(tail=first[-4:]),
    ]
    page.clock.install()
    for text, said in zip((first, second, "https://elsewhere.example/", first), told, strict=True):
        show(page)  # the hand goes from one piece to the next
        page.clock.run_for(2_500)
        show(page, text)
        until_said(page, said)
    found = violations(page, axe, *WCAG)
    collected, list_of_seen = labels(page), seen(page)
    page.get_by_role("button", name=words_of(language).many.check).click()
    page.locator("table.many").wait_for()
    rows = page.locator("table.many tbody tr").all_inner_texts()

    assert collected == [address(first), address(second)]
    assert list_of_seen == told[::-1]
    assert found == []
    assert [words_of(language).answers[Answer.VERIFIED].headline in rows[0], len(rows)] == [True, 2]
    assert violations(page, axe, *WCAG) == []


def test_the_decoders_read_for_the_list_too(sites, films, visit):
    """The same camera, the same race; a label that stays in the picture is one label."""
    films("label")
    page = visit()
    start(page)
    until_said(page, words().burst.kept.format(tail=sites[0].label[-4:], count=1))

    assert labels(page) == [address(sites[0].label)]
    assert seen(page) == [words().burst.kept.format(tail=sites[0].label[-4:], count=1)]


def test_two_labels_side_by_side_are_two_readings(sites, films, visit):
    """Frame after frame shows both: each is added once, and nothing more is said."""
    films("leather")
    first, second = sites[0].label, others_of(sites[0])[0]
    page = visit(SHOWS)
    start(page)
    page.locator("[data-part=viewer][data-state=looking]").wait_for()
    show(page, first, second)
    until_said(page, words().burst.kept.format(tail=second[-4:], count=2))
    until_true(page, "document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames > 20")

    assert labels(page) == [address(first), address(second)]
    assert len(seen(page)) == 2


def test_a_full_list_ends_the_look(sites, films, visit):
    """Said, with what to do; the camera is off, and nothing of the list is lost."""
    films("leather")
    page = visit(COUNTS + SHOWS)
    full = "\n".join(f"line {number}" for number in range(LABELS_MAX))
    page.locator("#labels").fill(full)
    start(page)
    page.locator("[data-part=viewer][data-state=looking]").wait_for()
    show(page, sites[0].label)
    until_said(page, words().burst.full)
    until_true(page, ARE_OFF)

    assert page.locator("#labels").input_value() == full


def test_what_was_pasted_is_known_to_the_camera(sites, films, visit):
    """In capitals or not: it is one label."""
    films("leather")
    page = visit(SHOWS)
    page.locator("#labels").fill(sites[0].label.upper())
    start(page)
    page.locator("[data-part=viewer][data-state=looking]").wait_for()
    show(page, sites[0].label)
    until_said(page, words().burst.known.format(tail=sites[0].label[-4:]))

    assert labels(page) == [sites[0].label.upper()]


@BOTH
def test_without_a_script_the_list_is_pasted(sites, visit, language):
    """A form, a button, a table; a list that is wrong comes back with what to change, at its field."""
    many = words_of(language).many
    page = visit(language=language, java_script_enabled=False)
    camera = page.locator(".scanner").is_visible()
    page.get_by_role("button", name=many.check).click()
    fault = page.locator("#labels-error").inner_text()
    page.get_by_label(many.labels, exact=True).fill(sites[0].label)
    page.get_by_role("button", name=many.check).click()

    assert not camera
    assert many.empty in fault
    assert page.locator("table.many td").first.inner_text() == words_of(language).answers[Answer.VERIFIED].headline
