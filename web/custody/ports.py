"""What the site asks of the house about single pieces. `house_desk.py` and tests/fakes/pieces.py fill it in."""

from __future__ import annotations

from typing import Protocol

from mint.claims import ClaimPermit, ClaimStanding
from mint.ports import Signer
from mint.reports import ReportReason
from provenance_schemas.ids import Address, ItemId
from provenance_schemas.step_kinds import EntryKind


class PieceDesk(Protocol):
    """Brings signed wishes to the registry, and pays for them.

    Raises DeskUnavailableError, and DeskRefusedError when the registry refuses. A `wish` names what is asked: the
    same one again, as after a crash, is carried on and never done twice.
    """

    def claim_standing(self, item: ItemId, claim_key: Address) -> ClaimStanding:
        """Say whether a claim key can take a piece now. Changes nothing."""
        ...

    def claim(self, permit: ClaimPermit, wish: str) -> None:
        """Bring a claim, and wait until it is final and verified."""
        ...

    def report(self, item: ItemId, kind: EntryKind, reason: ReportReason, owner: Signer, wish: str) -> None:
        """Report a piece, or take its report back; done already is done."""
        ...

    def move(self, item: ItemId, to: Address, owner: Signer, wish: str) -> None:
        """Hand a piece over to another account."""
        ...
