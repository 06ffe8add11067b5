"""Move a piece to another account, as its owner signed."""

from __future__ import annotations

from mint.desk import Desk
from mint.outbox import Intent
from mint.ownership import deadline, on_ledger, relay, sign_as_owner
from mint.ports import Signer
from mint.signing import transfer_request
from provenance_schemas.ids import Address


def transfer(desk: Desk, name: str, to: Address, owner: Signer | None = None, *, wish: str = "") -> Intent:
    """Move a piece; without a key, out of the house's own stock. `wish` as in `relay`.

    Raises InputError when nobody here can sign for the owner, RefusedError, as for a stolen piece.
    """
    with desk.writing():
        token_id = desk.piece(name).token_id

        def call() -> bytes:
            item, until_s = on_ledger(desk, token_id), deadline(desk)
            request = transfer_request(token_id, to, item.state, until_s)
            signature = sign_as_owner(desk, item, request, owner)
            return desk.registry_call("transferWithPermit", token_id, to, item.state, until_s, signature)

        return relay(desk, "transfer", token_id, call, wish)
