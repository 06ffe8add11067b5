"""Folding: how one word on chain commits to a complete history.

Source: `ItemRegistry`, contract section "Folding"; tests/vectors/folding.json holds both to the same bytes.
A word is head 216 | length 32 | status 8. A meta is actor 160 | kind 32 | time 64.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from provenance_schemas.ids import Address, address_bytes, address_of
from provenance_schemas.keccak import keccak256
from provenance_schemas.step_kinds import next_status

_LENGTH_MAX: Final = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Meta:
    """Who, what and when, as the contract packs it."""

    actor: Address
    kind: int
    time_s: int
    """The block's timestamp, Unix seconds."""

    @property
    def word(self) -> int:
        """Actor 160 | kind 32 | time 64."""
        return int.from_bytes(address_bytes(self.actor)) << 96 | self.kind << 64 | self.time_s

    @classmethod
    def of(cls, word: int) -> Meta:
        """Unpack a 256-bit word."""
        return cls(address_of((word >> 96).to_bytes(20)), word >> 64 & 0xFFFFFFFF, word & 0xFFFFFFFFFFFFFFFF)


def fold(word: int, batch_word: int, digest: bytes, meta: int) -> int:
    """Advance one history word as the contract does.

    All words are unsigned 256-bit; `digest` is 32 bytes. A batch entry passes its own word twice.
    Raises ValueError when the length is used up, OverflowError when a word does not fit 256 bits.
    """
    if len(digest) != 32:
        raise ValueError(f"a digest is 32 bytes, got {len(digest)}")
    length = (word >> 8 & _LENGTH_MAX) + 1
    if length > _LENGTH_MAX:
        raise ValueError("a history holds at most 2^32-1 entries")
    image = word.to_bytes(32) + batch_word.to_bytes(32) + digest + meta.to_bytes(32)
    head = int.from_bytes(keccak256(image)) >> 40
    return head << 40 | length << 8 | next_status(word & 0xFF, meta >> 64 & 0xFFFFFFFF)


def word_length(word: int) -> int:
    """Number of entries folded into `word`."""
    return word >> 8 & _LENGTH_MAX


def word_status(word: int) -> int:
    """The status byte of `word`."""
    return word & 0xFF


def _encode(*values: int | str | bytes) -> bytes:
    words = []
    for value in values:
        if isinstance(value, int):
            words.append(value.to_bytes(32))
        elif isinstance(value, str):
            words.append(address_bytes(Address(value)).rjust(32, b"\0"))
        else:
            words.append(value.ljust(32, b"\0"))
    return b"".join(words)


def registration_digest(
    chain_id: int,
    contract: Address,
    batch_id: int,
    count: int,
    stock_account: Address,
    passports: bytes,
    claim_root: bytes,
) -> bytes:
    """Digest of a batch's entry 1: keccak256(abi.encode(...)) of its registration."""
    return keccak256(_encode(chain_id, contract, batch_id, count, stock_account, passports, claim_root))


def transfer_digest(from_: Address, to: Address) -> bytes:
    """Digest of a transfer entry."""
    return keccak256(_encode(from_, to))


def claim_digest(from_: Address, to: Address, claim_key: Address) -> bytes:
    """Digest of a claim entry."""
    return keccak256(_encode(from_, to, claim_key))


def claim_key_digest(claim_key: Address) -> bytes:
    """Digest of a set-claim-key entry: the key itself, left-padded."""
    return _encode(claim_key)


def report_digest(reason: int) -> bytes:
    """Digest of a stolen, lost or withdrawn entry: the reason code as a word."""
    return _encode(reason)


def void_digest(entry: int, document: bytes) -> bytes:
    """Digest of a voiding entry: which entry of the same lane, and the document that says why."""
    return keccak256(_encode(entry, document))


def issuance_registration(word: int, batch_word: int, batch_id: int, meta: int) -> int:
    """Advance the registry-wide issuance word by one registration; `batch_word` is the batch's first word."""
    return fold(word, batch_word, _encode(batch_id), meta)


def issuance_label_replaced(word: int, item_word: int, token_id: int, document: bytes, meta: int) -> int:
    """Advance the issuance word by one replaced label; `item_word` is the item's word after that step."""
    return fold(word, item_word, keccak256(_encode(token_id, document)), meta)
