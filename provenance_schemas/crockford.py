"""Crockford base 32: letters and digits that people can read aloud, with one check character.

The check character is a Reed-Solomon check over GF(32): any one wrong character and any swap of two
different characters, adjacent or not, is noticed. It stays within the 32 symbols, so a QR code keeps its
alphanumeric mode; Crockford's own mod-37 check would need five symbols more.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHECKED_LENGTH_MAX: Final = 31
"""The field has 31 distinct weights; in a longer text two positions would share one and a swap go unseen."""

_VALUES: Final = {symbol: value for value, symbol in enumerate(ALPHABET)}
_DASHES: Final = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2212")
_LOOK_ALIKES: Final = str.maketrans("OIL", "011")
_POLYNOMIAL: Final = 0b100101  # x^5 + x^2 + 1, primitive


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed, made plain."""

    symbols: str
    """In upper case and without separators; may still hold characters outside the alphabet."""
    offsets: tuple[int, ...]
    """Where in the typed text each of them stood."""

    @property
    def stranger(self) -> int | None:
        """Offset, in the typed text, of the first character outside the alphabet."""
        at = stranger(self.symbols)
        return None if at is None else self.offsets[at]


def normalise(typed: str) -> Typed:
    """Undo what people do when they type: lower case, spaces, dashes, O for 0, I and L for 1."""
    kept = [(i, c) for i, c in enumerate(typed) if not c.isspace() and c not in _DASHES]
    # Only ASCII is raised: the dotless i of Turkish, for one, would turn into a symbol nobody typed.
    symbols = "".join(c.upper().translate(_LOOK_ALIKES) if c.isascii() else c for _, c in kept)
    return Typed(symbols, tuple(i for i, _ in kept))


def stranger(text: str) -> int | None:
    """Find the first character outside the alphabet; None when there is none."""
    return next((i for i, c in enumerate(text) if c not in _VALUES), None)


def check_character(symbols: str) -> str:
    """Compute the check character that follows `symbols` (1 to 30 of the alphabet)."""
    assert 0 < len(symbols) < CHECKED_LENGTH_MAX, f"{len(symbols)} symbols cannot be checked"
    return ALPHABET[_double(_remainder(symbols))]


def is_checked(symbols: str) -> bool:
    """Say whether the last of `symbols` is the check character of those before it."""
    return 1 < len(symbols) <= CHECKED_LENGTH_MAX and _remainder(symbols) == 0


def random_symbols(count: int) -> str:
    """Draw `count` symbols, 5 bits each, from the system's secure source."""
    return "".join(ALPHABET[byte & 31] for byte in secrets.token_bytes(count))


def encode(number: int, length: int) -> str:
    """Write `number` as `length` symbols, most significant first. OverflowError when it is too big."""
    if number < 0 or number >> 5 * length:
        raise OverflowError(f"{number} does not fit {length} symbols")
    return "".join(ALPHABET[number >> 5 * i & 31] for i in reversed(range(length)))


def decode(symbols: str) -> int:
    """Read what `encode` wrote. Raises KeyError on a character outside the alphabet."""
    number = 0
    for symbol in symbols:
        number = number << 5 | _VALUES[symbol]
    return number


def in_groups(text: str, size: int) -> str:
    """Separate `text` by spaces into groups of `size` characters, for reading."""
    return " ".join(text[i : i + size] for i in range(0, len(text), size))


def _double(element: int) -> int:
    doubled = element << 1
    return doubled ^ _POLYNOMIAL if doubled & 32 else doubled


def _remainder(symbols: str) -> int:
    """Evaluate the symbols as a polynomial at the field's generator."""
    total = 0
    for symbol in symbols:
        total = _double(total) ^ _VALUES[symbol]
    return total
