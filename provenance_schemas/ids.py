"""Names of things: what a chain account, an item, a batch and a block are called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NewType

from provenance_schemas.errors import IdError
from provenance_schemas.keccak import keccak256

Address = NewType("Address", str)
"""An account, as an EIP-55 checksummed hex string."""

INDEX_BITS: Final = 32
BATCH_ID_MAX: Final = 2**64 - 1
_CAIP19: Final = re.compile(r"eip155:([1-9][0-9]{0,17})/erc721:(0x[0-9a-fA-F]{40})/(0|[1-9][0-9]{0,77})")
_ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{40}")


def address_of(raw: bytes) -> Address:
    """Name the account of 20 raw bytes, with the EIP-55 checksum."""
    if len(raw) != 20:
        raise IdError(f"an address is 20 bytes, got {len(raw)}")
    text = raw.hex()
    case = keccak256(text.encode()).hex()
    return Address("0x" + "".join(c.upper() if int(h, 16) > 7 else c for c, h in zip(text, case, strict=False)))


def parse_address(text: str) -> Address:
    """Read an address. All lower or all upper case is accepted, mixed case must carry a right EIP-55 checksum."""
    if not _ADDRESS.fullmatch(text):
        raise IdError(f"not an address: {text[:60]!r}; it is 0x and 40 hexadecimal digits")
    address = address_of(bytes.fromhex(text[2:]))
    if text[2:] not in {text[2:].lower(), text[2:].upper(), address[2:]}:
        raise IdError(f"address {text} has a wrong checksum (EIP-55); one character is mistyped")
    return address


def address_bytes(address: Address) -> bytes:
    """Give the 20 raw bytes of an address."""
    return bytes.fromhex(address[2:])


@dataclass(frozen=True, slots=True)
class BatchId:
    """One registration: a non-zero 64-bit number that the registrar draws at random."""

    chain_id: int
    contract: Address
    batch: int

    def __post_init__(self) -> None:
        if not 0 < self.batch <= BATCH_ID_MAX:
            raise IdError(f"a batch id is 1 to 2^64-1, got {self.batch}")

    def item(self, index: int) -> ItemId:
        """Name the piece at `index` (from 0) of this batch."""
        if not 0 <= index < 2**INDEX_BITS:
            raise IdError(f"an index is 0 to 2^32-1, got {index}")
        return ItemId(self.chain_id, self.contract, self.batch << INDEX_BITS | index)

    def __str__(self) -> str:
        return f"eip155:{self.chain_id}/erc721:{self.contract}/batch:{self.batch}"


@dataclass(frozen=True, slots=True)
class ItemId:
    """Where one item is recorded: chain, contract, token. Its text form is CAIP-19."""

    chain_id: int
    contract: Address
    token_id: int

    def __post_init__(self) -> None:
        if not 0 < self.token_id >> INDEX_BITS <= BATCH_ID_MAX:
            raise IdError(f"token {self.token_id} belongs to no batch: it is batch id << 32 | index")

    @property
    def batch(self) -> BatchId:
        """The registration this item belongs to."""
        return BatchId(self.chain_id, self.contract, self.token_id >> INDEX_BITS)

    @property
    def index(self) -> int:
        """Position in its batch, from 0."""
        return self.token_id & 0xFFFFFFFF

    @classmethod
    def parse(cls, text: str) -> ItemId:
        """Read `eip155:<chain>/erc721:<address>/<token>`."""
        match = _CAIP19.fullmatch(text)
        if not match:
            raise IdError(f"not a CAIP-19 item id: {text[:120]!r}")
        return cls(int(match[1]), parse_address(match[2]), int(match[3]))

    def __str__(self) -> str:
        return f"eip155:{self.chain_id}/erc721:{self.contract}/{self.token_id}"


@dataclass(frozen=True, slots=True)
class BlockRef:
    """A block we read at. Every positive fact of one verification is read at the same one."""

    number: int
    hash: bytes
    mined_at: datetime

    @classmethod
    def at(cls, number: int, block_hash: bytes, timestamp_s: int) -> BlockRef:
        """Build from a header's fields; `timestamp_s` is in Unix seconds."""
        return cls(number, block_hash, datetime.fromtimestamp(timestamp_s, UTC))
