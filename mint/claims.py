"""Claims: a buyer takes a sold piece with the code from its card; the house renews a card while in stock."""

from __future__ import annotations

import secrets

from coincurve import PrivateKey

from mint.book import Piece
from mint.desk import Desk
from mint.errors import NotClaimableError
from mint.outbox import Intent
from mint.ownership import deadline, on_ledger, relay
from mint.signing import claim_request, registry_digest
from provenance_schemas.claim_codes import ClaimCode, claim_key, claim_key_address, claim_leaf, claim_tree
from provenance_schemas.ids import Address, ItemId
from verifier.policies import CLI


def claim(desk: Desk, code: ClaimCode, label: str, to: Address) -> Intent:
    """Hand a sold piece to `to`, as the code on its card allows.

    1. The label names the piece, found and verified as any stranger would.
    2. The code's key signs for `to`, and proves that it stands in the batch's tree or was set later.
    3. The relayer brings it.

    Raises NotClaimableError for a label of no piece of ours, RefusedError for a wrong code, a piece that is not
    sold yet, or a card that was used.
    """
    with desk.writing():
        piece = _piece_of_label(desk, label)
        registry = desk.identity.registry
        key = claim_key(code, registry.chain_id, registry.contract, piece.token_id)
        address = claim_key_address(key)

        def call() -> bytes:
            until_s = deadline(desk)
            request = claim_request(piece.token_id, to, until_s)
            signature = _sign(key, registry_digest(registry.chain_id, registry.contract, request))
            proof = _proof(desk, piece, address)
            return desk.registry_call("claim", piece.token_id, to, address, proof, until_s, signature)

        return relay(desk, "claim", piece.token_id, call)


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
