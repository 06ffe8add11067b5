"""A whole brand, ready to be verified: documents with their real content ids, a registry, a node, labels."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from provenance_schemas import crockford
from provenance_schemas.commitments import directory_entries
from provenance_schemas.content_id import ContentId
from provenance_schemas.ids import Address, BatchId, ItemId
from provenance_schemas.labels import format_label, label_commitment
from provenance_schemas.passports import Passport
from provenance_schemas.step_kinds import EntryKind
from provenance_schemas.steps import Recorder, StepDocument, make_step
from provenance_schemas.unixfs import Node, add_directory, add_file
from tests.fakes.chain import FakeChain
from tests.fakes.documents import CONTRACT, GTIN, PARIS, WITH_REASON, some_passport, some_product
from tests.fakes.registry import CODE_HASH, GUARDIAN, REGISTRAR, FakeRegistry, some_address
from tests.fakes.store import MemoryStore
from verifier.documents import DocumentReader
from verifier.gather import RegistryAccess
from verifier.label_map import LabelMap
from verifier.ports import ChainReader, ContentStore, HistorySource
from verifier.service import Verification, Verifier
from verifier.trust import Brand, Registry, TrustRegistry
from verifier.verdict import Policy

CHAIN_ID = 31337
HOST = "id.maison.example"
MAKER = some_address("atelier")
CARRIER = some_address("carrier")
BOUTIQUE = some_address("boutique")
WORKSHOP = some_address("workshop")
HOUSE = some_address("house")
OWNER = some_address("owner")
CLAIM_KEY = some_address("claim key")


def some_serial(name: str) -> str:
    """Make a serial that is right in form; a real one is random."""
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    number = int.from_bytes(ContentId.of(name.encode()).digest)
    body = "".join(alphabet[number >> 5 * place & 31] for place in range(19))
    return body + crockford.check_character(body)


def put_directory(entries: Mapping[str, object], store: MemoryStore) -> ContentId:
    """Store a directory of bytes and directories, as IPFS does."""

    def as_nodes(entries: Mapping[str, object]) -> dict[str, object]:
        return {
            name: as_nodes(entry) if isinstance(entry, Mapping) else _put_file(entry, store)
            for name, entry in entries.items()
        }

    return add_directory(as_nodes(entries), store.put).cid


def _put_file(data: bytes, store: MemoryStore) -> Node:
    return add_file(io.BytesIO(data), store.put)


@dataclass
class World:
    """One brand. `registry` and `store` may be written to, `chain` has the switches of a node."""

    registry: FakeRegistry = field(default_factory=lambda: FakeRegistry(CHAIN_ID, CONTRACT))
    store: MemoryStore = field(default_factory=MemoryStore)
    serials: dict[int, str] = field(default_factory=dict)
    """By token id."""
    roots: dict[int, ContentId] = field(default_factory=dict)
    """The directory of each batch."""

    def __post_init__(self) -> None:
        self.chain = FakeChain(self.registry)
        deployed = self.registry.blocks[0]
        pinned = Registry(self.registry.chain_id, self.registry.contract, CODE_HASH, deployed.number, deployed.hash)
        self.brand = Brand("Maison Éclat", (HOST,), (GTIN[:12],), pinned)
        self.trust = TrustRegistry((self.brand,))

    # ---- writing

    def register(
        self,
        batch: int,
        count: int = 1,
        *,
        by: Address = REGISTRAR,
        serials: Sequence[str] | None = None,
        passports: Sequence[bytes] | None = None,
        commitments: Sequence[bytes] | None = None,
    ) -> list[ItemId]:
        """Register a batch, with documents; whatever is given takes the place of what is right."""
        place = BatchId(self.registry.chain_id, self.registry.contract, batch)
        items = [place.item(index) for index in range(count)]
        serials = serials or [some_serial(str(item)) for item in items]
        opened = [label_commitment(GTIN, serial) for serial in serials]
        written = [self.passport(item, commitment).to_bytes() for item, commitment in zip(items, opened, strict=True)]
        entries = directory_entries(passports or written, commitments or opened)
        self.roots[batch] = put_directory(entries, self.store)
        self.registry.register(items[0].batch, count, self.roots[batch].digest, by=by)
        self.serials |= {item.token_id: serial for item, serial in zip(items, serials, strict=True)}
        return items

    def passport(self, item: ItemId, commitment: bytes) -> Passport:
        return some_passport(item=item, commitment=commitment, product=some_product(), issued_at=self.now)

    def step_document(self, subject: ItemId | BatchId, kind: EntryKind, by: Address, **changes: object) -> StepDocument:
        """Tell a step that happened an hour before the next block."""
        happened_at = changes.pop("happened_at", self.now - timedelta(hours=1))
        fields = {
            "recorder": Recorder("Maison Éclat", by),
            "issued_at": max(self.now, happened_at),
            "description": f"The step {kind.word}.",
            "place": PARIS,
            "reason": "Because of a fault in the clasp." if kind in WITH_REASON else None,
            "count": 3 if isinstance(subject, BatchId) else None,
        }
        return make_step(kind, subject, happened_at, **fields | changes)

    def put_step(self, document: StepDocument) -> bytes:
        """Store a step's document; gives its digest."""
        data = document.to_bytes()
        cid = ContentId.of(data)
        self.store.put(cid, data)
        return cid.digest

    def record(self, subject: ItemId | BatchId, kind: EntryKind, *, by: Address, **changes: object) -> bytes:
        """Store a step's document and record it; gives its digest."""
        digest = self.put_step(self.step_document(subject, kind, by, **changes))
        if isinstance(subject, BatchId):
            self.registry.batch_step(subject, kind, digest, by=by)
        else:
            self.registry.step(subject, kind, digest, by=by)
        return digest

    def replace_label(self, item: ItemId, name: str, *, by: Address = HOUSE) -> str:
        """Replace a label; gives the new one's text."""
        serial = some_serial(name)
        self.record(item, EntryKind.LABEL_REPLACED, by=by, commitment=label_commitment(GTIN, serial))
        return self.label_of(serial)

    def void(self, subject: ItemId | BatchId, number: int, *, by: Address = GUARDIAN) -> None:
        document = self.step_document(subject, EntryKind.VOIDED, by, voids_entry=number)
        self.registry.void(subject, number, self.put_step(document), by=by)

    def settle(self) -> None:
        """Let everything written so far become final."""
        self.registry.mine(self.chain.final_lag)

    # ---- reading

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.registry.time_s + 5, UTC)

    def label_of(self, serial: str) -> str:
        return format_label(HOST, GTIN, serial)

    def label(self, item: ItemId) -> str:
        """Give the text of the label a piece was made with."""
        return self.label_of(self.serials[item.token_id])

    def access(
        self,
        *,
        chain: ChainReader | None = None,
        histories: Sequence[HistorySource] | None = None,
        content: ContentStore | None = None,
    ) -> RegistryAccess:
        """Give access as a stranger has it who starts with nothing but the trust file."""
        content = content or self.store
        pinned = self.brand.registry
        labels = LabelMap(pinned.chain_id, pinned.contract, pinned.deployed_block, content)
        histories = tuple(histories) if histories is not None else (self.chain,)
        return RegistryAccess(self.brand, chain or self.chain, histories, content, labels, DocumentReader(content))

    def verifier(self, **parts: object) -> Verifier:
        return Verifier(self.trust, lambda _: self.access(**parts), now=lambda: self.now)

    def verify(self, subject: str | ItemId, policy: Policy, **parts: object) -> Verification:
        """Verify a label's text or a token, as a stranger."""
        verifier = self.verifier(**parts)
        if isinstance(subject, ItemId):
            return verifier.verify_item(subject, policy)
        return verifier.verify_label(subject, policy)


@dataclass
class BagWorld(World):
    """The brand with one sold handbag, which went through 8 steps, and two pieces in stock."""

    bag: ItemId = field(init=False)
    scarf: ItemId = field(init=False)

    @property
    def bag_label(self) -> str:
        return self.label(self.bag)


def some_world() -> BagWorld:
    """Build the brand: batch 77 of three pieces; the first is the bag: 8 steps, sold, claimed by its owner."""
    return furnish(BagWorld())


def furnish(world: BagWorld) -> BagWorld:
    """Write the story of `some_world` into an empty one."""
    world.bag, world.scarf, _ = world.register(77, 3)
    batch = world.bag.batch
    world.record(batch, EntryKind.SOURCED, by=MAKER)
    world.record(world.bag, EntryKind.MANUFACTURED, by=MAKER)
    world.record(world.bag, EntryKind.INSPECTED, by=MAKER)
    world.record(batch, EntryKind.SHIPPED, by=CARRIER)
    world.record(world.bag, EntryKind.RECEIVED, by=BOUTIQUE)
    world.record(world.bag, EntryKind.SOLD, by=BOUTIQUE)
    world.registry.claim(world.bag, OWNER, CLAIM_KEY)
    world.record(world.bag, EntryKind.SERVICED, by=WORKSHOP)
    world.record(world.bag, EntryKind.AUTHENTICATED, by=HOUSE)
    world.settle()
    return world
