"""A site in which things have happened: what is behind a piece, a job, a draft or an award is reached too."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Final

from loyalty.events import AwardEvent, EventKind
from loyalty.results import Award
from mint.lock import FolderLock
from mint.reports import ReportReason
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.office import GTIN, FakeOffice
from tests.fakes.pieces import some_sold_piece
from tests.fakes.points import award_verdict
from tests.fakes.site import FakeSite, some_photo, some_site
from tests.fuzz.site import Fuzzer
from verifier.answers import Answer
from web.console.fields import REGISTER_FIELDS, STEP_FIELDS, typed
from web.console.jobs_shown import REGISTER, STEP
from web.custody.acts import Claimant
from web.custody.handlers import PieceJobs
from web.custody.holdings import HoldingState
from web.jobs.queue import NewJob
from web.jobs.worker import Worker
from web.store.drafts import PIECE, DraftChange, DraftKind, Drafts, NewPhoto, hand_over
from web.store.people import Person, Role

_DEVICE: Final = "a" * 64
_BATCHES: Final = (601, 602, 603)
_FAILING: Final = 603
_FORM: Final = {
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
_STEP: Final = {
    "what": "sold:boutique",
    "at": "2026-01-01T10:00",
    "zone": "+00:00",
    "place": "Ginza",
    "place_country": "JP",
    "name": "First sale",
    "description": "Sold new.",
}


def furnished_fuzzer(seed: int, answer: Answer = Answer.VERIFIED) -> Fuzzer:
    """Make a fuzzer of a site where a member holds pieces and has points, and staff have drafts, pieces and jobs."""
    site = some_site(answer)
    office = FakeOffice(site.world)
    office.add("BAG-1", site.item)
    fuzzer = Fuzzer(site, site.app(open_records=office.open), seed)
    staff, member = fuzzer.people[Role.STAFF], fuzzer.people[Role.MEMBER]
    _give_pieces(site, member)
    _give_points(site, member)
    _give_drafts(site, staff)
    fuzzer.crawl()
    return fuzzer


def _give_pieces(site: FakeSite, owner: Person) -> None:
    """One held, one held and under way, one whose claim we failed to bring."""
    parts = site.parts()
    lock = FolderLock(Path(tempfile.mkdtemp(prefix="assay-fuzz-")))
    worker = Worker(parts.custody.jobs, PieceJobs(site.desk, parts.custody).handlers(), lock)
    for batch in _BATCHES:
        item = some_sold_piece(site.world, batch)
        code = site.desk.give_card(item)
        parts.custody.claim(Claimant(owner.id, _DEVICE), site.world.brand.registry, item, "Aurore 25", code)
        if batch == _FAILING:
            site.desk.claim = None
        while worker.run_once():
            pass
    del site.desk.claim
    busy = next(one for one in parts.custody.holdings.of_person(owner.id) if one.state is HoldingState.HELD)
    parts.custody.report(busy, EntryKind.REPORTED_LOST, ReportReason.MISLAID, "once")


def _give_points(site: FakeSite, member: Person) -> None:
    event = AwardEvent(EventKind.CHECK, member.id, site.item, "5" * 24, _DEVICE, int(site.parts().clock()))
    assert isinstance(site.points.award(award_verdict(), event), Award)


def _give_drafts(site: FakeSite, staff: Person) -> None:
    """One of each kind that is open, and one of each that a job is to record."""
    drafts, jobs = Drafts(site.database), site.parts().custody.jobs
    token, photo = str(site.item.token_id), some_photo()
    taken = NewPhoto(PIECE, photo, hashlib.sha256(photo).digest(), 640, 640, "The front")
    kinds = (
        (DraftKind.REGISTER, "", REGISTER, typed(_FORM, REGISTER_FIELDS), (taken,)),
        (DraftKind.STEP, token, STEP, typed(_STEP, STEP_FIELDS), ()),
    )
    for number, (kind, of, job_kind, fields, photos) in enumerate(kinds):
        for is_asked in (False, True):
            draft_id = f"{2 * number + is_asked:032x}"
            own = {"reference": f"NEW-{number}-{int(is_asked)}"} if kind is DraftKind.REGISTER else {}
            drafts.keep(DraftChange(draft_id, staff.id, kind, fields | own, of, photos), jobs.now_s())
            if is_asked:
                job = jobs.add(NewJob(job_kind, draft_id, {"draft": draft_id}, staff.id))
                with site.database.writing() as connection:
                    hand_over(connection, draft_id, job.id)
