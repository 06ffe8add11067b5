"""Staff register a piece, print its label and record its sale, on a real house: contracts, ledger, documents."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from mint.actors import add_actor
from mint.printing import make_label
from provenance_schemas.roles import Role
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.desk import MAKER
from tests.fakes.site import some_photo
from tests.fakes.staff import StaffVisitor
from tests.integration.mint_house import GTIN, registered_batches, some_house
from verifier.answers import Answer, answer_of
from verifier.images import read_labels
from verifier.policies import CLI, TOKEN
from verifier.report import timeline
from web.app import create_app
from web.console.handlers import make_console_handlers
from web.jobs.queue import JobState
from web.settings import read_settings
from web.store.drafts import Drafts
from web.wiring import make_worker, wire

pytestmark = pytest.mark.process
HOST = MAKER.hosts[0]
CLOCK_HANDS = '<path d="M12 6v6l4 2"/>'
FORM = {
    "gtin": GTIN,
    "name": "Aurore 25, noir",
    "model": "Aurore 25",
    "category": "handbag",
    "country": "FR",
    "description": "A hand-stitched bag.",
    "material_1_name": "Calf leather",
    "mark_1_text": "Eleven stitches",
    "mark_1_text_fr": "Onze points",
    "mark_2_text": "Blue lining",
    "mark_3_text": "Stamp A25",
    "quantity": "1",
}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with some_house(tmp_path_factory.mktemp("house")) as house:
        add_actor(house, "boutique", Role.BOUTIQUE, house.keys.folder.make, company="Maison Éclat, Paris")
        yield house


@pytest.fixture(scope="module")
def parts(house):
    return wire(read_settings({}, data=house.data_dir))


@pytest.fixture(scope="module")
def worker(house, parts):
    return make_worker(read_settings({}, data=house.data_dir), parts)


@pytest.fixture
def ines(parts):
    return StaffVisitor(create_app(parts), HOST, parts.database)


def path_of(response, pattern=r"/console/\S+"):
    """Where an answer leads to."""
    assert response.status_code == 303, response.text
    return re.fullmatch(pattern, response.headers["Location"])[0]


def draft_of(page):
    return re.search(r'name="draft" value="([0-9a-f]{32})"', page.text)[1]


def asked(ines, reference, **changes):
    """Fill the form in with two photos, look, and confirm; gives the path of the job."""
    form = FORM | {"draft": draft_of(ines.get("/console/register")), "reference": reference} | changes
    photos = [(some_photo(), "front.jpg"), (some_photo("#223344"), "back.jpg")]
    page = ines.post("/console/register", form | {"photos": photos, "do": "photos"})
    assert page.status_code == 200, page.text
    alts = dict(zip(re.findall(r'id="(alt_[0-9a-f]{32})"', page.text), ("The front", "The back"), strict=True))
    preview = path_of(ines.post("/console/register", form | alts))
    assert "will be registered" in ines.get(preview).text
    return path_of(ines.post(preview), r"/console/jobs/[0-9a-f]{32}")


def job_at(parts, path):
    return parts.custody.jobs.find(path.rpartition("/")[2])


def test_a_registration_that_is_done_says_so_and_leads_to_the_label(ines, worker, parts):
    """Its title no longer says that it is under way, and a clock is no question."""
    path = asked(ines, "BAG-6")
    waiting = ines.get(path).text
    assert worker.run_once()
    done = ines.get(path).text
    (token,) = job_at(parts, path).result["tokens"]

    assert "<h1>Registering BAG-6</h1>" in waiting
    assert CLOCK_HANDS in waiting
    assert "<h1>Registered: BAG-6</h1>" in done
    assert f'href="/console/pieces/{token}/label"' in done


def registered(ines, worker, parts, reference, **changes):
    """Register; gives the tokens."""
    path = asked(ines, reference, **changes)
    assert worker.run_once()
    job = job_at(parts, path)
    assert job.state is JobState.DONE, (job.note, job.result)
    return job.result["tokens"]


def test_a_piece_is_registered_printed_and_sold_from_the_console(house, ines, worker, parts):
    """What staff do in a boutique, and what a customer with the label then reads, each as the public would."""
    (token,) = registered(ines, worker, parts, "BAG-1", mark_1_photo=(some_photo("#aa3344"), "clasp.jpg"))
    drawn = ines.post(f"/console/pieces/{token}/label", {"format": "png"})
    (text,) = read_labels(drawn.data).texts

    assert make_label(house, "BAG-1").text == text
    assert (drawn.headers["Cache-Control"], drawn.mimetype) == ("no-store", "image/png")
    assert drawn.headers["Content-Disposition"] == 'attachment; filename="BAG-1.png"'

    label = "/" + text.split("/", 3)[3]
    before = ines.get(label)
    assert "Registered, not yet sold" in before.text
    assert before.text.count("/pictures/") >= 3

    preview = path_of(ines.post(f"/console/pieces/{token}/sale"))
    assert "Sold by Maison Éclat, Paris." in ines.get(preview).text
    sale = path_of(ines.post(preview), r"/console/jobs/[0-9a-f]{32}")
    assert worker.run_once()

    done = ines.get(sale).text
    assert "Recorded" in done
    assert f'href="/console/pieces/{token}/card"' in done
    assert f'href="/console/pieces/{token}"' in done
    assert f'href="/console/pieces/{token}/label"' not in done
    assert answer_of(house.verifier().verify_label(text, CLI)) is Answer.VERIFIED
    assert "A scan says: Authentic record" in ines.get(f"/console/pieces/{token}").text


def test_a_photo_is_published_without_what_the_phone_wrote_into_it(house, ines, worker, parts):
    """The very bytes on IPFS are ours, and the passport vouches for them."""
    (token,) = registered(ines, worker, parts, "BAG-2")
    found = house.verifier().verify_item(house.identity.item(int(token)), TOKEN)
    passport = found.evidence.passport

    assert [image.alt for image in passport.images] == ["The front", "The back"]
    assert [mark.text_fr for mark in passport.product.marks] == ["Onze points", None, None]
    assert all(image.media_type == "image/jpeg" and image.width == 640 for image in passport.images)


def test_a_job_that_was_cut_registers_nothing_twice(house, ines, worker, parts):
    """The same job again, as after a kill -9: the same pieces, one registration on the ledger."""
    before = registered_batches(house)
    path = asked(ines, "BAG-3", quantity="3")
    job = job_at(parts, path)
    handler = make_console_handlers(parts.open_house, Drafts(parts.database))[job.kind]
    first = handler(job)
    again = handler(job)

    assert (first, first["count"]) == (again, 3)
    assert registered_batches(house) == before + 1
    assert worker.run_once()
    assert job_at(parts, path).result == first


def test_a_step_that_was_cut_is_recorded_once(house, ines, worker, parts):
    """As above, for a step of the maker; its place and words stand in the provenance."""
    (token,) = registered(ines, worker, parts, "BAG-4")
    page = ines.get(f"/console/pieces/{token}/steps")
    at = (datetime.now(UTC) - timedelta(minutes=2)).strftime("%Y-%m-%dT%H:%M")
    step = {
        "draft": draft_of(page),
        "what": "inspected:house",
        "at": at,
        "zone": "+00:00",
        "place": "Atelier Pantin",
        "place_city": "Pantin",
        "place_country": "FR",
        "description": "Stitches counted.",
    }
    preview = path_of(ines.post(f"/console/pieces/{token}/steps", step))
    path = path_of(ines.post(preview), r"/console/jobs/[0-9a-f]{32}")
    job = job_at(parts, path)
    handler = make_console_handlers(parts.open_house, Drafts(parts.database))[job.kind]
    first = handler(job)
    assert (handler(job), worker.run_once()) == (first, True)
    found = house.verifier().verify_item(house.identity.item(int(token)), TOKEN)
    kinds = [line.entry.kind for line in timeline(found.evidence)]

    assert kinds.count(EntryKind.INSPECTED) == 1
    assert "Atelier Pantin, Pantin" in ines.get(f"/console/pieces/{token}").text
    assert "Stitches counted." in ines.get(f"/console/pieces/{token}").text


def test_a_reference_taken_in_the_meantime_comes_back_with_everything_kept(house, ines, worker, parts):
    """Two of the house write the same number at once: the second is told, and goes on from the same draft."""
    first, second = asked(ines, "BAG-5"), asked(ines, "BAG-5")
    assert [worker.run_once(), worker.run_once()] == [True, True]
    page = ines.get(second)
    change = re.search(r'href="(/console/register\?draft=[0-9a-f]{32})"', page.text)[1]
    form = ines.get(change)

    assert (job_at(parts, first).state, job_at(parts, second).state) == (JobState.DONE, JobState.REFUSED)
    assert "was registered in the meantime" in page.text
    assert 'value="Aurore 25, noir"' in form.text
    assert form.text.count("/photos/") == 2
    assert "BAG-5 is registered already." in form.text
