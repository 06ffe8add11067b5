"""A page that is the same for many visitors but for one token: printed once, compressed once.

The token stands in the compressed page as a stored block, so it has to be neither printed nor compressed. What comes
after it was compressed as if it knew what came before it: a reference never points into the token's place, for what
stands there in the dictionary are bytes that no text has.
"""

from __future__ import annotations

import secrets
import zlib
from typing import Final

from web.scan.scan_tokens import LENGTH

MARK: Final = "".join(secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(LENGTH))
"""Printed in the token's place; nobody outside this process knows it, so no document can hold it."""
_LEVEL: Final = 9
_WINDOW: Final = 32_768
_NEVER_TEXT: Final = b"\xff" * LENGTH
_GZIP_HEADER: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
_STORED: Final = b"\x00" + LENGTH.to_bytes(2, "little") + (LENGTH ^ 0xFFFF).to_bytes(2, "little")
"""The header of a deflate block that is not the last and holds a token as it is (RFC 1951, 3.2.4)."""


class SharedPage:
    """One printed page, open for a token wherever MARK stood; that may be nowhere."""

    def __init__(self, html: str, status: int) -> None:
        self.status = status
        self._parts = [part.encode() for part in html.split(MARK)]
        self._packed = _packed(self._parts)
        self._first_sum = zlib.crc32(self._parts[0])
        self._size = (sum(map(len, self._parts)) + LENGTH * (len(self._parts) - 1)) & 0xFFFFFFFF

    def plain(self, token: str) -> bytes:
        """Give the page with its token."""
        return token.encode().join(self._parts)

    def gzipped(self, token: str) -> bytes:
        """Give the page with its token, as one gzip stream (RFC 1952)."""
        content = token.encode()
        assert len(content) == LENGTH or len(self._parts) == 1, "the stream has room for a whole token"
        total = self._first_sum
        for part in self._parts[1:]:
            total = zlib.crc32(part, zlib.crc32(content, total))
        trailer = total.to_bytes(4, "little") + self._size.to_bytes(4, "little")
        return _GZIP_HEADER + (_STORED + content).join(self._packed) + trailer


def _packed(parts: list[bytes]) -> list[bytes]:
    """Compress each part as it goes on from what was before it, up to a byte's edge; the last one ends the stream."""
    packed, before = [], b""
    for number, part in enumerate(parts):
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zlib.Z_DEFAULT_STRATEGY, before)
        is_last = number == len(parts) - 1
        packed.append(packer.compress(part) + packer.flush(zlib.Z_FINISH if is_last else zlib.Z_SYNC_FLUSH))
        before = (before + part + _NEVER_TEXT)[-_WINDOW:]
    return packed
