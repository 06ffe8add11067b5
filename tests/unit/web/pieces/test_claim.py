"""From a label and a card to one's own piece, and every way in which that does not go on."""

from __future__ import annotations

import io
import logging
import time

import pytest

from provenance_schemas.claim_codes import ClaimCode
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.owners import Boutique
from tests.fakes.pictures import as_file, qr_picture
from tests.fakes.world import HOUSE
from web.custody.errors import ActRefusal
from web.jobs.queue import JobState
from web.limits import RATES, LimitName, Limits
from web.pieces.catalogue import AddressFault, ClaimProblem, CodeFault
from web.pieces.words import WORDS
from web.presenters.language import Language

WORDS_EN = WORDS[Language.EN].claim
FOREIGN = "ZZZZZZZZZZZZZZZZZZZZ"


@pytest.fixture
def boutique():
    return Boutique()


@pytest.fixture
def camille(boutique):
    return boutique.customer()


def test_a_piece_is_claimed_with_label_and_card(boutique, camille):
    """Two forms, then the page of the piece, which first waits and then shows it."""
    chosen = camille.choose()
    assert (chosen.status_code, chosen.headers["Location"]) == (303, "/claim")
    assert "Aurore" in camille.get("/claim").text
    claimed = camille.type_code()
    path = claimed.headers["Location"]
    assert claimed.status_code == 303
    assert WORDS[Language.EN].job.claiming.title in camille.get(path).text

    boutique.work()

    page = camille.get(path).text
    assert WORDS[Language.EN].job.done_claim.title in page
    assert "Yours since" in page
    assert boutique.parts.custody.holdings.holds(camille.id, boutique.item)


def test_the_label_may_be_photographed(boutique, camille):
    """As on the first page."""
    label = boutique.site.world.label(boutique.item)
    photo = (io.BytesIO(as_file(qr_picture(label))), "label.png")

    chosen = camille.post("/claim", photo=photo)

    assert (chosen.status_code, chosen.headers["Location"]) == (303, "/claim")


def test_a_check_leads_to_the_code_with_one_tap(boutique, camille):
    """The verdict page's token is proof of the label; the scan is reported with it."""
    label = boutique.site.world.label(boutique.item)
    page = camille.get("/" + label.split("/", 3)[3]).text
    token = page.partition('name="scan" value="')[2].partition('"')[0]

    chosen = camille.post("/claim", scan=token)

    assert (chosen.status_code, chosen.headers["Location"]) == (303, "/claim")
    assert 'id="code"' in camille.get("/claim").text
    with boutique.site.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM scan").scalar_one() == 1


def test_whoever_is_not_signed_in_is_asked_to_and_the_piece_is_kept_in_mind(boutique):
    """The code is asked for only then: it has nowhere to wait."""
    stranger = boutique.stranger()
    stranger.choose()
    page = stranger.get("/claim").text

    assert "/sign-in?next=/claim" in page
    assert "/sign-up?next=/claim" in page
    assert 'id="code"' not in page
    assert stranger.type_code().status_code == 303
    assert boutique.parts.custody.jobs.count(JobState.WAITING) == 0


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Type the hidden code"),
        ("ABC", "you typed 3"),
        ("U" * 27, "“U” is never part"),
        ("0" * 26 + "1", "One character is mistyped"),
        (ClaimCode(b"\1" * 16).symbols, "not the one of this piece"),
    ],
)
def test_what_is_wrong_with_a_code_is_said(boutique, camille, typed, said):
    """By the field, without repeating the code; nothing is asked of the registry."""
    refused = camille.claim(typed)

    assert refused.status_code == 422
    assert said in refused.text
    assert typed == "" or typed not in refused.text or len(typed) == 3
    assert boutique.parts.custody.jobs.count(JobState.WAITING) == 0


def test_a_code_may_be_typed_as_people_type(boutique, camille):
    """Small letters, spaces, dashes, the letter O; or the whole address of the card's symbol, pasted."""
    symbols = boutique.code.symbols
    assert camille.claim(" ".join(boutique.code.groups).lower().replace("0", "o")).status_code == 303
    bob = boutique.customer("Bob")

    assert bob.claim(f"https://id.maison.example/claim#{symbols}").status_code == 303


def test_a_label_of_no_piece_is_said_to_be_none(camille):
    """A right check character, and nobody's label."""
    refused = camille.choose("7KQ2M9X4T8VJ3B6NW5RC")

    assert refused.status_code in {422}
    assert "Location" not in refused.headers


def test_a_piece_that_is_not_sold_is_not_claimed(boutique, camille):
    """Said before anybody types 27 characters, and after."""
    (item,) = boutique.site.world.register(601)
    boutique.site.world.settle()
    boutique.item = item
    camille.choose()

    assert WORDS_EN.problems["not_sold"].title in camille.get("/claim").text
    boutique.code = boutique.site.desk.give_card(item)
    refused = camille.type_code()
    assert (refused.status_code, WORDS_EN.problems["not_sold"].title in refused.text) == (422, True)


def test_a_card_works_once(boutique, camille):
    """The second is told so; the first may look again and finds the piece is hers."""
    camille.own()
    bob = boutique.customer("Bob")
    bob.choose()

    assert WORDS_EN.problems["used"].title in bob.get("/claim").text
    assert bob.type_code().status_code == 422
    camille.choose()
    assert WORDS_EN.yours.title in camille.get("/claim").text
    again = camille.type_code()
    assert (again.status_code, WORDS_EN.yours.title in again.text) == (200, True)


@pytest.mark.parametrize(
    ("kind", "problem"), [(EntryKind.RECALLED, "withdrawn"), (EntryKind.REPORTED_STOLEN, "stolen")]
)
def test_a_piece_with_a_clouded_record_is_not_claimed(boutique, camille, kind, problem):
    """And the page says why."""
    world = boutique.site.world
    camille.choose()
    if kind is EntryKind.REPORTED_STOLEN:
        world.registry.report(boutique.item, kind)
    else:
        world.record(boutique.item, kind, by=HOUSE)
    world.settle()

    assert WORDS_EN.problems[problem].title in camille.get("/claim").text
    assert camille.type_code().status_code == 422


def test_a_registry_that_is_away_loses_nothing(boutique, camille):
    """Before the code: come back, the card is as good as before. After it: the job waits, and goes on by itself."""
    camille.choose()
    boutique.site.world.chain.reachable = False
    away = camille.get("/claim")
    assert (away.status_code, WORDS_EN.problems["away"].title in away.text) == (503, True)
    assert "Retry-After" in away.headers
    assert camille.type_code().status_code == 503
    boutique.site.world.chain.reachable = True
    boutique.site.desk.reachable = False
    assert camille.type_code().status_code == 503
    boutique.site.desk.reachable = True

    path = camille.type_code().headers["Location"]
    boutique.site.desk.reachable = False
    boutique.work()

    assert WORDS[Language.EN].job.away.title in camille.get(path).text


def test_a_page_that_waited_for_an_hour_begins_anew():
    """The cookie is too old, and one that somebody wrote himself is none."""
    clock = [time.time()]
    boutique = Boutique(clock=lambda: clock[0])
    camille = boutique.customer()
    camille.choose()
    clock[0] += 3_601

    late = camille.type_code()

    assert (late.status_code, WORDS_EN.problems["choice_lost"].title in late.text) == (200, True)
    camille.client.set_cookie(
        "__Host-piece", f"{boutique.item.token_id}.{int(clock[0])}.{'0' * 32}", domain="id.maison.example"
    )
    assert 'id="code"' not in camille.get("/claim").text


def test_the_code_stands_in_no_log_and_no_row(boutique, camille, caplog):
    """Neither the code nor the label's serial, in whatever form."""
    with caplog.at_level(logging.DEBUG):
        camille.own()

    with boutique.site.database.reading() as connection:
        rows = [
            str(row)
            for table in ("job", "holding", "session", "scan")
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}")
        ]
    kept = caplog.text + "".join(rows)
    for secret in (boutique.code.symbols, boutique.code.secret.hex(), boutique.serial):
        assert secret not in kept


def test_only_wrong_codes_are_counted_against_a_piece():
    """A rival who guesses is stopped; whoever has the card gets through all the same."""
    count = RATES[LimitName.CLAIM_ITEM].count
    rates = dict.fromkeys(LimitName, RATES[LimitName.READ]) | {LimitName.CLAIM_ITEM: RATES[LimitName.CLAIM_ITEM]}
    boutique = Boutique(limits=Limits(rates))
    rival, camille = boutique.customer("Rival"), boutique.customer()
    rival.choose()
    answers = [rival.type_code(ClaimCode.new().symbols).status_code for _ in range(count + 1)]

    assert [422] * count + [429] == answers
    assert camille.claim().status_code == 303


def test_tries_are_counted_by_network():
    """Right or wrong, twenty in a quarter of an hour."""
    boutique = Boutique(limits=Limits())
    camille = boutique.customer()
    camille.choose()
    count = RATES[LimitName.CLAIM].count

    assert [camille.type_code("").status_code for _ in range(count + 1)][-1] == 429


@pytest.mark.parametrize("language", Language)
def test_every_refusal_has_its_words(language):
    """In both languages."""
    words = WORDS[language]

    assert set(ClaimProblem) == set(words.claim.problems)
    assert set(CodeFault) == set(words.claim.codes)
    assert set(ActRefusal) == set(words.job.refusals)
    assert set(AddressFault) == set(words.move.faults)
