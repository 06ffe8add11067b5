"""From soft modules to a text: format by likeness, errors and erasures, and a clean symbol for the reader.

A hard decision throws away how sure it was. Here the codewords of which we are least sure are erased, a few more
each time, until Reed-Solomon agrees. The corrected symbol is drawn again and read by zxing-cpp, so that
segments and character sets are its business alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import reedsolo
from numpy.typing import NDArray
from qrcode.util import BCH_type_number

from verifier.qr.known import known_symbols
from verifier.qr.symbol import Block, SymbolPlan, blocks_of, format_places, format_words, mask_of, plan_of

Modules = NDArray[np.float32]
"""Side x side, +1 surely ink, -1 surely paper, 0 nobody knows."""
FORMATS_TRIED: Final = 3
_FORMAT_LAG: Final = 8.0
"""Of 30: two formats differ in at least 5 bits of each of their two copies, which is 20 where all are sure."""
_SURENESS: Final = 4.0
"""How fast the chance of a wrong bit falls with its distance from the threshold."""
_SPARE_OF_LONG: Final = 4
_SPARE_OF_SHORT: Final = 2
_LONG_CHECK: Final = 16
"""Check symbols from which on a block is long.

After erasures some check symbols must be left over, or noise will pass for a text: without any, one rescue in 65
invented one.
"""
_FIELD: Final = 0x11D


@dataclass(frozen=True, slots=True)
class Corrected:
    """A symbol whose every block agrees."""

    plan: SymbolPlan
    level: int
    mask: int
    codewords: bytes
    """As transmitted, corrected."""
    erased: int
    """How many codewords had to be guessed back."""
    presumed: bool
    """It was taken for a label of known hosts before it was read."""


def likely_formats(modules: Modules) -> Iterator[tuple[int, int]]:
    """Give (level, mask), the most likely first."""
    both = modules[tuple(format_places(len(modules)).swapaxes(0, 1))].sum(axis=0)
    ranked = sorted(((float(bits @ both), level, mask) for level, mask, bits in format_words()), reverse=True)
    worth = ranked[0][0] - _FORMAT_LAG
    yield from ((level, mask) for likeness, level, mask in ranked[:FORMATS_TRIED] if likeness >= worth)


def correct(modules: Modules, version: int, hosts: frozenset[str] = frozenset()) -> Iterator[Corrected]:
    """Give what a symbol may be of which each module is more or less sure; nothing where no erasures lead to one.

    With `hosts`, also what it is if it is a label of theirs: the caller must hold the text to that.
    """
    plan = plan_of(version)
    bits = modules[tuple(plan.order)]
    for level, mask in likely_formats(modules):
        unmasked = np.where(mask_of(version, mask), -bits, bits)
        blocks = blocks_of(version, level)
        for known in (None, *known_symbols(hosts, version, level)):
            found = _correct_blocks(unmasked, blocks, known)
            if found is not None:
                yield Corrected(plan, level, mask, *found, presumed=known is not None)


def clean_picture(symbol: Corrected, module_px: int = 4) -> NDArray[np.uint8]:
    """Draw the corrected symbol as it should have been printed."""
    plan = symbol.plan
    ink = plan.ink > 0
    places = format_places(plan.side)
    word = next(bits for level, mask, bits in format_words() if (level, mask) == (symbol.level, symbol.mask))
    for copy in places:
        ink[tuple(copy)] = word > 0
    ink[plan.side - 8, 8] = True
    if plan.version >= 7:
        _draw_version(ink, plan.version)
    bits = np.unpackbits(np.frombuffer(symbol.codewords, np.uint8)).astype(np.bool_)
    bits = np.pad(bits, (0, plan.order.shape[1] - len(bits)))
    ink[tuple(plan.order)] = bits ^ mask_of(plan.version, symbol.mask)
    paper = np.pad(ink, 4)
    return np.where(paper, 0, 255).astype(np.uint8).repeat(module_px, axis=0).repeat(module_px, axis=1)


def _draw_version(ink: NDArray[np.bool_], version: int) -> None:
    word = BCH_type_number(version)
    side = len(ink)
    for i in range(18):
        ink[i // 3, i % 3 + side - 11] = ink[i % 3 + side - 11, i // 3] = bool(word >> i & 1)


def _correct_blocks(
    bits: NDArray[np.float32], blocks: tuple[Block, ...], known: NDArray[np.float32] | None
) -> tuple[bytes, int] | None:
    count = sum(len(block.at) for block in blocks)
    bits = bits[: count * 8]
    wrong = np.minimum(0.5 * np.exp(-_SURENESS * np.abs(bits)), 0.499)
    if known is not None:
        bits, wrong = np.where(known, known, bits), np.where(known, 0, wrong)
    read = np.packbits(bits > 0)
    sure = np.log1p(-wrong.reshape(-1, 8)).sum(axis=1)
    corrected, erased = read.copy(), 0
    for block in blocks:
        found = _correct_block(read[block.at], sure[block.at], block.check_count)
        if found is None:
            return None
        corrected[block.at], guessed = found
        erased += guessed
    if known is not None and np.any((np.unpackbits(corrected) * 2.0 - 1) * known < 0):
        return None
    return corrected.tobytes(), erased


def _correct_block(
    read: NDArray[np.uint8], sure: NDArray[np.float32], check_count: int
) -> tuple[NDArray[np.uint8], int] | None:
    """Erase more and more of the least sure codewords (generalised minimum distance decoding)."""
    doubtful = np.argsort(sure)
    spare = _SPARE_OF_LONG if check_count >= _LONG_CHECK else _SPARE_OF_SHORT
    for erased in range(0, max(1, check_count - 3), 2):
        places = [int(place) for place in doubtful[:erased]]
        try:
            _, both, _ = _codec(check_count).decode(read.tobytes(), erase_pos=places)
        except (reedsolo.ReedSolomonError, ZeroDivisionError, IndexError):
            continue
        whole = np.frombuffer(bytes(both), np.uint8)
        changed = whole != read
        changed[places] = False
        if erased and check_count - erased - 2 * int(changed.sum()) < spare:
            continue
        return whole, erased
    return None


@cache
def _codec(check_count: int) -> reedsolo.RSCodec:
    return reedsolo.RSCodec(check_count, prim=_FIELD)
