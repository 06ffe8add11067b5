"""My pieces: what is shown, what can be asked for, and that it is nobody else's."""

from __future__ import annotations

import pytest

from mint.reports import ReportReason
from provenance_schemas.step_kinds import EntryKind, Status
from tests.fakes.documents import GTIN
from tests.fakes.owners import Boutique
from tests.fakes.registry import some_address
from tests.fakes.world import HOUSE
from verifier.answers import Answer
from web.pieces.words import WORDS
from web.presenters.catalogues import words_of
from web.presenters.language import Language
from web.store.sessions import STEP_UP_AGE_MAX_S

EN = WORDS[Language.EN]
MINE = some_address("my own wallet")
ACTS = ("report", "withdraw", "move")
THEFT = "reported_stolen.theft"
FOUND = "report_withdrawn.recovered"


@pytest.fixture
def boutique():
    return Boutique()


@pytest.fixture
def camille(boutique):
    return boutique.customer()


@pytest.fixture
def path(camille):
    return camille.own()


def words_on_ledger(boutique):
    registry = boutique.site.world.registry
    return registry.words(boutique.item, registry.tip)


def test_nobody_has_a_piece_before_the_first(camille):
    """The empty page says how one gets here."""
    page = camille.get("/pieces")

    assert (page.status_code, EN.piece.empty.title in page.text) == (200, True)
    assert 'href="/claim"' in page.text


def test_a_piece_is_shown_with_its_record_and_who_holds_it(camille, path):
    """Name, picture, since when; and in plain words that the house could move it, and how it cannot any more."""
    listed, page = camille.get("/pieces").text, camille.get(path).text

    assert "Aurore" in listed
    assert "/pictures/" in listed
    assert f'href="{path}"' in listed
    assert words_of(Language.EN).answers[Answer.VERIFIED].headline in page
    assert "Held for you by Maison Éclat" in page
    assert "could move it" in page
    assert f'href="{path}/move"' in page


def test_a_piece_is_nobody_elses(boutique, camille, path):
    """Neither to be seen nor to be acted on; and it is not even said that there is one."""
    bob, stranger = boutique.customer("Bob"), boutique.stranger()

    assert [bob.get(f"{path}{act}").status_code for act in ("", *(f"/{act}" for act in ACTS))] == [404] * 4
    assert [bob.post(f"{path}/{act}", what=THEFT, once="1").status_code for act in ACTS] == [404] * 3
    assert bob.get("/pieces/not-an-id").status_code == 404
    assert stranger.get(path).headers["Location"].startswith("/sign-in")
    assert "Aurore" not in bob.get("/pieces").text


@pytest.mark.parametrize("act", ACTS)
def test_what_signs_for_a_piece_asks_for_a_fresh_passkey(boutique, camille, path, act):
    """A phone left open on a table can look, and do nothing."""
    with boutique.site.database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE session SET stepped_up_at = stepped_up_at - {STEP_UP_AGE_MAX_S + 1}")

    led = camille.get(f"{path}/{act}")
    assert (led.status_code, led.headers["Location"]) == (303, f"/account/confirm?next={path}/{act}")
    assert camille.post(f"{path}/{act}", what=THEFT, address=MINE, sure="yes", once="1").status_code == 303
    boutique.work()
    assert not words_on_ledger(boutique).status & Status.STOLEN
    assert camille.get(path).status_code == 200


@pytest.mark.parametrize("language", Language)
def test_a_theft_is_reported_after_seeing_what_everybody_will_read(boutique, camille, path, language):
    """The very words of the public page, the reason too; a look has no effect."""
    words, public = WORDS[language], words_of(language).answers[Answer.STOLEN]
    preview = camille.get(f"{path}/report?what={THEFT}&lang={language}").text
    boutique.work()
    assert public.headline in preview
    reason = f"{words_of(language).verdict.reason} {words_of(language).reasons[ReportReason.THEFT]}"
    assert reason in preview
    assert not words_on_ledger(boutique).status & Status.STOLEN

    sent = camille.confirm(f"{path}/report", what=THEFT)
    boutique.work()

    assert (sent.status_code, sent.headers["Location"]) == (303, path)
    assert words_on_ledger(boutique).status & Status.STOLEN
    boutique.site.world.settle()
    label = f"/01/{GTIN}/21/{boutique.serial}?lang={language}"
    assert f"<p>{reason}</p>" in camille.get(label).text
    page = camille.get(f"{path}?lang={language}").text
    assert words.job.done_report[EntryKind.REPORTED_STOLEN].title in page
    assert words.piece.withdraw in page
    assert words.piece.move not in page


def test_a_report_is_taken_back(boutique, camille, path):
    """The piece checks as genuine again."""
    camille.confirm(f"{path}/report", what=THEFT)
    boutique.work()
    camille.confirm(f"{path}/withdraw", what=FOUND)
    boutique.work()

    assert not words_on_ledger(boutique).status & Status.STOLEN
    assert EN.job.done_report[EntryKind.REPORT_WITHDRAWN].title in camille.get(path).text


@pytest.mark.parametrize(("act", "what"), [("report", ""), ("withdraw", "")])
def test_nothing_chosen_is_asked_again(camille, path, act, what, boutique):
    """With the reason why, and nothing done."""
    if act == "withdraw":
        camille.confirm(f"{path}/report", what=THEFT)
        boutique.work()

    assert EN.report.choose in camille.get(f"{path}/{act}?what={what}").text
    made_up = camille.post(f"{path}/{act}", what="reported_stolen.recovered", once="1")
    assert (made_up.status_code, EN.report.choose in made_up.text) == (422, True)


def test_what_is_reported_cannot_be_reported_again_and_what_is_not_cannot_be_taken_back(boutique, camille, path):
    """Said in words, before anybody chooses."""
    assert EN.report.nothing_to_withdraw.title in camille.get(f"{path}/withdraw").text
    camille.confirm(f"{path}/report", what="reported_lost.mislaid")
    boutique.work()

    assert EN.report.nothing_to_report.title in camille.get(f"{path}/report").text


def test_one_thing_at_a_time_is_asked_for_a_piece(boutique, camille, path):
    """While something is under way its page says so, and every other act leads there."""
    camille.confirm(f"{path}/report", what=THEFT)

    assert EN.job.reporting.title in camille.get(path).text
    assert camille.get(f"{path}/move").headers["Location"] == path
    assert camille.post(f"{path}/report", what=THEFT, once="other").headers["Location"] == path
    boutique.work()
    assert len(boutique.site.desk.wishes) == 2  # the claim, and one report


def test_a_report_waits_for_a_registry_that_is_away(boutique, camille, path):
    """It can be made all the same, and goes out by itself."""
    boutique.site.world.chain.reachable = boutique.site.desk.reachable = False
    page = camille.get(path).text
    assert EN.piece.registry_away.title in page
    assert "Aurore" in page  # as it was named when it was claimed

    assert camille.confirm(f"{path}/report", what=THEFT).status_code == 303
    boutique.work()

    assert EN.job.away.title in camille.get(path).text


def test_a_piece_is_moved_out_after_its_address_was_seen_twice(boutique, camille, path):
    """Typed, compared, ticked; then it is its owner's alone."""
    shown = camille.post(f"{path}/move", address=MINE)
    assert EN.move.check in shown.text
    unsure = camille.confirm_move(path, MINE)
    assert (unsure.status_code, EN.move.sure_missing in unsure.text) == (422, True)

    moved = camille.confirm_move(path, MINE, sure="yes")
    boutique.work()

    assert moved.status_code == 303
    assert words_on_ledger(boutique).owner == MINE
    page = camille.get(path).text
    assert EN.job.done_move.title in page
    assert f'href="{path}/report"' not in page
    assert "Aurore" not in camille.get("/pieces").text


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", "missing"),
        ("0x12", "malformed"),
        ("camille.eth", "malformed"),
        ("0x5FbDB2315678afecb367f032d93F642f64180aa4", "checksum"),
        ("0x" + "0" * 40, "unusable"),
        ("0x" + "0" * 39 + "1", "unusable"),
    ],
)
def test_an_address_that_cannot_be_the_owners_is_refused(boutique, camille, path, typed, fault):
    """A slip here loses the piece for ever."""
    refused = camille.post(f"{path}/move", address=typed)

    assert (refused.status_code, EN.move.faults[fault] in refused.text) == (422, True)


def test_a_piece_is_not_moved_to_where_the_house_holds_it(boutique, camille, path):
    """Its own address, the stock, and the registry itself are nobody's wallet."""
    words = words_on_ledger(boutique)
    nobodys = (words.owner, words.stock_account, boutique.item.contract)

    assert [camille.post(f"{path}/move", address=one).status_code for one in nobodys] == [422] * 3


def test_a_stolen_piece_is_not_moved(boutique, camille, path):
    """Said before an address is typed, and refused if one is sent."""
    camille.confirm(f"{path}/report", what=THEFT)
    boutique.work()

    assert EN.move.stolen.title in camille.get(f"{path}/move").text
    assert EN.move.stolen.title in camille.post(f"{path}/move", address=MINE, once="1", sure="yes").text


def test_a_piece_that_the_registry_names_elsewhere_is_not_called_held(boutique, camille, path):
    """Whatever our own table says: the registry is what counts."""
    boutique.site.world.registry.transfer(boutique.item, MINE)
    page = camille.get(path).text

    assert EN.piece.elsewhere.title in page
    assert f'href="{path}/report"' not in page
    assert camille.get(f"{path}/report").headers["Location"] == path


def test_a_recalled_piece_says_so(boutique, camille, path):
    """With the words everybody reads."""
    boutique.site.world.record(boutique.item, EntryKind.RECALLED, by=HOUSE)
    boutique.site.world.settle()

    assert words_of(Language.EN).answers[Answer.RECALLED].headline in camille.get(path).text


def test_a_refused_claim_says_why_on_the_page_that_waited(boutique, camille):
    """The card was used between the page and the registry."""
    bob = boutique.customer("Bob")
    late = camille.claim().headers["Location"]
    first = bob.claim().headers["Location"]
    boutique.work()
    pages = sorted((camille.get(late).text, bob.get(first).text), key=lambda page: EN.job.done_claim.title in page)

    assert EN.job.refusals["used"].title in pages[0]
    assert EN.job.done_claim.title in pages[1]


def test_the_page_of_a_piece_is_looked_at_again_without_a_script_only_while_something_is_under_way(boutique, camille):
    """A browser without scripts loads it again; with them a script asks for the job."""
    path = camille.claim().headers["Location"]
    waiting = camille.get(path).text
    assert '<noscript><meta http-equiv="refresh"' in waiting
    job = waiting.partition('data-job="')[2].partition('"')[0]
    assert camille.get(f"/jobs/{job}").json == {"id": job, "state": "waiting", "open": True}
    assert boutique.customer("Bob").get(f"/jobs/{job}").status_code == 404
    boutique.work()

    assert "http-equiv" not in camille.get(path).text
    assert camille.get(f"/jobs/{job}").json["open"] is False


def test_many_pieces_are_listed_in_pages(boutique, camille, path, monkeypatch):
    """Each on one page, none on two; nonsense in the address is the first page."""
    monkeypatch.setattr("web.pieces.routes.PAGE_PIECES", 1)
    boutique.item, boutique.code = boutique.another_piece(502)
    second = camille.own()

    pages = [camille.get(f"/pieces?page={number}").text for number in (1, 2)]
    shown = [{each for each in (path, second) if each in page} for page in pages]
    assert [len(each) for each in shown] == [1, 1]
    assert shown[0] | shown[1] == {path, second}
    assert camille.get("/pieces?page=-1").status_code == 200
    assert camille.get("/pieces?page=9999999").status_code == 200


def test_a_form_without_the_sessions_token_does_nothing(boutique, camille, path):
    """Somebody else's page cannot report a piece stolen."""
    camille.csrf = ""

    assert camille.post(f"{path}/report", what=THEFT, once="1").status_code == 403
    assert camille.post("/claim/code", code=boutique.code.symbols).status_code == 403
