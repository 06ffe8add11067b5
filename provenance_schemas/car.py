"""CAR version 1: a header that names roots, then blocks, each under its content id.

Read strictly: one spelling of the header, every block checked against its id, a limit on everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from provenance_schemas.content_id import CID_BYTES, ContentId
from provenance_schemas.dag_pb import BLOCK_MAX_BYTES
from provenance_schemas.errors import ContentError
from provenance_schemas.multiformat import VARINT_MAX_BYTES, read_varint, write_varint
from provenance_schemas.unixfs import Readable

ROOTS_MAX: Final = 23
"""What a one-byte CBOR array header counts; one is usual."""
CAR_MAX_BYTES: Final = 1024**3
_HEADER_MAX_BYTES: Final = 2048
_HEADER_START: Final = b"\xa2\x65roots"
_HEADER_END: Final = b"\x67version\x01"
_CID_TAG: Final = b"\xd8\x2a"


@dataclass(frozen=True, slots=True)
class Car:
    """A CAR being read."""

    roots: tuple[ContentId, ...]
    blocks: Iterator[tuple[ContentId, bytes]]
    """Once, in the order of the file; raises ContentError at the first block that is not what it says."""


def car_header(raw_roots: Sequence[bytes]) -> bytes:
    """Write the header over binary content ids, length prefix included: DAG-CBOR of one fixed shape."""
    if len(raw_roots) > ROOTS_MAX:
        raise ValueError(f"a CAR names at most {ROOTS_MAX} roots, got {len(raw_roots)}")
    roots = b"".join(_CID_TAG + _byte_string(b"\0" + raw) for raw in raw_roots)
    header = _HEADER_START + bytes([0x80 | len(raw_roots)]) + roots + _HEADER_END
    return write_varint(len(header)) + header


def _byte_string(content: bytes) -> bytes:
    """CBOR: the length in the first byte if it fits there, else in the next."""
    length = len(content)
    return (bytes([0x40 | length]) if length < 24 else bytes([0x58, length])) + content


def car_parts(roots: Sequence[ContentId], blocks: Iterable[tuple[ContentId, bytes]]) -> Iterator[bytes]:
    """Give a CAR piece by piece, the header first and then one piece a block."""
    yield car_header([root.raw for root in roots])
    for cid, block in blocks:
        yield car_section(cid, block)


def car_section(cid: ContentId, block: bytes) -> bytes:
    """Write one block as it stands in a CAR."""
    return write_varint(CID_BYTES + len(block)) + cid.raw + block


def write_car(out: BinaryIO, roots: Sequence[ContentId], blocks: Iterable[tuple[ContentId, bytes]]) -> int:
    """Write a whole CAR; return its length in bytes."""
    return sum(out.write(part) for part in car_parts(roots, blocks))


def read_car(stream: Readable, *, size_max_bytes: int = CAR_MAX_BYTES) -> Car:
    """Open a CAR. The header is read now, the blocks as they are asked for.

    Raises ContentError for another version or spelling, a block that does not match its id, a block over
    2 MiB, a file that ends inside a block, and more than `size_max_bytes` in all.
    """
    source = _Source(stream, size_max_bytes)
    length = source.varint()
    if length is None or length > _HEADER_MAX_BYTES:
        raise ContentError(f"CAR header of {length} bytes, expected 1 to {_HEADER_MAX_BYTES}")
    return Car(_roots(source.exactly(length)), _blocks(source))


def _roots(header: bytes) -> tuple[ContentId, ...]:
    at = len(_HEADER_START) + 1
    count = header[at - 1] & 0x7F if len(header) >= at else 0
    step = len(_CID_TAG + _byte_string(bytes(CID_BYTES + 1)))
    raw_roots = [header[at + step * index : at + step * (index + 1)][-CID_BYTES:] for index in range(count)]
    if count > ROOTS_MAX or car_header(raw_roots)[len(write_varint(len(header))) :] != header:
        raise ContentError("CAR header is not version 1 with CIDv1 roots")
    return tuple(ContentId.from_raw(raw) for raw in raw_roots)


def _blocks(source: _Source) -> Iterator[tuple[ContentId, bytes]]:
    while (length := source.varint()) is not None:
        if not CID_BYTES <= length <= CID_BYTES + BLOCK_MAX_BYTES:
            raise ContentError(f"CAR section of {length} bytes, expected {CID_BYTES} and a block up to 2 MiB")
        cid = ContentId.from_raw(source.exactly(CID_BYTES))
        block = source.exactly(length - CID_BYTES)
        if not cid.matches(block):
            raise ContentError(f"{cid}: the CAR holds other bytes under this id")
        yield cid, block


class _Source:
    """Counts what is taken from a stream."""

    def __init__(self, stream: Readable, size_max_bytes: int) -> None:
        self._stream = stream
        self._left = size_max_bytes
        self._size_max_bytes = size_max_bytes

    def exactly(self, length: int) -> bytes:
        if length > self._left:
            raise ContentError(f"CAR of more than {self._size_max_bytes} bytes")
        self._left -= length
        parts: list[bytes] = []
        while length and (part := self._stream.read(length)):
            parts.append(part)
            length -= len(part)
        if length:
            raise ContentError(f"CAR ends {length} bytes inside a section")
        return b"".join(parts)

    def varint(self) -> int | None:
        """Read a length; None when the stream ends before it."""
        raw = self._stream.read(1)
        if not raw:
            return None
        self._left -= 1
        while raw[-1] & 0x80 and len(raw) <= VARINT_MAX_BYTES:
            raw += self.exactly(1)
        return read_varint(raw, 0)[0]
