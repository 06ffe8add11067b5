"""The example collection's bag as every visitor may meet it: real verifier, real templates, the demo's own photo."""

from __future__ import annotations

import dataclasses
import functools
import threading
from datetime import datetime
from typing import Any

from flask import Flask, Response, request

from provenance_schemas.content_id import ContentId
from provenance_schemas.document_parts import Attribute, Image, Place
from provenance_schemas.ids import ItemId
from provenance_schemas.passports import Mark, Passport
from provenance_schemas.step_kinds import EntryKind
from provenance_schemas.steps import Recorder
from tests.fakes.documents import some_passport, some_product
from tests.fakes.site import FakeSite, SiteWorld, some_site
from tests.fakes.world import BOUTIQUE, CARRIER, CLAIM_KEY, MAKER, OWNER, WORKSHOP
from verifier.answers import Answer
from verifier.policies import CLI
from verifier.trust import TrustRegistry
from web.access import public
from web.app import create_app
from web.cli.serve import make_site_server
from web.demo.collection import _collection
from web.demo.photos import PHOTOS
from web.presenters.facts import UnloggedScan
from web.presenters.verdict import present_verdict
from web.rendering import render_page
from web.scan.targets import label_text
from web.visits import visit_of

PIECE = _collection()["pieces"][0]
_BY = {
    "tannery": MAKER, "atelier": MAKER, "quality": MAKER, "carrier": CARRIER, "boutique": BOUTIQUE, "workshop": WORKSHOP
}  # fmt: skip
_COMPANIES = {actor["name"]: actor["company"] for actor in _collection()["actors"]}
_LATER_S = 263 * 86_400
HOLDS = UnloggedScan(holds=True, checks_30_days=0, token="A" * 220)
COLLECTS = UnloggedScan(checks_30_days=3, token="A" * 220, collectable=True)
LOOKS = UnloggedScan(checks_30_days=3, token="A" * 220)


@functools.cache
def _photo() -> bytes:
    return PHOTOS["handbag.webp"]()


class Showroom(SiteWorld):
    """A brand with the demo's bag. `claimed` is whether its owner has claimed it."""

    claimed = True

    def __init__(self, *hosts: str) -> None:
        super().__init__(*hosts)
        self.brand = dataclasses.replace(self.brand, name="Maison Aurelle")
        self.trust = TrustRegistry((self.brand,))

    def passport(self, item: ItemId, commitment: bytes) -> Passport:
        cid = ContentId.of(_photo())
        self.store.put(cid, _photo())
        front = Image(f"ipfs://{cid}", cid.digest, "image/webp", PIECE["images"][0].partition("=")[2], 720, 720)
        marks = tuple(Mark(mark["text"], mark["text_fr"]) for mark in PIECE["marks"])
        product = some_product(marks=marks, model=PIECE["model"], brand="Maison Aurelle")
        return some_passport(
            item=item,
            commitment=commitment,
            product=product,
            images=(front,),
            issued_at=self.now,
            name=PIECE["name"],
            description=PIECE["description"],
            attributes=(Attribute("Model", "Ondine 24"), Attribute("Width", "240 mm"), Attribute("Made in", "IT")),
        )

    def live(self, item: ItemId, *, sold: bool = True) -> None:
        """Give the bag the steps of the collection, all recorded on one day of November 2026."""
        self.registry.mine(after_s=_LATER_S)
        for step in _collection()["steps"]:
            if step["piece"] != PIECE["reference"] or (not sold and step["kind"] in {"sold", "serviced"}):
                continue
            by, kind = _BY[step["actor"]], EntryKind[step["kind"].upper()]
            self.record(
                item,
                kind,
                by=by,
                name=step["name"],
                description=f"{kind.word.replace('_', ' ').capitalize()} by {_COMPANIES[step['actor']]}.",
                place=Place(**step["place"]),
                happened_at=datetime.fromisoformat(step["at"]),
                recorder=Recorder(_COMPANIES[step["actor"]], by),
            )
            if step["kind"] == "sold" and self.claimed:
                self.registry.claim(item, OWNER, CLAIM_KEY)


class Unclaimed(Showroom):
    """The same brand; the bag is sold, and still in the house's hands."""

    claimed = False


def showing(site: FakeSite, seen: UnloggedScan) -> Flask:
    """Make the site's application answer every label as to a visitor of whom this is known."""
    app = create_app(site.parts())

    @public
    def label(_decoded: str) -> Response:
        visit = visit_of(request, site.world.trust)
        found = site.verifier.verify_label(label_text(request.environ, visit.host), CLI)
        return render_page("verdict.html", present_verdict(found, visit, seen))

    app.view_functions["scan.label"] = label
    return app


class Gallery:
    """Sites on ports of their own, each made once; close it at the end."""

    def __init__(self) -> None:
        self._rooms: dict[object, tuple[str, FakeSite]] = {}
        self._servers: list[tuple[Any, threading.Thread]] = []
        self._placeholder = some_site().parts()

    def open(
        self,
        answer: Answer = Answer.VERIFIED,
        seen: UnloggedScan | None = None,
        world_type: type[SiteWorld] = SiteWorld,
    ) -> tuple[str, FakeSite]:
        """Serve a site whose one label gets `answer`; gives the label's address and the site."""
        key = (answer, seen, world_type)
        if key not in self._rooms:
            server = make_site_server(self._placeholder, "127.0.0.1", 0)
            # The labels name the port, which only now is known.
            site = some_site(answer, f"localhost:{server.server_port}", world_type=world_type)
            server.app = site.app() if seen is None else showing(site, seen)
            thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
            thread.start()
            self._servers.append((server, thread))
            self._rooms[key] = (f"http://{site.host}{site.path}", site)
        return self._rooms[key]

    def close(self) -> None:
        """Stop every server."""
        for server, thread in self._servers:
            server.shutdown()
            thread.join()
            server.server_close()
