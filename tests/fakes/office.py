"""A house's records without a ledger: a book with pieces, labels, cards and actors."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from mint.book import Actor, Book, NewPiece
from mint.database import HouseDatabase
from mint.errors import HouseMissingError
from mint.identity import Identity, Maker
from mint.lock import FolderLock
from mint.outbox import NewIntent, Outbox
from mint.records import Records
from provenance_schemas.claim_codes import ClaimCode
from provenance_schemas.ids import Address, ItemId
from provenance_schemas.labels import new_serial
from provenance_schemas.roles import ROLE_KINDS, Role
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.world import BOUTIQUE, HOUSE, MAKER, World

GTIN = "09521321000018"
_CLAIM_ADDRESS = Address("0x70997970C51812dc3A010C7d01b50e0d17dc79C8")


def no_records() -> Records:
    """Open the records of a site that has no house."""
    raise HouseMissingError(Path("nowhere"))


@dataclass
class FakeOffice:
    """The records of a fake world's brand, in a folder that ends with the test run."""

    world: World
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="assay-office-")))
    readable: bool = True
    """The switch of its disk."""
    _records: Records | None = None

    def open(self) -> Records:
        """Open them, as `Records.open` does."""
        if not self.readable:
            raise HouseMissingError(self.folder)
        if self._records is None:
            database = HouseDatabase(self.folder / "house.sqlite3")
            self._records = Records(self.identity, Book(database), Outbox(database), FolderLock(self.folder))
            self._add_actors(self._records)
        return self._records

    @property
    def identity(self) -> Identity:
        """Who the brand is, as its house would say."""
        brand = self.world.brand
        maker = Maker(brand.name, "https://maison.example/", brand.hosts, ("0952132",))
        return Identity(maker, brand.registry, _CLAIM_ADDRESS, {"guardian": HOUSE})

    def add(
        self, reference: str, item: ItemId, *, name: str = "Aurore 25, noir", confirmed: bool = True, serial: str = ""
    ) -> None:
        """Write a piece down; its registration is under way unless it is confirmed."""
        records, serial = self.open(), serial or new_serial()
        piece = NewPiece(reference, item.token_id, GTIN, name, bytes(32), _CLAIM_ADDRESS, serial, ClaimCode.new())
        with records.book.database.transaction():
            intent = self._plan(records, f"register:{reference}")
            records.book.add_pieces(intent, [piece])
            if confirmed:
                records.book.database.execute("UPDATE intent SET state = 'confirmed' WHERE id = ?", (intent,))

    def _add_actors(self, records: Records) -> None:
        with records.book.database.transaction():
            intent = self._plan(records, "actors")
            records.book.database.execute("UPDATE intent SET state = 'confirmed' WHERE id = ?", (intent,))
            maker = Actor("house", MAKER, "brand", "Maison Éclat", ROLE_KINDS[Role.MAKER], "house")
            shop = Actor("boutique", BOUTIQUE, "boutique", "Maison Éclat, Ginza", ROLE_KINDS[Role.BOUTIQUE], "shop")
            away = Actor("expert", HOUSE, "expert", "Expertises SA", frozenset({EntryKind.AUTHENTICATED}), None)
            for actor in (maker, shop, away):
                records.book.add_actor(intent, actor)

    def _plan(self, records: Records, key: str) -> int:
        (intent,) = records.outbox.plan([NewIntent(key, key, "register", "registrar", None, b"")])
        return intent.id
