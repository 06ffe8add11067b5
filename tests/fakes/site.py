"""A site over a whole fake brand: real verifier, real templates, pictures that are pictures, no node."""

from __future__ import annotations

import dataclasses
import io
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask import Flask
from PIL import Image as Pillow
from PIL import ImageDraw

from loyalty.adapters.sql_database import Database
from loyalty.points import Points
from loyalty.rulebook import shipped_rules
from provenance_schemas.content_id import ContentId
from provenance_schemas.document_parts import Image, Place
from provenance_schemas.ids import ItemId
from provenance_schemas.passports import Mark, Passport
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.database import some_database
from tests.fakes.documents import some_passport, some_product
from tests.fakes.limits import roomy_limits
from tests.fakes.office import no_records
from tests.fakes.pieces import FakeDesk, no_house, some_custody
from tests.fakes.world import (
    BOUTIQUE,
    CARRIER,
    CLAIM_KEY,
    HOUSE,
    MAKER,
    OWNER,
    WORKSHOP,
    World,
    some_serial,
)
from verifier.answers import Answer
from verifier.evidence import Unavailable
from verifier.images import read_labels
from verifier.policies import PHONE
from verifier.ports import ScanFacts
from verifier.service import Verification, Verifier
from verifier.trust import TrustRegistry
from verifier.verdict import Code, Finding, Outcome, Policy, Verdict, failed, unknown
from web.app import create_app
from web.parts import Parts, PictureReader, Probe
from web.scan.scan_log import SqlScanLog
from web.secret import Secret

ANSWERED = frozenset(Answer) - {Answer.UNUSUAL_ACTIVITY, Answer.ACTIVITY_UNKNOWN}
"""What a verification without a scan log can answer."""
_PANTIN = Place("Atelier Pantin", "Pantin", "FR", 48.894, 2.413)
_LE_HAVRE = Place("Port of Le Havre", "Le Havre", "FR", 49.485, 0.107)
_TOKYO = Place("Maison Éclat Ginza", "Tokyo", "JP", 35.671, 139.764)
_STEPS = (
    (EntryKind.MANUFACTURED, MAKER, "Cut and assembled", "38 hours by one artisan.", _PANTIN),
    (EntryKind.INSPECTED, MAKER, "Quality control passed", "Stitches, weight and alignment noted.", _PANTIN),
    (EntryKind.SHIPPED, CARRIER, "Shipped", "Sealed carton, tag read.", _LE_HAVRE),
    (EntryKind.RECEIVED, BOUTIQUE, "Delivered to boutique", "Checked in.", _TOKYO),
)


def some_photo(hue: str = "#8a4b2a") -> bytes:
    """Draw a handbag, more or less, as a JPEG of a few kilobytes."""
    picture = Pillow.new("RGB", (640, 640), "#e9e0d2")
    pen = ImageDraw.Draw(picture)
    pen.arc((220, 130, 420, 420), 180, 360, fill=hue, width=18)
    pen.rounded_rectangle((150, 270, 490, 520), 26, fill=hue)
    pen.polygon(((150, 290), (490, 290), (430, 380), (210, 380)), fill="#a05c36")
    pen.rectangle((304, 360, 336, 392), fill="#cfcfcf")
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=80)
    return content.getvalue()


class SiteWorld(World):
    """A brand whose pictures can be opened, under any host."""

    def __init__(self, *hosts: str) -> None:
        super().__init__()
        if hosts:
            self.brand = dataclasses.replace(self.brand, hosts=hosts)
            self.trust = TrustRegistry((self.brand,))

    def passport(self, item: ItemId, commitment: bytes) -> Passport:
        marks = (
            Mark("The stamp inside reads A25-0417", "Le poinçon intérieur indique A25-0417", self.picture("stamp", 90)),
            Mark("Eleven stitches on each side of the clasp", "Onze points de chaque côté du fermoir"),
            Mark("The lining is blue silk", "La doublure est en soie bleue"),
        )
        pictures = (self.picture("Aurore 25 bag, front, clasp closed", 138), self.picture("Aurore 25 bag, back", 60))
        product = some_product(marks=marks)
        return some_passport(item=item, commitment=commitment, product=product, images=pictures, issued_at=self.now)

    def picture(self, alt: str, red: int) -> Image:
        """Store a picture and name it."""
        content = some_photo(f"#{red:02x}4b2a")
        cid = ContentId.of(content)
        self.store.put(cid, content)
        return Image(f"ipfs://{cid}", cid.digest, "image/jpeg", alt, 640, 640)

    def live(self, item: ItemId, *, sold: bool = True) -> None:
        """Give a piece its life: made, checked, shipped, received, and sold to an owner who had it serviced."""
        self.record(item.batch, EntryKind.SOURCED, by=MAKER, name="Full-grain calf leather lot 7741")
        for kind, by, name, description, place in _STEPS:
            self.record(item, kind, by=by, name=name, description=description, place=place)
        if sold:
            self.record(item, EntryKind.SOLD, by=BOUTIQUE, name="First sale", description="Sold new.", place=_TOKYO)
            self.registry.claim(item, OWNER, CLAIM_KEY)
            self.record(item, EntryKind.SERVICED, by=WORKSHOP, name="Care service", description="Clasp polished.")


@dataclass
class FakeSite:
    """One site, and the label that gives the answer it was made for."""

    world: SiteWorld
    label: str
    item: ItemId
    verifier: Verifier | SaysOfScans
    read_picture: PictureReader = read_labels
    probes: Mapping[str, Probe] = field(default_factory=dict)
    decoders_max: int = 2
    _plain_app: Flask | None = None
    _database: Database | None = None
    _desk: FakeDesk | None = None
    _points: Points | None = None

    @property
    def path(self) -> str:
        """The label's path, as a phone asks for it."""
        return "/" + self.label.split("/", 3)[3]

    @property
    def host(self) -> str:
        return self.world.brand.hosts[0]

    def parts(self, **changes: object) -> Parts:
        parts = Parts(
            self.world.trust,
            self.verifier,
            self.world.store,
            self.read_picture,
            self.database,
            Secret(bytes(32)),
            self.probes,
            self.decoders_max,
            limits=roomy_limits(),
            points=self.points,
            custody=some_custody(self.database),
            desk=self.desk,
            open_house=no_house,
            open_records=no_records,
        )
        return dataclasses.replace(parts, **changes)

    def keep_scans(self) -> None:
        """Let the verifier look into the scan log, as the real site's does."""
        world = self.world
        self.verifier = Verifier(
            world.trust, lambda _: world.access(), now=lambda: world.now, scan_log=SqlScanLog(self.database)
        )

    @property
    def points(self) -> Points:
        """Give the ledger of points, its campaigns funded."""
        if self._points is None:
            self._points = Points(self.database, shipped_rules(), time.time)
            for campaign in self._points.rules.campaigns:
                self._points.fund(campaign, 100_000, f"first-{campaign}")
        return self._points

    @property
    def desk(self) -> FakeDesk:
        """Give the desk that writes into the site's world, always the same one."""
        self._desk = self._desk or FakeDesk(self.world)
        return self._desk

    @property
    def database(self) -> Database:
        """Give the site's database, empty at first, in a file that ends with the test run."""
        self._database = self._database or some_database()
        return self._database

    def app(self, **changes: object) -> Flask:
        """Give the site's application; without changes always the same one."""
        if changes:
            return create_app(self.parts(**changes))
        self._plain_app = self._plain_app or create_app(self.parts())
        return self._plain_app


class SaysOfScans:
    """The verifier of a site with a scan log that saw something, or is away: every other check is the real one's."""

    def __init__(self, verifier: Verifier, said: Finding) -> None:
        self._verifier = verifier
        self._said = said

    def verify_label(self, text: str, policy: Policy) -> Verification:
        return self._with(self._verifier.verify_label(text, policy))

    def verify_item(self, item: ItemId, policy: Policy) -> Verification:
        return self._with(self._verifier.verify_item(item, policy))

    def _with(self, found: Verification) -> Verification:
        scans = Unavailable(self._said.reason) if self._said.outcome is Outcome.UNKNOWN else ScanFacts(40, ())
        others = [f for f in found.verdict.findings if f.code is not self._said.code]
        return Verification(dataclasses.replace(found.evidence, scans=scans), Verdict(PHONE, (*others, self._said)))


_OF_SCANS: Mapping[Answer, Finding] = {
    Answer.UNUSUAL_ACTIVITY: failed(Code.SCAN_PATTERN_PLAUSIBLE, "seen in 9 countries in one day"),
    Answer.ACTIVITY_UNKNOWN: unknown(Code.SCAN_PATTERN_PLAUSIBLE, "the scan log does not answer"),
}


def some_site(answer: Answer = Answer.VERIFIED, *hosts: str, world_type: type[SiteWorld] = SiteWorld) -> FakeSite:
    """Make a site whose one label gets `answer`."""
    world = world_type(*hosts)
    item, _ = world.register(77, 2)
    world.live(item, sold=answer is not Answer.NOT_SOLD_YET)
    label = _in_host(world.label(item), world)
    label = _MAKERS.get(answer, _nothing)(world, item) or label
    if answer is not Answer.VERIFIED_PENDING:
        world.settle()
    label = _in_host(label, world)
    verifier = Verifier(world.trust, lambda _: world.access(), now=lambda: world.now)
    said = _OF_SCANS.get(answer)
    return FakeSite(world, label, item, SaysOfScans(verifier, said) if said else verifier)


def _in_host(label: str, world: SiteWorld) -> str:
    scheme, _, rest = label.partition("://")
    return f"{scheme}://{world.brand.hosts[0]}/{rest.partition('/')[2]}"


def _nothing(world: SiteWorld, item: ItemId) -> None:
    pass


def _pending(world: SiteWorld, item: ItemId) -> None:
    world.settle()
    world.record(item, EntryKind.AUTHENTICATED, by=HOUSE, name="Seen by an expert", description="All in order.")


def _unreadable_step(world: SiteWorld, item: ItemId) -> None:
    digest = world.record(item, EntryKind.SERVICED, by=WORKSHOP, name="Care service")
    del world.store.blocks[digest]


def _not_genuine(world: SiteWorld, item: ItemId) -> None:
    world.register(99, 1, serials=[world.serials[item.token_id]])


def _replaced(world: SiteWorld, item: ItemId) -> None:
    world.replace_label(item, "a new label")


def _invented(world: SiteWorld, item: ItemId) -> str:
    return world.label_of(some_serial("nobody's"))


def _unreachable(world: SiteWorld, item: ItemId) -> None:
    world.chain.reachable = False


def _reported(kind: EntryKind) -> Callable[[SiteWorld, ItemId], str | None]:
    def write(world: SiteWorld, item: ItemId) -> None:
        world.registry.report(item, kind)

    return write


def _withdrawn(kind: EntryKind) -> Callable[[SiteWorld, ItemId], str | None]:
    def write(world: SiteWorld, item: ItemId) -> None:
        world.record(item, kind, by=HOUSE)

    return write


_MAKERS: Mapping[Answer, Callable[[SiteWorld, ItemId], str | None]] = {
    Answer.VERIFIED_PENDING: _pending,
    Answer.STEP_UNCONFIRMED: _unreadable_step,
    Answer.STOLEN: _reported(EntryKind.REPORTED_STOLEN),
    Answer.LOST: _reported(EntryKind.REPORTED_LOST),
    Answer.REVOKED: _withdrawn(EntryKind.REVOKED),
    Answer.RECALLED: _withdrawn(EntryKind.RECALLED),
    Answer.RETIRED: _withdrawn(EntryKind.RETIRED),
    Answer.LABEL_REPLACED: _replaced,
    Answer.NOT_GENUINE: _not_genuine,
    Answer.NOT_ISSUED: _invented,
    Answer.CANNOT_VERIFY: _unreachable,
}
