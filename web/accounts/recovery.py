"""Recovery codes: ten, each of 80 random bits, each good for one sign-in."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

from provenance_schemas import crockford

CODES: Final = 10
LENGTH: Final = 16
"""Characters of 5 bits."""
_GROUP: Final = 4
_TYPED_MAX: Final = 4 * LENGTH
_HASH_TAG: Final = b"assay/recovery/1\0"


def draw_codes() -> tuple[str, ...]:
    """Draw a set, written as people read them: `7K2M-QX9D-R4TV-0HNB`."""
    return tuple(_grouped("".join(secrets.choice(crockford.ALPHABET) for _ in range(LENGTH))) for _ in range(CODES))


def parse_code(typed: str) -> str | None:
    """Read a typed code: any case, spaces and dashes, O for 0, I and L for 1. None when it cannot be one."""
    if len(typed) > _TYPED_MAX:
        return None
    plain = crockford.normalise(typed)
    return _grouped(plain.symbols) if len(plain.symbols) == LENGTH and plain.stranger is None else None


def hash_of(code: str) -> bytes:
    """Give what the table keeps. A plain hash is enough: nobody tries 2^80 codes."""
    return hashlib.sha256(_HASH_TAG + code.encode()).digest()


def _grouped(symbols: str) -> str:
    return "-".join(symbols[i : i + _GROUP] for i in range(0, len(symbols), _GROUP))
