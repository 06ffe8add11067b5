"""Claim codes: the secret on the card in the box, the key it opens, and the tree that commits to all keys.

    claim code -> HKDF-SHA256 -> secp256k1 claim key -> its address -> leaf -> claimRoot of the batch

tests/vectors/claim_codes.json holds Python, Solidity and JavaScript to the same bytes.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from coincurve import PrivateKey

from provenance_schemas import crockford
from provenance_schemas.errors import ClaimCodeError
from provenance_schemas.ids import Address, address_bytes, address_of
from provenance_schemas.keccak import keccak256

CODE_BYTES: Final = 16
CODE_LENGTH: Final = 27
"""26 characters for 128 bits, and a check character."""
CLAIM_LEAVES_MAX: Final = 4096
"""A batch holds at most so many pieces."""

_INFO_TAG: Final = b"assay/claim/1"
_CURVE_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_WIDE_BYTES: Final = 48


@dataclass(frozen=True, slots=True)
class ClaimCode:
    """128 random bits. Whoever knows them can claim the piece once it is sold."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != CODE_BYTES:
            raise ClaimCodeError(f"a claim code is {CODE_BYTES} bytes, got {len(self.secret)}")

    @classmethod
    def new(cls) -> ClaimCode:
        """Draw a code."""
        return cls(secrets.token_bytes(CODE_BYTES))

    @classmethod
    def parse(cls, typed: str) -> ClaimCode:
        """Read a typed code: any case, spaces and dashes, O for 0, I and L for 1.

        Raises ClaimCodeError that says how many characters there are, or which one cannot be.
        """
        if len(typed) > 4 * CODE_LENGTH:
            raise ClaimCodeError(f"a claim code has {CODE_LENGTH} characters, got {len(typed)}")
        plain = crockford.normalise(typed)
        at = plain.stranger
        if at is not None:
            raise ClaimCodeError(f"{typed[at]!r} is never part of a claim code (at character {at + 1})")
        if len(plain.symbols) != CODE_LENGTH:
            raise ClaimCodeError(f"a claim code has {CODE_LENGTH} characters, got {len(plain.symbols)}")
        if not crockford.is_checked(plain.symbols):
            raise ClaimCodeError("a character of the claim code is mistyped: its check character is wrong")
        number = crockford.decode(plain.symbols[:-1])
        if number >> 8 * CODE_BYTES:
            # 26 characters hold 130 bits. One code, one spelling.
            raise ClaimCodeError(f"a claim code begins with 0 to 7 (at character {plain.offsets[0] + 1})")
        return cls(number.to_bytes(CODE_BYTES))

    @property
    def symbols(self) -> str:
        """The 27 characters without separators, as a QR code carries them."""
        body = crockford.encode(int.from_bytes(self.secret), CODE_LENGTH - 1)
        return body + crockford.check_character(body)

    @property
    def groups(self) -> tuple[str, ...]:
        """The characters in nine groups of 3, for printing and typing."""
        return tuple(crockford.in_groups(self.symbols, 3).split())


def claim_key(code: ClaimCode, chain_id: int, contract: Address, token_id: int) -> bytes:
    """Derive the secp256k1 claim key of one piece; 32 bytes.

    HKDF-SHA256 (RFC 5869) of the 16 bytes of the code, without salt, 48 bytes long, with
    info = "assay/claim/1" (13 bytes) | chainId (32) | contract (20) | tokenId (32), numbers big-endian.
    key = those 48 bytes as a big-endian number mod (n - 1), plus 1, with n the order of the curve:
    every key is valid and its bias, 2^-128, cannot be measured (FIPS 186-5, A.2.1).
    """
    info = _INFO_TAG + chain_id.to_bytes(32) + address_bytes(contract) + token_id.to_bytes(32)
    wide = int.from_bytes(_hkdf_sha256(code.secret, info, _WIDE_BYTES))
    return (wide % (_CURVE_ORDER - 1) + 1).to_bytes(32)


def claim_key_address(key: bytes) -> Address:
    """Name the account of a claim key: what the tree's leaf and the contract know it by."""
    public = PrivateKey(key).public_key.format(compressed=False)
    return address_of(keccak256(public[1:])[12:])


def claim_leaf(token_id: int, address: Address) -> bytes:
    """Hash one leaf: keccak256(keccak256(abi.encode(tokenId, address))); 32 bytes.

    Hashed twice, so that the 64 bytes of an inner node are never a leaf's.
    """
    return keccak256(keccak256(token_id.to_bytes(32) + address_bytes(address).rjust(32, b"\0")))


def claim_tree(leaves: Sequence[bytes]) -> tuple[bytes, list[tuple[bytes, ...]]]:
    """Build the Merkle tree of 1 to 4,096 different leaves: its root, and a proof for each, in their order.

    Pairs are hashed sorted, leaves sorted too, in the layout of OpenZeppelin's StandardMerkleTree, so
    `MerkleProof.verify` accepts the proofs and its JavaScript library builds the same root.
    Raises ValueError for none, too many, or two equal leaves.
    """
    count = len(leaves)
    if not 1 <= count <= CLAIM_LEAVES_MAX:
        raise ValueError(f"a claim tree has 1 to {CLAIM_LEAVES_MAX} leaves, got {count}")
    places = {leaf: 2 * count - 2 - rank for rank, leaf in enumerate(sorted(leaves))}
    if len(places) < count:
        raise ValueError(f"{count - len(places)} of {count} claim leaves are given twice")
    nodes = [b""] * (2 * count - 1)
    for leaf, place in places.items():
        nodes[place] = leaf
    for place in reversed(range(count - 1)):
        nodes[place] = _hash_pair(nodes[2 * place + 1], nodes[2 * place + 2])
    return nodes[0], [_proof(nodes, places[leaf]) for leaf in leaves]


def opens_root(root: bytes, leaf: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether `proof` leads from `leaf` to `root`, as the contract would."""
    for sibling in proof:
        leaf = _hash_pair(leaf, sibling)
    return leaf == root


def _proof(nodes: Sequence[bytes], place: int) -> tuple[bytes, ...]:
    siblings = []
    while place:
        siblings.append(nodes[place + 1 if place % 2 else place - 1])
        place = (place - 1) // 2
    return tuple(siblings)


def _hash_pair(a: bytes, b: bytes) -> bytes:
    return keccak256(a + b if a < b else b + a)


def _hkdf_sha256(secret: bytes, info: bytes, length: int) -> bytes:
    """Extract without salt, then expand (RFC 5869)."""
    extracted = hmac.digest(bytes(32), secret, hashlib.sha256)
    block, expanded = b"", b""
    for counter in range(1, -(-length // 32) + 1):
        block = hmac.digest(extracted, block + info + bytes([counter]), hashlib.sha256)
        expanded += block
    return expanded[:length]
