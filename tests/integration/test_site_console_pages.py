"""The console's pages: who may come, what is kept, what is said; and no secret leaves but where it is asked for."""

import dataclasses
import re

import pytest

from mint.errors import HouseInUseError, LedgerUnavailableError
from tests.fakes.office import GTIN, FakeOffice
from tests.fakes.owners import HOST, Boutique
from tests.fakes.site import some_photo
from tests.fakes.staff import StaffVisitor, some_staff
from web.app import create_app
from web.console.handlers import make_console_handlers
from web.jobs.worker import Worker
from web.store.drafts import Drafts
from web.store.people import Role
from web.store.staff_log import StaffAction, StaffLog

FORM = {
    "reference": "BAG-2",
    "gtin": GTIN,
    "name": "Aurore 25, noir",
    "model": "Aurore 25",
    "category": "handbag",
    "country": "FR",
    "description": "A hand-stitched bag.",
    "material_1_name": "Calf leather",
    "mark_1_text": "Eleven stitches",
    "mark_2_text": "Blue lining",
    "mark_3_text": "Stamp A25",
    "quantity": "1",
}
STEPPED_UP = ("label", "card")


@pytest.fixture(scope="module")
def staffed():
    site, office, ines = some_staff()
    office.add("BAG-1", site.item)
    return site, office, ines


@pytest.fixture
def ines(staffed):
    """Somebody new of the house, with a passkey shown a moment ago."""
    site, _, first = staffed
    return StaffVisitor(first.app, site.host, site.database)


@pytest.fixture
def token(staffed):
    return str(staffed[0].item.token_id)


def begin(ines, query=""):
    return re.search(r'name="draft" value="([0-9a-f]{32})"', ines.get(f"/console/register{query}").text)[1]


def faults(response):
    return dict(re.findall(r'<li><a href="#(\w+)">(.*?)</a></li>', response.text))


def complete(ines, **changes):
    """Send a form that can be registered; gives the draft's id."""
    draft = begin(ines)
    sent = ines.post(
        "/console/register", FORM | changes | {"draft": draft, "photos": (some_photo(), "a.jpg"), "do": "photos"}
    )
    alt = re.search(r'id="(alt_[0-9a-f]{32})"', sent.text)[1]
    kept = ines.post("/console/register", FORM | changes | {"draft": draft, alt: "The front"})
    assert kept.status_code == 303, faults(kept)
    return draft


def routes(app):
    return [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/console")]


def test_nobody_but_staff_sees_any_of_it(staffed, token):
    """Every route, every method: members get 403, strangers are led to the sign-in page."""
    site, _, first = staffed
    member = StaffVisitor(first.app, site.host, site.database, role=Role.MEMBER)
    stranger = StaffVisitor(first.app, site.host, site.database)
    stranger.token = ""
    for rule in routes(first.app):
        path = rule.build(dict.fromkeys(rule.arguments, token))[1]
        if "GET" in rule.methods:
            assert (path, 403) == (path, member.get(path).status_code)
            assert stranger.get(path).headers["Location"].startswith("/sign-in?next=")
        else:
            assert (path, 403) == (path, member.post(path).status_code)
            assert (path, 303) == (path, stranger.post(path).status_code)


def test_what_spends_or_reveals_asks_for_a_passkey_shown_just_now(ines, token):
    """And leads back to where it was asked."""
    draft = complete(ines)
    ines.forget_step_up()
    for path in (f"/console/pieces/{token}/label", f"/console/pieces/{token}/card", f"/console/register/{draft}"):
        assert f"/account/confirm?next={path}" == ines.get(path).headers["Location"]
        assert ines.post(path, {"format": "png"}).headers["Location"].startswith("/account/confirm")
    assert ines.get("/console").status_code == 200
    assert ines.get(f"/console/pieces/{token}").status_code == 200


def test_a_form_of_another_page_does_nothing(ines):
    """Without the session's token nothing is kept."""
    ines.session = dataclasses.replace(ines.session, csrf="x")

    assert ines.post("/console/register", FORM | {"draft": "a" * 32}).status_code == 403


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?lang=en", "GTIN: The last digit should be 8; or another digit is mistyped."),
        ("?lang=fr", "GTIN\u00a0: Le dernier chiffre devrait être 8, ou un autre chiffre est mal saisi."),
    ],
)
def test_a_wrong_entry_is_said_at_its_field_and_nothing_is_lost(ines, query, said):
    """In the language of the page; the photo too is there again, and nothing was asked for."""
    draft = begin(ines, query)
    sent = FORM | {"draft": draft, "gtin": "09521321000019", "photos": (some_photo(), "front.jpg")}
    response = ines.post(f"/console/register{query}", sent)
    again = ines.get(f"/console/register{query}&draft={draft}")

    assert response.status_code == 422
    assert said == faults(response)["gtin"]
    for page in (response, again):
        assert 'value="Aurore 25, noir"' in page.text
        assert page.text.count("/photos/") == 1
        assert 'aria-invalid="true"' in page.text
    assert Drafts(ines.database).find(draft).job_id is None


def test_a_taken_reference_is_said_before_anything_is_looked_at(ines):
    """Also when only one of many pieces would have it."""
    draft = begin(ines)
    response = ines.post(
        "/console/register", FORM | {"draft": draft, "reference": "BAG-1", "photos": (some_photo(), "a.jpg")}
    )
    alt = re.search(r'id="(alt_[0-9a-f]{32})"', response.text)[1]
    response = ines.post("/console/register", FORM | {"draft": draft, "reference": "BAG-1", alt: "The front"})

    assert faults(response) == {"reference": "Your reference: BAG-1 is registered already."}


def test_a_photo_that_is_none_is_named_and_the_others_are_kept(ines):
    """Several at once, one of them a text; an alt text is asked for each."""
    photos = [(some_photo(), "front.jpg"), (b"not a picture", "<b>notes</b>.jpg"), (some_photo("#223344"), "back.jpg")]
    response = ines.post("/console/register", FORM | {"draft": begin(ines), "photos": photos})

    assert "We cannot open &lt;b&gt;notes&lt;/b&gt;.jpg." in response.text
    assert response.text.count("/photos/") == 2
    assert sum(name.startswith("alt_") for name in faults(response)) == 2


def test_everything_that_is_wrong_is_said_at_once(ines):
    """Whoever has put all of it right is done: nothing new comes up behind it, not even a taken reference."""
    wrong = {
        "reference": "BAG-1",
        "gtin": "09521321000019",
        "name": "",
        "category": "sac à main",
        "country": "ZZ",
        "production_date": "yesterday",
        "external_url": "http://x.example",
        "facility_city": "Pantin",
        "material_1_name": "",
        "material_2_share": "101",
        "mark_2_text": "",
        "mark_3_text": "",
        "width_mm": "-1",
        "quantity": "1",
    }
    page = ines.post("/console/register", FORM | wrong | {"draft": begin(ines)})

    assert set(faults(page)) == {
        *("reference", "gtin", "name", "category", "country", "photos", "mark_1_text", "width_mm"),
        *("material_2_name", "material_2_share", "production_date", "external_url", "facility"),
    }
    assert faults(page)["country"] == "Made in: Choose a country."
    assert "BAG-1 is registered already" in faults(page)["reference"]


def test_a_photo_without_words_asks_for_them(ines):
    """Not for something to be filled in: for what the photo shows."""
    sent = ines.post("/console/register", FORM | {"draft": begin(ines), "photos": (some_photo(), "front.jpg")})

    assert list(faults(sent).values()) == ["Photo 1: Say what it shows."]


@pytest.mark.parametrize(("query", "name"), [("?lang=en", "Austria"), ("?lang=fr", "Autriche")])
def test_a_country_is_chosen_by_its_name(ines, query, name):
    """Nobody has to know that AU is Australia; and the public reads the name too."""
    draft = complete(ines, country="AT", material_1_country="AT")
    form = ines.get(f"/console/register{query}&draft={draft}").text
    preview = ines.get(f"/console/register/{draft}{query}").text

    assert f'<option value="AT" selected>{name}</option>' in form
    assert f"<dd>{name}</dd>" in preview
    assert f"Calf leather ({name})" in preview


def test_more_than_eight_photos_are_not_taken(ines):
    """The first eight are kept, and it is said."""
    photos = [(some_photo(f"#{number * 25:02x}4444"), f"{number}.jpg") for number in range(9)]
    response = ines.post("/console/register", FORM | {"draft": begin(ines), "photos": photos})

    assert response.text.count("/photos/") == 8
    assert "At most eight photos" in response.text


def test_only_staff_may_send_a_large_form(staffed, ines):
    """Twenty megabytes are memory; for anybody else the site's own limit holds before a byte is parsed."""
    site, _, first = staffed
    member = StaffVisitor(first.app, site.host, site.database, role=Role.MEMBER)
    large = FORM | {
        "draft": begin(ines),
        "photos": [(b"\xff\xd8\xff" + b"\0" * 10_000_000, f"{n}.jpg") for n in range(2)],
    }

    assert member.post("/console/register", large).status_code == 413
    assert ines.post("/console/register", large).status_code == 422


def test_a_draft_is_its_writers_alone(staffed, ines):
    """Another of the house finds nothing: not the form, not the look, not the photos."""
    site, _, first = staffed
    draft = complete(ines)
    photo = re.search(
        rf"/console/drafts/{draft}/photos/[0-9a-f]{{32}}", ines.get(f"/console/register?draft={draft}").text
    )[0]
    paul = StaffVisitor(first.app, site.host, site.database, name="Paul")

    assert ines.get(photo).mimetype == "image/jpeg"
    for path in (photo, f"/console/register?draft={draft}", f"/console/register/{draft}"):
        assert paul.get(path).status_code == 404
    assert paul.post(f"/console/drafts/{draft}/drop").status_code == 404
    assert paul.post("/console/register", FORM | {"draft": draft}).status_code == 409


def test_the_look_before_is_what_the_public_will_read(ines):
    """State, name, words, details in the reader's language, and how many pieces."""
    draft = complete(ines, quantity="3", mark_1_text_fr="Onze points")
    english = ines.get(f"/console/register/{draft}").text
    french = ines.get(f"/console/register/{draft}?lang=fr").text

    assert "Registered, not yet sold" in english
    assert "Eleven stitches" in english
    assert "3 pieces will be registered: BAG-2-001, BAG-2-002, BAG-2-003." in english
    assert "Onze points" in french


def test_asking_twice_asks_once(ines):
    """A double click makes one job and one line of the log; the draft is not changed any more."""
    draft = complete(ines)
    log = StaffLog(ines.database)
    before = len(log.newest(limit=200))
    places = {ines.post(f"/console/register/{draft}").headers["Location"] for _ in range(2)}

    assert len(places) == 1
    assert len(log.newest(limit=200)) == before + 1
    assert ines.get(f"/console/register/{draft}").headers["Location"] == places.pop()
    assert ines.post("/console/register", FORM | {"draft": draft}).status_code == 409


@pytest.mark.parametrize("error", [LedgerUnavailableError("no node answers"), HouseInUseError("house", 1)])
def test_a_ledger_that_is_away_loses_nothing(error):
    """The job waits and says so, on its page and on the first one; the draft keeps everything."""
    site, _, ines = some_staff()

    def away():
        raise error

    parts = site.parts()
    worker = Worker(parts.custody.jobs, make_console_handlers(away, Drafts(site.database)), no_lock)
    draft = complete(ines)
    job = ines.post(f"/console/register/{draft}").headers["Location"]
    assert worker.run_once()

    assert "Waiting for the registry" in ines.get(job).text
    assert "En attente du registre" in ines.get(f"{job}?lang=fr").text
    assert "Registering BAG-2" in ines.get("/console").text
    assert Drafts(site.database).find(draft).fields["name"] == FORM["name"]


def test_our_own_fault_can_be_tried_again_by_staff():
    """Put aside with words; one press starts it anew, and the log says who pressed."""
    site, _, ines = some_staff()

    def broken():
        raise ZeroDivisionError

    parts = site.parts()
    worker = Worker(parts.custody.jobs, make_console_handlers(broken, Drafts(site.database)), no_lock)
    job = ines.post(f"/console/register/{complete(ines)}").headers["Location"]
    worker.run_once()
    failed = ines.get(job).text
    ines.post(f"{job}/retry")

    assert "Something went wrong here" in failed
    assert "ZeroDivisionError" in failed
    assert "One moment" in ines.get(job).text
    assert StaffAction.JOB_RETRIED is StaffLog(site.database).newest()[0].action


def test_the_label_is_drawn_by_a_post_and_the_log_knows(staffed, ines, token):
    """Looking at the page reveals nothing; the picture is never kept by a browser."""
    _, office, _ = staffed
    serial = office.open().book.serial(int(token))
    page = ines.get(f"/console/pieces/{token}/label")
    drawn = ines.post(f"/console/pieces/{token}/label", {"format": "svg"})
    (line, *_) = StaffLog(ines.database).newest(token=token)

    assert serial not in page.text.replace(" ", "")
    assert serial in drawn.text.replace(" ", "")
    assert (drawn.headers["Cache-Control"], drawn.mimetype) == ("no-store", "image/svg+xml")
    assert (line.action, line.detail, line.person) == (StaffAction.LABEL_DRAWN, "svg", "Inès")
    assert ines.post(f"/console/pieces/{token}/label", {"format": "exe"}).status_code == 400


def test_a_claim_card_is_drawn_until_its_code_is_forgotten():
    """Said before, remembered until then, and gone after it."""
    site, office, ines = some_staff()
    office.add("BAG-1", site.item)
    path = f"/console/pieces/{site.item.token_id}/card"
    before = ines.get(path).text
    first = ines.post(path, {"format": "svg"})
    kept = ines.get("/console").text
    key = re.search(r'name="key" value="(0x[0-9a-fA-F]{40})"', ines.get(path).text)[1]
    ines.post(f"{path}/printed", {"key": "0x" + "0" * 40})
    still = ines.post(path, {"format": "svg"})
    ines.post(f"{path}/printed", {"key": key})

    assert "we then forget its code" in before
    assert "forget the code" not in before.partition("<main")[2].replace("we then forget its code", "")
    assert "The claim card of BAG-1 was drawn" in kept
    assert first.data == still.data
    assert ines.post(path, {"format": "svg"}).status_code == 409
    assert "The card was printed" in ines.get(path).text
    assert "The claim card of BAG-1 was drawn" not in ines.get("/console").text
    code = office.open().book.claim_key(site.item.token_id).code
    assert code is None


def test_nothing_is_printed_before_the_registration_is_done():
    """A label of a piece that does not exist yet would be a false alarm in somebody's hand."""
    site, office, ines = some_staff()
    office.add("BAG-9", site.item, confirmed=False)
    path = f"/console/pieces/{site.item.token_id}"

    assert "still being registered" in ines.get(path).text
    for name in STEPPED_UP:
        assert ines.post(f"{path}/{name}", {"format": "png"}).status_code == 409


def test_the_house_finds_its_pieces_by_its_own_reference(ines):
    """A part of it is enough; what SQL reads as a sign is a letter here."""
    assert "BAG-1" in ines.get("/console?q=ag-1").text
    assert "No piece of ours has" in ines.get("/console?q=%25").text
    assert "No piece of ours has “&lt;script&gt;”" in ines.get("/console?q=<script>").text


def test_records_that_cannot_be_opened_are_said_and_what_was_typed_stays():
    """A disk that is away: words instead of an error, and the draft is there when it comes back."""
    _, office, ines = some_staff()
    office.readable = False
    home = ines.get("/console")
    draft = begin(ines)
    sent = ines.post("/console/register", FORM | {"draft": draft})
    office.readable = True

    assert (home.status_code, sent.status_code) == (503, 503)
    assert "The books of the house cannot be opened" in home.text
    assert 'value="Aurore 25, noir"' in ines.get(f"/console/register?draft={draft}").text


@pytest.mark.parametrize(
    "path", ["/console/pieces/1", "/console/pieces/x", "/console/pieces/99999999999", "/console/jobs/x"]
)
def test_what_is_not_there_is_404(ines, path):
    """Whatever stands in the address."""
    assert ines.get(path).status_code == 404


def test_a_step_is_written_looked_at_and_asked_for(ines, token):
    """What was typed is shown as the public will read it; place and zone are remembered for the next."""
    page = ines.get(f"/console/pieces/{token}/steps").text
    draft = re.search(r'name="draft" value="([0-9a-f]{32})"', page)[1]
    step = {"draft": draft, "what": "received:boutique", "at": "2026-03-05T10:00", "zone": "+09:00", "place": "Ginza"}
    wrong = ines.post(f"/console/pieces/{token}/steps", step | {"place_country": "Japan"})
    preview = ines.post(f"/console/pieces/{token}/steps", step).headers["Location"]
    shown = ines.get(preview).text
    next_form = ines.get(f"/console/pieces/{token}/steps").text

    assert faults(wrong) == {"place_country": "Country: Choose a country."}
    assert "Ginza" in shown
    assert "5\u00a0March 2026" in shown
    assert 'value="Ginza"' in next_form
    assert 'value="+09:00" selected' in next_form
    assert ines.post(preview).headers["Location"].startswith("/console/jobs/")


class no_lock:  # noqa: N801 - a context manager, used as a function
    """Nobody else works."""

    def __enter__(self):
        return None

    def __exit__(self, *error):
        return None


def test_what_we_failed_to_do_for_a_customer_is_seen_and_started_again():
    """The customer is told a number and that our people go on from here: they find it, nameless, and do."""
    boutique, office = Boutique(), FakeOffice(some_staff()[0].world)
    ines = StaffVisitor(
        create_app(dataclasses.replace(boutique.parts, open_records=office.open)), HOST, boutique.site.database
    )
    ana = boutique.customer("Ana")
    path, claim = ana.claim().headers["Location"], boutique.site.desk.claim
    boutique.site.desk.claim = None
    boutique.work()
    boutique.site.desk.claim = claim
    (job,) = boutique.parts.custody.jobs.of_person(ana.id)
    home = ines.get("/console").text
    page = ines.get(f"/console/jobs/{job.id}").text
    assert job.id[:8] in ana.get(path).text
    assert f"/console/jobs/{job.id}" in home
    assert all(f"A customer’s claim, {job.id[:8]}" in each and "Ana" not in each for each in (home, page))
    again = ines.post(f"/console/jobs/{job.id}/retry")
    boutique.work()

    assert ines.get(again.headers["Location"]).status_code == 200
    assert boutique.parts.custody.holdings.holds(ana.id, boutique.item)
