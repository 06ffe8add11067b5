"""The tour: register, print, photograph, verify, cheat in four ways, claim and pass on.

Each stop says whether it held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mint.claims import claim
from mint.dispatch import Progress
from mint.house import House
from mint.labels.claim_card import render_claim_card
from mint.labels.render import render_label, write_picture
from mint.reports import ReportReason, report
from mint.transfers import transfer
from provenance_schemas.commitments import passport_path
from provenance_schemas.content_id import DAG_PB, ContentId
from provenance_schemas.labels import format_label, new_serial
from provenance_schemas.step_kinds import EntryKind, Status
from provenance_schemas.unixfs_read import resolve_path
from verifier.adapters.registry_events import STEP_RECORDED
from verifier.adapters.sql_store import SqlStore
from verifier.answers import Answer, answer_of
from verifier.cli.verify import build_verifier
from verifier.evidence import History, Registered
from verifier.images import read_labels
from verifier.limits import BLOCK_SIZE_MAX_BYTES
from verifier.policies import CLI
from verifier.service import Verification
from verifier.trust import load_trust
from web.demo.collection import (
    BAG,
    SCARF,
    UNSOLD,
    WATCH,
    add_actors,
    record_collection,
    register_collection,
    registered_count,
    subjects,
)
from web.demo.frauds import gateway, hiding_logs, serving, tampering
from web.demo.photograph import photograph

_DEAD_NODE: Final = "http://127.0.0.1:9"  # the discard port: nothing listens there
_BAG_OWNERS: Final = ("owner.bag.first", "owner.bag.second")
_WATCH_OWNER: Final = "owner.watch"


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of the tour: what was asked, what should be answered, what was."""

    name: str
    expected: str
    answered: str
    detail: str = ""

    @property
    def held(self) -> bool:
        """Whether the answer was the right one."""
        return self.expected == self.answered

    def as_json(self) -> dict[str, Any]:
        """Give the stop as JSON values."""
        return {
            "name": self.name,
            "expected": self.expected,
            "answered": self.answered,
            "held": self.held,
            "detail": self.detail,
        }


class Tour:
    """One walk through the example house. A second walk finds the first one's data and adds nothing twice."""

    def __init__(self, house: House, folder: Path, progress: Progress) -> None:
        self.house = house
        self.folder = folder
        self.progress = progress
        self.store = SqlStore(house.blocks)

    def stops(self) -> Iterator[Stop]:
        """Walk; yields each stop when it is done."""
        yield self._register()
        yield self._record()
        yield self._print_labels()
        yield from self._owners()
        with serving(gateway(self.store)) as url:
            yield from self._honest(url)
            yield from self._dishonest(url)
            yield self._hand_on(url)

    # ---- the house at work

    def _register(self) -> Stop:
        new = register_collection(self.house, self.folder / "photos", self.progress)
        count = registered_count(self.house, self.folder / "photos")
        return Stop("register the collection", "27 pieces", f"{count} pieces", f"{new} of them new")

    def _record(self) -> Stop:
        add_actors(self.house)
        recorded = {reference for reference in subjects() if self._has_steps(reference)}
        new = record_collection(self.house, recorded, self.progress)
        bag = self._history(BAG)
        answered = f"{sum(e.kind < EntryKind.REPORTED_STOLEN for e in bag.final)} steps"
        return Stop("record the bag's life", "8 steps", answered, f"{new} steps written now")

    def _has_steps(self, reference: str) -> bool:
        return any(e.kind < EntryKind.REPORTED_STOLEN for e in self._history(reference).final)

    def _history(self, reference: str) -> History:
        item = self.house.identity.item(self.house.piece(reference).token_id)
        history = self.house.verifier().verify_item(item, CLI).evidence.history
        assert isinstance(history, History), history
        return history

    def label(self, reference: str) -> str:
        """The label's text of one piece."""
        piece = self.house.piece(reference)
        serial = self.house.book.serial(piece.token_id)
        assert serial is not None
        return format_label(self.house.identity.maker.hosts[0], piece.gtin, serial)

    def _print_labels(self) -> Stop:
        printed = 0
        for reference in (BAG, WATCH, SCARF, UNSOLD):
            picture = render_label(self.label(reference))
            write_picture(self._file(f"label-{reference}.png"), picture)
            printed += read_labels(picture).texts == (self.label(reference),)
        jpeg = photograph(self._file(f"label-{BAG}.png").read_bytes())
        write_picture(self._file("photo-of-the-bag-label.jpg"), jpeg)
        return Stop("print labels, read each back", "4 labels", f"{printed} labels", str(self.folder))

    def _file(self, name: str) -> Path:
        return self.folder / name

    # ---- owners

    def _owners(self) -> Iterator[Stop]:
        yield self._claim(BAG, _BAG_OWNERS[0])
        self._claim(WATCH, _WATCH_OWNER)
        if not self._status(WATCH) & Status.STOLEN:
            owner = self.house.keys.signer(_WATCH_OWNER)
            report(self.house, WATCH, EntryKind.REPORTED_STOLEN, ReportReason.BURGLARY, owner)

    def _claim(self, reference: str, owner: str) -> Stop:
        name = f"claim {reference} with the card's hidden code"
        account = self.house.keys.folder.make(owner).address
        if not self._status(reference) & Status.CLAIMED:
            key = self.house.book.claim_key(self.house.piece(reference).token_id)
            assert key is not None
            assert key.code is not None, "the card was printed, and the piece never claimed: delete the demo's folder"
            card = render_claim_card(key.code, self.house.identity.maker.hosts[0])
            write_picture(self._file(f"claim-card-{reference}.png"), card)
            claim(self.house, key.code, self.label(reference), account)
        claimed = bool(self._status(reference) & Status.CLAIMED)
        return Stop(name, "claimed", "claimed" if claimed else "not claimed", f"first owner {account}")

    def card(self, reference: str) -> str:
        """Print the claim card of a piece, so that whoever runs the demo can claim it; gives its file.

        Empty when somebody has claimed it already.
        """
        key = self.house.book.claim_key(self.house.piece(reference).token_id)
        if key is None or key.code is None or self._status(reference) & Status.CLAIMED:
            return ""
        file = self._file(f"claim-card-{reference}.png")
        write_picture(file, render_claim_card(key.code, self.house.identity.maker.hosts[0]))
        return str(file)

    def _registered(self, reference: str) -> Registered:
        item = self.house.identity.item(self.house.piece(reference).token_id)
        registered = self.house.verifier().verify_item(item, CLI).evidence.registered
        assert isinstance(registered, Registered), registered
        return registered

    def _status(self, reference: str) -> int:
        return self._registered(reference).final.status

    def _hand_on(self, url: str) -> Stop:
        seller, buyer = (self.house.keys.folder.make(name) for name in _BAG_OWNERS)
        if self._registered(BAG).final.owner == seller.address:
            transfer(self.house, BAG, buyer.address, seller)
        answer = self._ask(self.label(BAG), gateways=[url])
        owner = self._registered(BAG).final.owner
        right = "and its buyer owns it" if owner == buyer.address else "and somebody else owns it"
        return Stop("pass the bag on, verify again", "verified and its buyer owns it", f"{answer.value} {right}")

    # ---- questions

    def _ask(self, label: str, *, node: str | None = None, gateways: list[str]) -> Answer:
        """Ask as a stranger does: with the trust file, a node and a gateway."""
        return answer_of(self._verify(label, node=node, gateways=gateways))

    def _verify(self, label: str, *, node: str | None, gateways: list[str]) -> Verification:
        trust = load_trust(self.house.trust_file)
        return build_verifier(trust, [node] if node else None, gateways).verify_label(label, CLI)

    def _honest(self, url: str) -> Iterator[Stop]:
        picture = self._file("photo-of-the-bag-label.jpg").read_bytes()
        texts = read_labels(picture).texts
        read = texts[0] if texts else ""
        yield self._stop("photograph the bag's label, verify the photo", Answer.VERIFIED, read, gateways=[url])
        yield self._stop("a watch reported stolen", Answer.STOLEN, self.label(WATCH), gateways=[url])
        yield self._stop("a scarf from a batch of 24", Answer.VERIFIED, self.label(SCARF), gateways=[url])
        yield self._stop("a piece not sold yet", Answer.NOT_SOLD_YET, self.label(UNSOLD), gateways=[url])

    def _dishonest(self, url: str) -> Iterator[Stop]:
        bag = self.house.piece(BAG)
        forged = format_label(self.house.identity.maker.hosts[0], bag.gtin, new_serial())
        yield self._stop("a forged label", Answer.NOT_ISSUED, forged, gateways=[url])
        passport = self._passport_cid(BAG)
        with serving(tampering(gateway(self.store), passport)) as liar:
            yield self._stop("a tampered document", Answer.CANNOT_VERIFY, self.label(BAG), gateways=[liar])
        with serving(hiding_logs(self.house.node_url, self._is_a_step_of(BAG))) as liar:
            yield self._stop("a hidden log", Answer.CANNOT_VERIFY, self.label(BAG), node=liar, gateways=[url])
        yield self._stop("a dead node", Answer.CANNOT_VERIFY, self.label(BAG), node=_DEAD_NODE, gateways=[url])

    def _stop(self, name: str, expected: Answer, label: str, *, node: str | None = None, gateways: list[str]) -> Stop:
        verification = self._verify(label, node=node, gateways=gateways)
        asked = verification.verdict.policy.required | verification.verdict.policy.advisory
        doubt = next((f for f in verification.verdict.findings if f.code in asked and f.outcome != "passed"), None)
        detail = f"{doubt.code.value}: {doubt.reason}" if doubt else ""
        return Stop(name, expected.value, answer_of(verification).value, detail)

    def _passport_cid(self, reference: str) -> ContentId:
        item = self.house.identity.item(self.house.piece(reference).token_id)
        root = ContentId(DAG_PB, self._registered(reference).final.passports)

        def get(cid: ContentId) -> bytes:
            return self.store.get(cid, size_max_bytes=BLOCK_SIZE_MAX_BYTES)

        found = resolve_path(root, passport_path(item.index), get).target
        assert found is not None
        return found

    def _is_a_step_of(self, reference: str) -> Callable[[dict[str, Any]], bool]:
        topic = f"0x{self.house.piece(reference).token_id:064x}"
        return lambda log: log.get("topics", [])[:2] == [STEP_RECORDED, topic]
