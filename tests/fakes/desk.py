"""The write side on fakes: everything but the house's database is in memory."""

from __future__ import annotations

from pathlib import Path

from mint.database import HouseDatabase
from mint.dispatch import Clock, Dispatch, Store, Terms
from mint.identity import Identity, Maker
from mint.outbox import NewIntent, Outbox
from provenance_schemas.content_id import ContentId
from provenance_schemas.ids import Address
from tests.fakes.ledger import FakeLedger, FakeTime
from tests.fakes.signer import FakeKeyRing
from tests.fakes.store import MemoryStore
from verifier.trust import Registry

CONTRACT = Address("0x5FbDB2315678afecb367f032d93F642f64180aa3")
STOCK = Address("0x70997970C51812dc3A010C7d01b50e0d17dc79C8")
MAKER = Maker("Maison Éclat", "https://maison.example/", ("id.maison.example",), ("0952132",))
IDENTITY = Identity(MAKER, Registry(31337, CONTRACT, bytes(32), 1, bytes(32)), STOCK, {})


def some_dispatch(
    folder: Path,
    *,
    ledger: FakeLedger | None = None,
    store: MemoryStore | None = None,
    database: HouseDatabase | None = None,
    **terms,
) -> Dispatch:
    """Put a dispatch together; the same folder again is the same house after a restart."""
    time = FakeTime()
    memory = store or MemoryStore()
    return Dispatch(
        Outbox(database or HouseDatabase(folder / "house.sqlite3")),
        ledger or FakeLedger(),
        FakeKeyRing(),
        (Store(memory, memory),),
        31337,
        terms=Terms(**terms),
        clock=Clock(time.now_s, time.pause),
    )


def some_intent(name: str = "one", **changes) -> NewIntent:
    """Make an intent with one document."""
    document = f'{{"document":"{name}"}}'.encode()
    fields = {
        "key": name,
        "job": "job",
        "what": "step",
        "sender": "house",
        "target": CONTRACT,
        "calldata": name.encode(),
        "drafts": [(ContentId.of(document), document)],
    }
    return NewIntent(**fields | changes)
