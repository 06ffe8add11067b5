"""Custody without a house: a desk that writes into the fake registry, under the contract's own rules."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from loyalty.adapters.sql_database import Database
from mint.claims import ClaimPermit, ClaimStanding
from mint.errors import HouseMissingError
from mint.house import House
from mint.ports import Signer
from mint.reports import ReportReason
from provenance_schemas.claim_codes import ClaimCode
from provenance_schemas.ids import Address, ItemId
from provenance_schemas.step_kinds import EntryKind, Status
from tests.fakes.world import BOUTIQUE, World
from verifier.history import ItemWords
from web.custody.acts import Custody, claim_key_of
from web.custody.errors import ActRefusal, DeskRefusedError, DeskUnavailableError
from web.custody.holdings import Holdings
from web.custody.keys import CustodyKeys
from web.jobs.queue import Jobs

MASTER = bytes(range(32))
_REFUSED = {
    ClaimStanding.NOT_SOLD: ActRefusal.NOT_SOLD,
    ClaimStanding.USED: ActRefusal.USED,
    ClaimStanding.STOLEN: ActRefusal.STOLEN,
    ClaimStanding.WRONG_KEY: ActRefusal.WRONG_CODE,
}


@dataclass
class FakeDesk:
    """PieceDesk over a world. `reachable` is the switch of its ledger."""

    world: World
    keys: dict[int, Address] = field(default_factory=dict)
    """The claim key in force, by token."""
    reachable: bool = True
    wishes: list[str] = field(default_factory=list)
    """Everything that reached the ledger."""

    def give_card(self, item: ItemId) -> ClaimCode:
        """Draw the card of a piece."""
        code = ClaimCode.new()
        self.keys[item.token_id] = claim_key_of(code, self.world.brand.registry, item)
        return code

    def claim_standing(self, item: ItemId, claim_key: Address) -> ClaimStanding:
        status = self._words(item).status
        if not status & Status.SOLD:
            return ClaimStanding.NOT_SOLD
        if status & Status.CLAIMED:
            return ClaimStanding.USED
        if status & Status.STOLEN:
            return ClaimStanding.STOLEN
        return ClaimStanding.OPEN if self.keys.get(item.token_id) == claim_key else ClaimStanding.WRONG_KEY

    def claim(self, permit: ClaimPermit, wish: str) -> None:
        item = self._item(permit.token_id)
        if self._words(item).owner == permit.to:
            return
        standing = self.claim_standing(item, permit.claim_key)
        if standing is not ClaimStanding.OPEN:
            raise DeskRefusedError(_REFUSED[standing])
        self.world.registry.claim(item, permit.to, permit.claim_key)
        self._end(wish)

    def report(self, item: ItemId, kind: EntryKind, reason: ReportReason, owner: Signer, wish: str) -> None:
        self._require(item, owner)
        self.world.registry.report(item, kind, int(reason))
        self._end(wish)

    def move(self, item: ItemId, to: Address, owner: Signer, wish: str) -> None:
        if self._words(item).owner == to:
            return
        self._require(item, owner)
        if self._words(item).status & Status.STOLEN:
            raise DeskRefusedError(ActRefusal.STOLEN)
        self.world.registry.transfer(item, to)
        self._end(wish)

    def _require(self, item: ItemId, owner: Signer) -> None:
        if self._words(item).owner != owner.address:
            raise DeskRefusedError(ActRefusal.NOT_HELD)

    def _words(self, item: ItemId) -> ItemWords:
        if not self.reachable:
            raise DeskUnavailableError("switched off")
        words = self.world.registry.words(item, self.world.registry.tip)
        if words is None:
            raise DeskRefusedError(ActRefusal.UNKNOWN_PIECE)
        return words

    def _item(self, token_id: int) -> ItemId:
        registry = self.world.brand.registry
        return ItemId(registry.chain_id, registry.contract, token_id)

    def _end(self, wish: str) -> None:
        self.wishes.append(wish)
        self.world.settle()


def some_custody(database: Database, clock=None) -> Custody:
    """Make a custody over a database, with a key that is no secret."""
    jobs = Jobs(database, clock) if clock is not None else Jobs(database)
    return Custody(Holdings(database), jobs, CustodyKeys(MASTER, Path("custody.key")))


def some_sold_piece(world: World, batch: int = 501) -> ItemId:
    """Register a piece and sell it; nobody has claimed it yet."""
    (item,) = world.register(batch)
    world.record(item, EntryKind.SOLD, by=BOUTIQUE)
    world.settle()
    return item


def no_house() -> House:
    """Stand for a house that is not on this machine."""
    raise HouseMissingError(Path(tempfile.gettempdir()) / "no-house")
