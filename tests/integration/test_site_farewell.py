"""Leaving the house with pieces in its keeping: told before, and never in the middle of a claim."""

from __future__ import annotations

import pytest

from tests.fakes.owners import Boutique
from web.accounts.words import WORDS
from web.custody.holdings import HoldingState
from web.presenters.language import Language

DELETE = 'action="/account/delete'


@pytest.fixture
def boutique():
    return Boutique()


def data_page(customer, language=Language.EN):
    return customer.get(f"/account/data?lang={language}").text


def said(language, boutique, *names):
    """Give sentences of the page, as it prints them."""
    words = WORDS[language].data
    brand = boutique.site.world.brand.name
    return [getattr(words, name).format(brand=brand) for name in names]


def test_whoever_has_no_piece_is_told_nothing_of_pieces(boutique):
    """One box, one button."""
    page = data_page(boutique.customer())

    assert page.count('type="checkbox"') == 1
    assert DELETE in page
    assert not any(each in page for each in said(Language.EN, boutique, "staying_title", "claiming_title"))


@pytest.mark.parametrize("language", list(Language))
def test_nobody_leaves_in_the_middle_of_a_claim(boutique, language):
    """The card would be used up, and the piece nobody's: the page has words and no button; a form sent anyway fails."""
    camille = boutique.customer()
    path = camille.claim().headers["Location"]
    page = data_page(camille, language)
    sent = camille.post(f"/account/delete?lang={language}", sure="yes", pieces="stay")

    assert DELETE not in page
    assert all(each in page for each in said(language, boutique, "claiming_title", "claiming"))
    assert (sent.status_code, camille.get("/account").status_code) == (409, 200)
    boutique.work()
    assert boutique.parts.custody.holdings.find(path.rpartition("/")[2], camille.id).state is HoldingState.HELD


@pytest.mark.parametrize("language", list(Language))
def test_pieces_are_left_behind_only_by_whoever_says_so(boutique, language):
    """What becomes of them, a way to them, and a box of its own."""
    camille = boutique.customer()
    camille.own()
    page = data_page(camille, language)
    unsaid = camille.post(f"/account/delete?lang={language}", sure="yes")
    assert camille.get("/account").status_code == 200
    gone = camille.post("/account/delete", sure="yes", pieces="stay")

    assert all(each in page for each in said(language, boutique, "staying_title", "staying", "staying_sure"))
    assert f'href="/pieces?lang={language}"' in page
    assert (unsaid.status_code, gone.status_code) == (422, 303)
    assert boutique.parts.custody.holdings.is_held(boutique.item)
    assert boutique.parts.custody.holdings.holder_of(boutique.item) is None
