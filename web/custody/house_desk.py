"""The real desk: a house on this machine, and the ledger behind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from mint.claims import ClaimPermit, ClaimStanding, claim_standing, claim_with_permit
from mint.errors import FailedTransactionError, InputError, MintError, RefusedError, UnknownPieceError
from mint.house import House
from mint.ownership import on_ledger
from mint.ports import Signer
from mint.reports import ReportReason, report
from mint.transfers import transfer
from provenance_schemas.ids import Address, ItemId
from provenance_schemas.step_kinds import EntryKind, Status
from web.custody.door import HouseDoor
from web.custody.errors import ActRefusal, DeskRefusedError, DeskUnavailableError

_AWAY: Final = 3
_UNCHANGED: Final = "ItemRegistryReportUnchanged"
_NOT_CLAIMABLE: Final = "ItemRegistryNotClaimable"
_OUTRUN: Final = frozenset({"ItemRegistryStateChanged"})
"""The piece's history grew between signing and the block: signed again, it goes through."""
_REFUSALS: Final = {
    "ItemRegistryStolen": ActRefusal.STOLEN,
    "ItemRegistryNotInStock": ActRefusal.USED,
    "ItemRegistryClaimKeyWrong": ActRefusal.WRONG_CODE,
    "ItemRegistryDeadlinePassed": ActRefusal.TOO_LATE,
    "ItemRegistrySignatureInvalid": ActRefusal.NOT_HELD,
    "ItemRegistryNotOwner": ActRefusal.NOT_HELD,
    "ERC721NonexistentToken": ActRefusal.UNKNOWN_PIECE,
}


class HouseDesk:
    """PieceDesk over a house."""

    def __init__(self, door: HouseDoor) -> None:
        self._door = door

    def claim_standing(self, item: ItemId, claim_key: Address) -> ClaimStanding:
        """Say whether a claim key can take a piece now."""
        with self._house() as house:
            return claim_standing(house, item.token_id, claim_key)

    def claim(self, permit: ClaimPermit, wish: str) -> None:
        """Bring a claim; a piece that is at its address already was claimed before."""
        with self._house() as house:
            try:
                claim_with_permit(house, permit, wish=wish)
            except RefusedError:
                if on_ledger(house, permit.token_id).owner != permit.to:
                    raise

    def report(self, item: ItemId, kind: EntryKind, reason: ReportReason, owner: Signer, wish: str) -> None:
        """Report a piece, or take its report back."""
        with self._house() as house:
            try:
                report(house, str(item.token_id), kind, reason, owner, wish=wish)
            except RefusedError as error:
                if error.error != _UNCHANGED:
                    raise

    def move(self, item: ItemId, to: Address, owner: Signer, wish: str) -> None:
        """Hand a piece over; one that is there already was handed over before."""
        with self._house() as house:
            try:
                transfer(house, str(item.token_id), to, owner, wish=wish)
            except (RefusedError, InputError):
                if on_ledger(house, item.token_id).owner != to:
                    raise

    @contextmanager
    def _house(self) -> Iterator[House]:
        """Open the house for one act; what it raises becomes ours, and our own faults fly on."""
        try:
            yield self._door.open()
        except RefusedError as error:
            if error.error in _OUTRUN:
                raise DeskUnavailableError(f"the piece changed meanwhile: {error.error}") from error
            raise DeskRefusedError(refusal_of(error), error.error) from error
        except FailedTransactionError as error:
            raise DeskUnavailableError("the transaction failed in its block; it is made anew") from error
        except UnknownPieceError as error:
            raise DeskRefusedError(ActRefusal.UNKNOWN_PIECE) from error
        except InputError as error:
            raise DeskRefusedError(ActRefusal.NOT_HELD, type(error).__name__) from error
        except MintError as error:
            if error.exit_code != _AWAY:
                raise
            self._door.close()
            raise DeskUnavailableError(f"the house does not answer: {type(error).__name__}") from error


def refusal_of(error: RefusedError) -> ActRefusal:
    """Say what a refusal of the registry means for the person who asked."""
    if error.error == _NOT_CLAIMABLE and len(error.arguments) > 1:
        is_sold = int(str(error.arguments[1])) & Status.SOLD
        return ActRefusal.USED if is_sold else ActRefusal.NOT_SOLD
    return _REFUSALS.get(error.error, ActRefusal.OTHER)
