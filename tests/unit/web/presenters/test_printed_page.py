"""The verdict as it is printed: what is in the bytes, and what never is."""

import dataclasses
import gzip
import re

import pytest

from provenance_schemas.step_kinds import EntryKind
from tests.e2e.showroom import COLLECTS, HOLDS, LOOKS, Showroom, Unclaimed, showing
from tests.fakes.site import SiteWorld, some_site
from verifier.answers import Answer
from web.presenters.catalogues import words_of
from web.presenters.facts import UnloggedScan
from web.presenters.language import Language
from web.presenters.taps import TapSeen, TapState, present_tap
from web.presenters.verdict import REPORT_SCRIPT

SIZE_MAX_BYTES = 6_144


def printed(answer=Answer.VERIFIED, seen=LOOKS, world_type=SiteWorld, language="en"):
    site = some_site(answer, "id.maison-aurelle.example", world_type=world_type)
    target = f"{site.path}?lang={language}"
    answered = (
        showing(site, seen)
        .test_client()
        .get(target, base_url=f"http://{site.host}", environ_overrides={"RAW_URI": target})
    )
    return answered.get_data(as_text=True)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("world_type", [Showroom, Unclaimed])
def test_the_whole_answer_fits_the_first_six_kilobytes(world_type, language):
    """Eight steps, map, proof and style: what a phone gets before it has to ask again."""
    page = printed(seen=COLLECTS, world_type=world_type, language=language)

    assert len(gzip.compress(page.encode(), 9)) <= SIZE_MAX_BYTES


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("state", TapState)
def test_what_is_said_of_a_tag_fits_too(state, language):
    """The line of a tapped tag, in its longest words."""
    seen = dataclasses.replace(COLLECTS, tap=TapSeen(state, 16_777_215))
    page = printed(seen=seen, world_type=Unclaimed, language=language)

    assert present_tap(seen.tap, words_of(Language(language)).verdict.taps, "Maison Aurelle").hint in page
    assert len(gzip.compress(page.encode(), 9)) <= SIZE_MAX_BYTES


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_the_maker_wrote_is_in_no_language_that_we_claim_to_know(language):
    """A passport does not say its language: a voice, or a translator, is not told that English is French."""
    page = printed(world_type=Showroom, language=language)

    assert re.search(r'<div lang="">\s*<h2>Ondine 24', page)
    assert '<h3 lang="">Sold new, two-year care plan</h3>' in page
    assert f"<h3>{words_of(Language(language)).kinds[EntryKind.REGISTERED]}</h3>" in page


def test_the_token_stands_in_the_page_once():
    """The rest of the page is shared between visitors and must not hold it."""
    page = printed(seen=COLLECTS)

    assert page.count(COLLECTS.token) == 1
    assert f'<input type="hidden" name="scan" value="{COLLECTS.token}" form="act"' in page
    assert f"/static/js/{REPORT_SCRIPT}.js" in page


def test_without_a_token_nothing_is_reported():
    """No script, no field: a site without a log."""
    page = printed(seen=UnloggedScan())

    assert 'name="scan"' not in page
    assert REPORT_SCRIPT not in page


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_answer_looks_the_same_in_a_link_preview(language):
    """A preview that says "authentic" is passed on long after the piece is stolen."""
    heads = {
        tuple(re.findall(r'<meta (?:name|property)="(?:description|og:[a-z]+)" content="[^"]*">', page))
        for page in (printed(answer, language=language) for answer in Answer)
    }

    assert len(heads) == 1
    assert any("/static/og.png" in meta for meta in next(iter(heads)))


@pytest.mark.parametrize("answer", Answer)
def test_the_label_is_printed_for_its_reader_and_in_no_address(answer):
    """Links, pictures and titles are copied, logged and cached; a serial must be in none of them."""
    site = some_site(answer)
    serial = site.label.rsplit("/", 1)[1]
    page = (
        showing(site, HOLDS)
        .test_client()
        .get(site.path, base_url=f"http://{site.host}", environ_overrides={"RAW_URI": site.path})
    )

    assert serial not in page.get_data(as_text=True)
    assert " ".join(serial[at : at + 4] for at in range(0, 20, 4)) in page.get_data(as_text=True)


def test_the_holder_is_told_who_could_move_the_piece_and_how_to_take_it():
    """Custody is said as what it is, with the way out beside it."""
    page = printed(seen=HOLDS)

    assert "You. The house holds it for you, and could move it." in page
    assert '<a href="/pieces?lang=en">Take it into your own hands</a>' in page
    assert "Registered to a private owner" not in page


@pytest.mark.parametrize(
    ("seen", "text"),
    [
        (UnloggedScan(checks_30_days=3), "<dd>3</dd>"),
        (UnloggedScan(checks_30_days=0), "<dd>None before this one</dd>"),
        (UnloggedScan(checks_30_days=0, holds=True), "<dd>None but yours</dd>"),
    ],
)
def test_how_often_a_label_was_checked_is_said_in_words_where_it_is_none(seen, text):
    """A bare nought reads like a fault."""
    assert text in printed(seen=seen)


def test_a_site_that_counts_nothing_says_nothing():
    """Unknown is not none."""
    assert "Checks, last 30 days" not in printed(seen=UnloggedScan())
