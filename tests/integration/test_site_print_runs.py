"""Print runs at the console: made, downloaded, checked by photo and ended, in both languages."""

import io
import re

import pytest
from PIL import Image

from mint.labels.pdf_sheet import render_page
from mint.print_run_book import PrintRunBook, RunState
from mint.printing import make_label
from tests.fakes.staff import StaffVisitor, some_staff
from web.store.people import delete_person
from web.store.staff_log import StaffAction, StaffLog

FORM = {"pieces": "BAG-1\nBAG-2", "stock": "L7160", "start": "3", "substrate": "paper", "spelling": "upper"}


@pytest.fixture(scope="module")
def staffed():
    site, office, ines = some_staff()
    for reference, item in zip(("BAG-1", "BAG-2", "BAG-3"), site.world.register(78, 3), strict=True):
        office.add(reference, item)
    return site, office, ines


@pytest.fixture
def ines(staffed):
    site, _, first = staffed
    return StaffVisitor(first.app, site.host, site.database)


@pytest.fixture
def records(staffed):
    return staffed[1].open()


def made(ines, **changes):
    """Make a run; gives its page's path."""
    response = ines.post("/console/runs", FORM | changes)
    assert response.status_code == 303, response.text
    return response.headers["Location"]


def state(records, path):
    return PrintRunBook(records.book.database).run(int(path.rpartition("/")[2])).state


def as_photo(pdf):
    content = io.BytesIO()
    Image.fromarray(render_page(pdf, 0)).save(content, "JPEG")
    return content.getvalue()


def code(records, reference):
    return records.book.claim_key(records.piece(reference).token_id).code


def test_a_run_goes_its_whole_way_at_the_console(staffed, ines, records):
    """Each page offers the next step and no other; each step is in the log; the codes are gone at its end."""
    path = made(ines, cards="scratch")
    sheets = [ines.post(f"{path}/files", {"part": part}) for part in ("labels", "cards")]
    assert [sheet.mimetype for sheet in sheets] == ["application/pdf"] * 2
    assert {sheet.headers["Cache-Control"] for sheet in sheets} == {"no-store"}
    assert f"{path}/check" not in ines.get(path).text
    assert ines.post(f"{path}/printed").status_code == 303
    page = ines.get(path).text
    assert f"{path}/check" in page
    assert "Still to be seen: BAG-1, BAG-2, BAG-1 (claim card), BAG-2 (claim card)" in page
    photos = [(as_photo(sheet.data), f"{n}.jpg") for n, sheet in enumerate(sheets)]
    checked = ines.post(f"{path}/check", {"pictures": photos})
    assert "these photos show: 4." in checked.text
    assert state(records, path) is RunState.VERIFIED
    assert code(records, "BAG-1") is not None
    assert ines.post(f"{path}/destroy").status_code == 303

    last = ines.get(path).text
    assert code(records, "BAG-1") is None
    assert last.count("Inès") == 4
    assert f"{path}/destroy" not in last
    done = {line.action for line in StaffLog(ines.database).newest() if line.action.value.startswith("run_")}
    assert done == {action for action in StaffAction if action.value.startswith("run_")} - {StaffAction.RUN_GIVEN_UP}


def test_no_page_and_no_file_name_tells_a_secret(ines, records):
    """Serial and code are in the PDFs alone."""
    path = made(ines, pieces="BAG-3", cards="fold")
    sheet = ines.post(f"{path}/files", {"part": "cards"})
    ines.post(f"{path}/printed")
    label = make_label(records, "BAG-3")
    texts = [ines.get(page).text for page in ("/console/runs", path, "/console/log")]
    texts += [str(sheet.headers), ines.post(f"{path}/check", {"pictures": (label.picture, "a.png")}).text]

    secrets = (records.book.serial(records.piece("BAG-3").token_id), code(records, "BAG-3").symbols)
    assert not [secret for secret in secrets for text in texts if secret in text]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"pieces": ""}, "Name one to 65 pieces"),
        ({"pieces": "BAG-1 BAG-1"}, "Name one to 65 pieces"),
        ({"pieces": "BAG-1 NO<b>"}, "We have no piece with the reference NO&lt;b&gt;."),
        ({"stock": "none"}, "Choose labels, claim cards or both."),
        ({"start": "22"}, "This sheet has no such place."),
        ({"start": "x"}, "This sheet has no such place."),
        ({"stock": "L7651", "substrate": "leather"}, "does not fit these labels"),
    ],
)
def test_what_cannot_be_printed_is_said_at_the_form(ines, records, changes, said):
    """What was typed is still there, and nothing was made."""
    before = len(PrintRunBook(records.book.database).runs(limit=99))
    response = ines.post("/console/runs", FORM | changes)

    assert response.status_code == 422
    assert said in response.text
    assert 'role="alert"' in response.text
    assert len(PrintRunBook(records.book.database).runs(limit=99)) == before


@pytest.mark.parametrize("changes", [{"stock": "L9"}, {"substrate": "stone"}, {"spelling": "x"}, {"cards": "x"}])
def test_a_choice_the_form_does_not_offer_is_refused(ines, changes):
    """Somebody wrote the request by hand."""
    assert ines.post("/console/runs", FORM | changes).status_code == 400


@pytest.mark.parametrize(
    ("query", "wrong", "other", "none"),
    [
        ("?lang=en", "We cannot open &lt;b&gt;.txt.", "BAG-2 is in a photo, and does not belong", "Choose one to 8"),
        ("?lang=fr", "&lt;b&gt;.txt ne s’ouvre pas.", "BAG-2 est sur une photo, et n’est pas", "Choisissez de une à 8"),
    ],
)
def test_a_photo_that_does_not_belong_is_named(ines, records, query, wrong, other, none):
    """Another piece's label by its reference, a file that is no photo by its name; the run is not verified."""
    path = made(ines, pieces="BAG-1")
    ines.post(f"{path}/printed")
    good = (make_label(records, "BAG-1").picture, "good.png")
    stray = (make_label(records, "BAG-2").picture, "stray.png")
    answers = [
        ines.post(f"{path}/check{query}", {"pictures": pictures})
        for pictures in ([good, (b"text", "<b>.txt")], [good, stray], [])
    ]

    for answer, said in zip(answers, (wrong, other, none), strict=True):
        assert said in answer.text
    assert [answer.status_code for answer in answers] == [422, 200, 422]
    assert state(records, path) is RunState.PRINTED
    assert ines.post(f"{path}/check{query}", {"pictures": good}).status_code == 200
    assert state(records, path) is RunState.VERIFIED


def test_a_step_out_of_its_order_changes_nothing(ines, records):
    """A page that was left open, a button pressed twice."""
    path = made(ines, pieces="BAG-3")
    assert ines.post(f"{path}/destroy").status_code == 422
    assert ines.post(f"{path}/check", {"pictures": (b"x", "x")}).status_code == 422
    ines.post(f"{path}/printed")
    assert ines.post(f"{path}/printed").status_code == 422
    assert ines.post(f"{path}/give-up").status_code == 303
    again = ines.post(f"{path}/files", {"part": "labels"})

    assert again.status_code == 422
    assert "has moved on in the meantime" in again.text
    assert state(records, path) is RunState.GIVEN_UP
    assert ines.post(f"{path}/files", {"part": "all"}).status_code == 400
    assert ines.get("/console/runs/999").status_code == 404


def test_what_reveals_or_destroys_asks_for_a_passkey_shown_just_now(ines):
    """Making, downloading, destroying and giving up; looking does not."""
    path = made(ines, pieces="BAG-3")
    ines.forget_step_up()
    for asked in ("/console/runs", f"{path}/files", f"{path}/destroy", f"{path}/give-up"):
        assert ines.post(asked, FORM).headers["Location"].startswith("/account/confirm")
    assert ines.get(path).status_code == 200


@pytest.mark.parametrize(("query", "words"), [("?lang=en", "Printed on"), ("?lang=fr", "Imprimé sur")])
def test_the_form_offers_what_can_be_printed(ines, query, words):
    """Every substrate, the sheets a code fits on, in the language of the page."""
    page = ines.get(f"/console/runs/new{query}").text

    assert words in page
    assert set(re.findall(r'<option value="(\w[\w-]*)"', page)) >= {
        "L7160",
        "A4-40",
        "5160",
        "none",
        "leather",
        "mixed",
    }
    assert '"L4731"' not in page


def test_somebody_whose_account_is_closed_is_no_longer_named(ines):
    """The house's book holds no names."""
    path = made(ines, pieces="BAG-3")
    other = StaffVisitor(ines.app, ines.host, ines.database, name="Paul")
    with ines.database.writing() as connection:
        delete_person(connection, ines.person.id)

    page = other.get(path).text
    assert "Inès" not in page
    assert "Account closed" in page
