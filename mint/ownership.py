"""What only a piece's owner may ask for, and how the house asks when the piece is in stock."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from mint.desk import Desk
from mint.errors import InputError
from mint.limits import PERMIT_VALID_S
from mint.outbox import Intent, State
from mint.ports import Signer
from mint.signing import approve_for_stock, registry_data
from provenance_schemas.ids import Address, ItemId
from provenance_schemas.keccak import keccak256
from provenance_schemas.step_kinds import Status

RELAYER = "relayer"
STOCK = "stock"


@dataclass(frozen=True, slots=True)
class OnLedger:
    """What the registry says of one piece now, in the order of its `Item`."""

    owner: Address
    state: int
    batch_state: int
    batch_id: int
    index: int
    count: int
    registered_at: int
    stock_account: Address
    passports: bytes
    claim_root: bytes
    claim_key: Address

    @property
    def in_stock(self) -> bool:
        """Whether the brand still holds it."""
        return self.owner == self.stock_account

    @property
    def status(self) -> Status:
        """Its own status bits and its batch's."""
        return Status((self.state | self.batch_state) & 0x7F)


def on_ledger(desk: Desk, token_id: int) -> OnLedger:
    """Ask the registry about a piece. Raises RefusedError where there is none."""
    answer = desk.dispatch.ledger.call("ItemRegistry", desk.identity.registry.contract, "item", (token_id,))
    return OnLedger(*answer)


def deadline(desk: Desk) -> int:
    """Give until when a request signed now may be brought, by the ledger's own clock."""
    return desk.dispatch.ledger.latest_time_s() + PERMIT_VALID_S


def sign_as_owner(desk: Desk, item: OnLedger, request: bytes, owner: Signer | None) -> bytes:
    """Sign a request of a piece's owner: with his key, or for the stock account with its operator's.

    Raises InputError when neither can sign for whoever owns the piece.
    """
    registry = desk.identity.registry
    data = registry_data(registry.chain_id, registry.contract, request)
    if owner is not None:
        if owner.address != item.owner:
            raise InputError(f"the piece belongs to {item.owner}, the key given is that of {owner.address}")
        return owner.sign_hashed(data)
    if item.owner != desk.identity.stock_account:
        raise InputError(f"the piece belongs to {item.owner}; only that account's key can sign, give it with --key")
    operator = desk.dispatch.keys.signer(STOCK)
    return approve_for_stock(operator, registry.chain_id, item.owner, keccak256(data))


def relay(desk: Desk, what: str, token_id: int, build: Callable[[], bytes], wish: str = "") -> Intent:
    """Bring one signed request to the registry and wait until it is verified. The relayer pays.

    A `wish` is the caller's own name for it: the same one again, as after a kill -9, is carried on and never
    brought twice; one that was refused is built anew.
    """
    outbox = desk.dispatch.outbox
    key = f"{what}:{token_id}:{wish or secrets.token_hex(8)}"
    known = outbox.by_key(key)
    if known is None or known.state is State.FAILED:
        outbox.plan([desk.intent(key, what, RELAYER, build(), {"tokens": [str(token_id)]})])
    return desk.carry_out(key)[-1]


def item_of(desk: Desk, name: str) -> ItemId:
    """Find a piece of this registry by reference, token number or CAIP-19 name; sold ones too."""
    return desk.identity.item(desk.piece(name).token_id)
