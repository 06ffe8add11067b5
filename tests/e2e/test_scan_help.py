"""A hard label, and one picture for our server: only with leave, and whatever it answers."""

import json

import pytest

from tests.e2e.scan_support import (
    SHOWS,
    WCAG,
    part_of,
    start,
    until,
    until_true,
    violations,
    words,
)
from tests.fakes.camera import camera_clip
from web.presenters.catalogue import Refusal
from web.presenters.catalogues import words_of
from web.presenters.language import Language

pytestmark = [pytest.mark.browser, pytest.mark.process]
BOTH = pytest.mark.parametrize("language", Language)

NOTES_POSTS = """
const really = fetch;
globalThis.fetch = (address, wishes) => {
  sessionStorage.posted ??= JSON.stringify([...wishes.body].map(([name, value]) => [name, value.type ?? value]));
  return really(address, wishes);
};
"""


@pytest.fixture(scope="module")
def films(sites, camera_file):
    """Nothing in this browser reads either film; the server reads the first."""
    clips = {"label": camera_clip(sites[0].label), "leather": camera_clip(None)}
    return lambda name: camera_file.write_bytes(clips[name])


def sent(page):
    """Collect what the page posts."""
    posts = []
    page.on("request", lambda request: request.method == "POST" and posts.append(request))
    return posts


def posted(page):
    """Give the fields of the first form that a script posted: the next page posts too."""
    return json.loads(page.evaluate("sessionStorage.posted"))


def look_long(page, language=Language.EN):
    """Look for eight seconds, in vain."""
    start(page, language)
    until(page, "looking")
    page.clock.run_for(8_000)
    until(page, "slow")


def agree(page, language=Language.EN):
    page.get_by_role("button", name=words(language).camera.help_yes).click()


@BOTH
def test_with_leave_the_server_reads_what_nothing_here_does(sites, films, visit, axe, language):
    """One JPEG of the square, as a frame; then the label's own page."""
    films("label")
    page = visit(SHOWS + NOTES_POSTS, language=language)
    page.clock.install()
    posts = sent(page)
    look_long(page, language)
    before, found = len(posts), violations(page, axe, *WCAG)
    offered = part_of(page, "offer").inner_text()
    agree(page, language)
    page.wait_for_url(f"**{sites[0].path}?lang={language}")

    assert before == 0
    assert words(language).camera.help_text in offered
    assert found == []
    assert posts[0].url == f"http://{sites[0].host}/scan?lang={language}"
    assert posts[0].headers["accept"] == "application/json, application/problem+json"
    assert posted(page) == [["photo", "image/jpeg"], ["frame", "1"]]


@BOTH
def test_what_the_server_cannot_read_it_says_and_the_look_goes_on(films, visit, language):
    """In the person's language, with the way to try once more."""
    films("leather")
    page = visit(SHOWS, language=language)
    page.clock.install()
    posts = sent(page)
    look_long(page, language)
    agree(page, language)
    said = until(page, "unhelped")
    page.get_by_role("button", name=words(language).camera.help_again).click()
    until_true(page, "document.querySelector('.scanner').dataset.state === 'unhelped'")

    assert said == words(language).camera.unhelped.format(reason=words_of(language).refusals[Refusal.NO_CODE])
    assert part_of(page, "video").is_visible()
    assert len(posts) == 2


def test_who_declines_is_not_asked_again_and_nothing_is_sent(films, visit):
    """No means no, for this visit; the focus is where one goes on."""
    films("leather")
    page = visit(SHOWS)
    page.clock.install()
    posts = sent(page)
    look_long(page)
    page.get_by_role("button", name=words().camera.help_no).click()
    focused = page.evaluate("document.activeElement.dataset.part")
    page.get_by_role("button", name=words().camera.stop).click()
    look_long(page)

    assert focused == "button"
    assert not part_of(page, "offer").is_visible()
    assert posts == []


def test_leave_lasts_for_this_visit_only(films, visit):
    """The next hard label is sent without asking; after the page was left, it asks again."""
    films("leather")
    page = visit(SHOWS)
    page.clock.install()
    posts = sent(page)
    look_long(page)
    agree(page)
    until(page, "unhelped")
    page.get_by_role("button", name=words().camera.stop).click()
    start(page)
    until(page, "looking")
    page.clock.run_for(8_000)
    until(page, "unhelped")
    in_this_visit = len(posts)
    page.reload()
    look_long(page)

    assert part_of(page, "yes").inner_text() == words().camera.help_yes
    assert (in_this_visit, len(posts)) == (2, 2)


@pytest.mark.parametrize(
    ("reply", "word"),
    [
        (lambda route: route.fulfill(status=503, body="busy"), "help_failed"),
        (lambda route: route.fulfill(status=429, body="{}", content_type="application/problem+json"), "help_failed"),
        (lambda route: route.fulfill(status=200, body="<!doctype html>"), "help_offline"),
        (lambda route: route.abort(), "help_offline"),
    ],
    ids=["busy", "too many", "not ours", "offline"],
)
def test_a_server_that_does_not_answer_is_said(films, visit, reply, word):
    """The camera goes on looking, whatever comes back."""
    films("leather")
    page = visit(SHOWS, replies=[("**/scan?*", reply)])
    page.clock.install()
    look_long(page)
    agree(page)

    assert until(page, "unhelped") == words().camera.unhelped.format(reason=getattr(words().camera, word))


def test_an_address_that_is_no_label_of_ours_is_never_followed(sites, films, visit):
    """Not even from our own server: the page judges it like any other code."""
    films("leather")
    answer = json.dumps({"location": "https://evil.example/"})
    page = visit(SHOWS, replies=[("**/scan?*", lambda route: route.fulfill(body=answer))])
    page.clock.install()
    look_long(page)
    agree(page)
    until_true(page, "document.querySelector('.scanner').dataset.state === 'asking'")
    page.get_by_role("button", name=words().camera.help_again).click()
    until(page, "foreign_host")

    assert page.url == f"http://{sites[0].host}/?lang=en"


def test_somebody_signed_in_sends_their_forms_token(films, visit):
    """The same rules as for the photo's form."""
    films("leather")
    page = visit(SHOWS + NOTES_POSTS)
    page.clock.install()
    page.evaluate(
        """() => {
          const token = document.createElement("input");
          Object.assign(token, {type: "hidden", name: "csrf_token", value: "t0k3n"});
          document.querySelector("form").append(token);
        }"""
    )
    look_long(page)
    agree(page)
    until(page, "unhelped")

    assert posted(page) == [["csrf_token", "t0k3n"], ["photo", "image/jpeg"], ["frame", "1"]]
