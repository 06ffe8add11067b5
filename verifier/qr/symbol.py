"""What a QR symbol is made of: which modules are fixed, in which order the others are read, how its blocks lie.

The facts of ISO/IEC 18004 come from the `qrcode` package; nothing of the standard is written down again here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import qrcode
from numpy.typing import NDArray
from qrcode.base import rs_blocks
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.util import BCH_type_info, mask_func

LEVELS: Final = (ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q, ERROR_CORRECT_H)
MASKS: Final = range(8)
FORMAT_BITS: Final = 15
VERSION_MAX: Final = 20
"""The largest that gets a second chance: labels have 3 to 8, and every version more costs time."""


def side_of(version: int) -> int:
    """Give the modules along one side of a symbol."""
    return 17 + 4 * version


@dataclass(frozen=True, slots=True)
class SymbolPlan:
    """One version's fixed modules. Arrays are side x side, rows first."""

    version: int
    side: int
    ink: NDArray[np.float32]
    """+1 where a pattern is dark, -1 where it is light, 0 where it depends on the symbol."""
    data: NDArray[np.bool_]
    """Where codewords stand."""
    order: NDArray[np.intp]
    """Rows and columns of the data modules in the order of their bits, two by n."""
    timing: NDArray[np.bool_]
    """The two lines of alternating modules between the finders."""


@dataclass(frozen=True, slots=True)
class Block:
    """One Reed-Solomon block."""

    at: NDArray[np.intp]
    """Where its codewords stand in the order of transmission; the data come first."""
    check_count: int


@cache
def plan_of(version: int) -> SymbolPlan:
    """Lay out one version, 1 to 40."""
    code = qrcode.QRCode(version=version)
    side = code.modules_count = side_of(version)
    code.modules = [[None] * side for _ in range(side)]
    for row, column in ((0, 0), (side - 7, 0), (0, side - 7)):
        code.setup_position_probe_pattern(row, column)
    code.setup_position_adjust_pattern()
    code.setup_timing_pattern()
    fixed = np.array([[0 if dark is None else 2 * dark - 1 for dark in row] for row in code.modules], np.float32)
    # Format and version are reserved by writing blanks into them; the one dark module always stands.
    code.setup_type_info(True, 0)
    if version >= 7:
        code.setup_type_number(True)
    data = np.array([[dark is None for dark in row] for row in code.modules], np.bool_)
    fixed[side - 8, 8] = 1
    return SymbolPlan(version, side, fixed, data, _reading_order(data), _timing(side))


@cache
def blocks_of(version: int, level: int) -> tuple[Block, ...]:
    """Say where the codewords of each block stand among all of them, as they are transmitted: interleaved."""
    found = rs_blocks(version, level)
    at: list[list[int]] = [[] for _ in found]
    position = 0
    data, check = [b.data_count for b in found], [b.total_count - b.data_count for b in found]
    for counts in (data, check):
        for i in range(max(counts)):
            for places, count in zip(at, counts, strict=True):
                if i < count:
                    places.append(position)
                    position += 1
    return tuple(Block(np.array(places, np.intp), count) for places, count in zip(at, check, strict=True))


@cache
def mask_of(version: int, mask: int) -> NDArray[np.bool_]:
    """Say for each data bit, in reading order, whether the mask turns it."""
    turns = mask_func(mask)
    rows, columns = plan_of(version).order
    return np.array([turns(int(row), int(column)) for row, column in zip(rows, columns, strict=True)], np.bool_)


@cache
def format_words() -> tuple[tuple[int, int, NDArray[np.float32]], ...]:
    """Give (level, mask, its 15 bits as +1 and -1, bit 0 first) of every format there is."""
    words = []
    for level in LEVELS:
        for mask in MASKS:
            word = BCH_type_info(level << 3 | mask)
            bits = np.array([1 if word >> i & 1 else -1 for i in range(FORMAT_BITS)], np.float32)
            words.append((level, mask, bits))
    return tuple(words)


@cache
def format_places(side: int) -> NDArray[np.intp]:
    """Say where the bits of the format stand: copy, then (row, column), then bit, 0 first. Shape 2 x 2 x 15."""
    column = [(i if i < 6 else i + 1 if i < 8 else side - 15 + i, 8) for i in range(FORMAT_BITS)]
    row = [(8, side - i - 1 if i < 8 else 7 if i == 8 else 14 - i) for i in range(FORMAT_BITS)]
    return np.array([list(zip(*column, strict=True)), list(zip(*row, strict=True))], np.intp)


def _reading_order(data: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Walk the data modules in pairs of columns from the right, upwards first; the timing column is passed over."""
    side = len(data)
    rows, columns = [], []
    upwards = True
    for right in (*range(side - 1, 6, -2), 5, 3, 1):
        for row in range(side - 1, -1, -1) if upwards else range(side):
            for column in (right, right - 1):
                if data[row, column]:
                    rows.append(row)
                    columns.append(column)
        upwards = not upwards
    return np.array([rows, columns], np.intp)


def _timing(side: int) -> NDArray[np.bool_]:
    lines = np.zeros((side, side), np.bool_)
    lines[6, 8 : side - 8] = lines[8 : side - 8, 6] = True
    return lines
