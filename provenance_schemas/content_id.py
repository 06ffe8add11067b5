"""Content ids: the name of some bytes is their SHA-256 digest, written as a CIDv1."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Final

from provenance_schemas.errors import ContentError

RAW: Final = 0x55
DAG_PB: Final = 0x70
_PREFIXES: Final = {RAW: b"\x01\x55\x12\x20", DAG_PB: b"\x01\x70\x12\x20"}
_CODECS: Final = {prefix: codec for codec, prefix in _PREFIXES.items()}
CID_BYTES: Final = 36
_CID_CHARACTERS: Final = 59
_BASE32: Final = "abcdefghijklmnopqrstuvwxyz234567"
_TO_BASE32_DIGITS: Final = dict.fromkeys(range(128), "!") | {
    ord(character): "0123456789abcdefghijklmnopqrstuv"[value] for value, character in enumerate(_BASE32)
}
"""From our alphabet to Python's digits of base 32; everything else becomes a character no number has."""


@dataclass(frozen=True, slots=True)
class ContentId:
    """The name of one block: a codec (raw or dag-pb) and a SHA-256 digest of 32 bytes."""

    codec: int
    digest: bytes

    def __post_init__(self) -> None:
        if self.codec not in _PREFIXES:
            raise ContentError(f"codec 0x{self.codec:x} is neither raw (0x55) nor dag-pb (0x70)")
        if len(self.digest) != 32:
            raise ContentError(f"a SHA-256 digest is 32 bytes, got {len(self.digest)}")

    @classmethod
    def of(cls, block: bytes, codec: int = RAW) -> ContentId:
        """Name `block`."""
        return cls(codec, hashlib.sha256(block).digest())

    def matches(self, block: bytes) -> bool:
        """Say whether `block` is what this id names."""
        return hashlib.sha256(block).digest() == self.digest

    @property
    def raw(self) -> bytes:
        """Binary CIDv1: version, codec, multihash; 36 bytes."""
        return _PREFIXES[self.codec] + self.digest

    @classmethod
    def from_raw(cls, raw: bytes) -> ContentId:
        """Read a binary CIDv1 of 36 bytes."""
        codec = _CODECS.get(raw[:4])
        if codec is None or len(raw) != CID_BYTES:
            raise ContentError("not a CIDv1 with raw or dag-pb codec and SHA-256 digest")
        return cls(codec, raw[4:])

    @classmethod
    def parse(cls, text: str) -> ContentId:
        """Read the text form: multibase base32, lower case, 59 characters beginning with `b`."""
        if len(text) != _CID_CHARACTERS or text[0] != "b" or not text.isascii():
            raise ContentError(f"not a CIDv1 in base32: {text[:80]!r}")
        try:
            number = int(text[1:].translate(_TO_BASE32_DIGITS), 32)  # six times faster than base64.b32decode
        except ValueError as error:
            raise ContentError(f"not a CIDv1 in base32: {text[:80]!r}") from error
        if number & 0b11:  # 58 characters carry 2 bits more than 36 bytes: one name, one spelling
            raise ContentError(f"not canonical base32: {text!r}")
        return cls.from_raw((number >> 2).to_bytes(CID_BYTES))

    def __str__(self) -> str:
        return "b" + base64.b32encode(self.raw).decode().lower().rstrip("=")
