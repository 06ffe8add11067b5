"""Claims: a buyer takes a sold piece with the code from its card; the house renews a card while in stock."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import StrEnum, unique

from coincurve import PrivateKey

from mint.book import Piece
from mint.desk import Desk
from mint.errors import NotClaimableError
from mint.outbox import Intent
from mint.ownership import deadline, on_ledger, relay
from mint.signing import claim_request, registry_digest
from provenance_schemas.claim_codes import ClaimCode, claim_key, claim_key_address, claim_leaf, claim_tree
from provenance_schemas.ids import Address, ItemId
from provenance_schemas.step_kinds import Status
from verifier.policies import CLI
from verifier.trust import Registry


@dataclass(frozen=True, slots=True)
class ClaimPermit:
    """A claim key's signature for one piece and one account. It holds no code: whoever reads it can only bring it."""

    token_id: int
    to: Address
    claim_key: Address
    deadline_s: int
    """Unix seconds, by the ledger's clock."""
    signature: bytes


@unique
class ClaimStanding(StrEnum):
    """Whether a claim key can take a piece now. Append only."""

    OPEN = "open"
    NOT_SOLD = "not_sold"
    USED = "used"
    """The piece has left the stock: its card was used, or it was handed over without one."""
    STOLEN = "stolen"
    WRONG_KEY = "wrong_key"


def claim(desk: Desk, code: ClaimCode, label: str, to: Address) -> Intent:
    """Hand a sold piece to `to`, as the code on its card allows.

    1. The label names the piece, found and verified as any stranger would.
    2. The code's key signs for `to`.
    3. The relayer brings it, with the proof that the key stands in the batch's tree or was set later.

    Raises NotClaimableError for a label of no piece of ours, RefusedError for a wrong code, a piece that is not
    sold yet, or a card that was used.
    """
    with desk.writing():
        token_id = _piece_of_label(desk, label).token_id
        permit = sign_claim(code, desk.identity.registry, token_id, to, deadline(desk))
        return claim_with_permit(desk, permit)


def sign_claim(code: ClaimCode, registry: Registry, token_id: int, to: Address, deadline_s: int) -> ClaimPermit:
    """Sign a claim with the key that a code opens. Asks nobody; the code is not needed any more."""
    key = claim_key(code, registry.chain_id, registry.contract, token_id)
    digest = registry_digest(registry.chain_id, registry.contract, claim_request(token_id, to, deadline_s))
    return ClaimPermit(token_id, to, claim_key_address(key), deadline_s, _sign(key, digest))


def claim_with_permit(desk: Desk, permit: ClaimPermit, *, wish: str = "") -> Intent:
    """Bring a claim that was signed before; `wish` as in `relay`.

    Raises UnknownPieceError, and RefusedError as `claim` does, also when the permit is too old.
    """
    with desk.writing():
        piece = desk.piece(str(permit.token_id))

        def call() -> bytes:
            proof = _proof(desk, piece, permit.claim_key)
            wanted = (permit.token_id, permit.to, permit.claim_key, proof, permit.deadline_s, permit.signature)
            return desk.registry_call("claim", *wanted)

        return relay(desk, "claim", permit.token_id, call, wish)


def claim_standing(desk: Desk, token_id: int, key: Address) -> ClaimStanding:
    """Say whether a claim key can take a piece now, before anything is signed.

    Raises UnknownPieceError, LedgerUnavailableError.
    """
    piece, item = desk.piece(str(token_id)), on_ledger(desk, token_id)
    if not item.status & Status.SOLD:
        return ClaimStanding.NOT_SOLD
    if item.status & Status.CLAIMED or not item.in_stock:
        return ClaimStanding.USED
    if item.status & Status.STOLEN:
        return ClaimStanding.STOLEN
    if int(item.claim_key, 16):
        right = item.claim_key == key
    else:
        right = desk.book.leaf_addresses(piece.batch_id)[piece.index] == key
    return ClaimStanding.OPEN if right else ClaimStanding.WRONG_KEY


def renew_claim_key(desk: Desk, name: str) -> Intent:
    """Set a new claim key for a piece in stock: its card is lost, or it came back. The old card is dead for ever."""
    with desk.writing():
        piece = desk.piece(name)
        registry = desk.identity.registry
        code = ClaimCode.new()
        key = claim_key(code, registry.chain_id, registry.contract, piece.token_id)
        address = claim_key_address(key)
        calldata = desk.registry_call("setClaimKey", piece.token_id, address)
        intent_key = f"claim_key:{piece.token_id}:{secrets.token_hex(8)}"
        payload: dict[str, object] = {"tokens": [str(piece.token_id)]}
        with desk.book.database.transaction():
            new = desk.intent(intent_key, "claim_key", "registrar", calldata, payload)
            (intent,) = desk.dispatch.outbox.plan([new])
            desk.book.add_claim_key(intent.id, piece.token_id, address, code)
        return desk.carry_out(intent_key)[0]


def _piece_of_label(desk: Desk, label: str) -> Piece:
    found = desk.reader().verifier.verify_label(label, CLI).evidence.item
    piece = desk.book.piece_of_token(found.token_id) if isinstance(found, ItemId) else None
    if piece is None:
        raise NotClaimableError("this label names no piece of this house that can be found now; nothing was sent")
    return piece


def _proof(desk: Desk, piece: Piece, address: Address) -> list[bytes]:
    """Prove the key's place in the batch's tree; a key that was set later needs no proof."""
    if int(on_ledger(desk, piece.token_id).claim_key, 16):
        return []
    pieces = desk.book.pieces_of_batch(piece.batch_id)
    leaves = [
        claim_leaf(one.token_id, leaf)
        for one, leaf in zip(pieces, desk.book.leaf_addresses(piece.batch_id), strict=True)
    ]
    leaf = claim_leaf(piece.token_id, address)
    if leaf not in leaves:
        return []  # a wrong code: the registry says so better than we could
    return list(claim_tree(leaves)[1][leaves.index(leaf)])


def _sign(key: bytes, digest: bytes) -> bytes:
    signature = PrivateKey(key).sign_recoverable(digest, hasher=None)
    return bytes(signature[:64]) + bytes([27 + signature[64]])
