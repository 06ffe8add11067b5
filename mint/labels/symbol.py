"""The QR symbol itself: its modules, and which of them carry what."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
import qrcode
from numpy.typing import NDArray
from qrcode import base
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, QRData

from mint.labels.substrates import EccLevel

Matrix = NDArray[np.bool_]
"""Modules, rows by columns, True is ink; without the quiet zone."""

QUIET_MODULES: Final = 4
PATH_ID: Final = "symbol"
_LEVELS: Final = {"L": ERROR_CORRECT_L, "M": ERROR_CORRECT_M, "Q": ERROR_CORRECT_Q, "H": ERROR_CORRECT_H}
_ALPHANUMERIC: Final = re.compile(r"[0-9A-Z $%*+\-./:]+")
_DENSE_TAIL: Final = re.compile(r"(?P<head>.*?[a-z][^/]*)(?P<tail>/[0-9A-Z $%*+\-./:]+)")
_PATH: Final = re.compile(rf'<path id="{PATH_ID}" d="([^"]*)"')
_FINDER_LIGHT: Final = bytes([1, 0, 1, 1, 1, 0, 1, 0, 0, 0, 0])
_LIGHT_FINDER: Final = _FINDER_LIGHT[::-1]
_RUN: Final = re.compile(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z")


def qr_matrix(text: str, ecc: EccLevel = "Q") -> Matrix:
    """Encode `text` in as few segments as serve; upper case gets the dense alphanumeric mode.

    Where only the host is in lower case, the rest is a dense segment of its own: a version less.
    `qrcode` by itself splits digits off into segments of their own, which takes a version more.
    """
    code = qrcode.QRCode(error_correction=_LEVELS[ecc], border=0, mask_pattern=0)
    for segment in _segments(text):
        code.add_data(segment, optimize=0)
    code.make(fit=True)
    unmasked = np.array(code.get_matrix(), np.bool_) ^ _stencil(code.version, ecc, 0)
    # `qrcode` scores the eight masks module by module, which takes five times as long as all the rest.
    return min((unmasked ^ _stencil(code.version, ecc, mask) for mask in range(8)), key=_penalty)


@lru_cache(maxsize=256)
def _stencil(version: int, ecc: EccLevel, mask: int) -> Matrix:
    """Give what a mask turns over, with the format bits that name it: a symbol without data, in which all data is 0."""
    code = qrcode.QRCode(version=version, error_correction=_LEVELS[ecc], border=0, mask_pattern=mask)
    code.data_cache = []
    code.makeImpl(test=False, mask_pattern=mask)
    bare = np.array(code.modules, np.bool_)
    code.makeImpl(test=False, mask_pattern=0)
    formats = np.array(code.modules, np.bool_) if mask else bare
    function = anatomy_of(4 * version + 17, ecc).function
    return np.where(function, bare ^ formats if mask else False, bare)


def _penalty(symbol: Matrix) -> int:
    """Score a mask by ISO/IEC 18004, 7.8.3: runs, blocks, what looks like a finder, and the balance of ink."""
    score = 0
    for lines in (symbol, symbol.T):
        turned = np.flatnonzero(np.diff(np.pad(lines.astype(np.int8), ((0, 0), (1, 1)), constant_values=2).ravel()))
        runs = np.diff(turned)
        score += int((runs[(runs >= 5) & (runs <= len(symbol))] - 2).sum())
        text = np.pad(lines, ((0, 0), (0, 1))).astype(np.uint8).tobytes()
        score += 40 * (text.count(_FINDER_LIGHT) + text.count(_LIGHT_FINDER))
    blocks = symbol[:-1, :-1].astype(np.int8) + symbol[1:, :-1] + symbol[:-1, 1:] + symbol[1:, 1:]
    score += 3 * int(np.isin(blocks, (0, 4)).sum())
    return score + 10 * int(abs(symbol.mean() * 100 - 50) // 5)


def _segments(text: str) -> list[QRData]:
    if _ALPHANUMERIC.fullmatch(text):
        return [QRData(text.encode(), mode=MODE_ALPHA_NUM)]
    parts = _DENSE_TAIL.fullmatch(text)
    if parts is None:
        return [QRData(text.encode(), mode=MODE_8BIT_BYTE)]
    return [
        QRData(parts["head"].encode(), mode=MODE_8BIT_BYTE),
        QRData(parts["tail"].encode(), mode=MODE_ALPHA_NUM),
    ]


@dataclass(frozen=True, slots=True)
class Anatomy:
    """What each module of a symbol of one size and level carries."""

    codeword: NDArray[np.int16] = field(repr=False)
    """Place of the module's codeword in the symbol; -1 for patterns, format and remainder bits."""
    function: Matrix = field(repr=False)
    """Finder, timing and alignment patterns, format and version: what a reader needs before it reads anything."""
    block: NDArray[np.int16] = field(repr=False)
    """The Reed-Solomon block of each codeword."""
    corrects: tuple[int, ...]
    """How many wrong codewords each block recovers from."""


@lru_cache(maxsize=32)
def anatomy_of(side: int, ecc: EccLevel) -> Anatomy:
    """Take a symbol of `side` modules apart (ISO/IEC 18004, 7.6 and 7.7.3)."""
    version = (side - 17) // 4
    code = qrcode.QRCode(version=version, error_correction=_LEVELS[ecc], border=0, mask_pattern=0)
    # With no data at all, what is still undecided is where data will stand.
    code.data_cache = []
    code.map_data = lambda *_: None
    code.makeImpl(test=False, mask_pattern=0)
    function = np.array([[module is not None for module in row] for row in code.modules])
    blocks = base.rs_blocks(version, _LEVELS[ecc])
    order = _interleaved([block.data_count for block in blocks])
    order += _interleaved([block.total_count - block.data_count for block in blocks])
    codeword = np.full((side, side), -1, np.int16)
    for bit, (row, column) in enumerate(_zigzag(function)):
        if bit // 8 < len(order):
            codeword[row, column] = bit // 8
    corrects = tuple((block.total_count - block.data_count) // 2 for block in blocks)
    return Anatomy(codeword, function, np.array(order, np.int16), corrects)


def _interleaved(counts: list[int]) -> list[int]:
    return [block for place in range(max(counts)) for block, count in enumerate(counts) if place < count]


def _zigzag(function: Matrix) -> list[tuple[int, int]]:
    """Name the data modules in the order in which bits are laid: up and down, two columns at a time."""
    side, found, upwards = len(function), [], True
    for right in [*range(side - 1, 6, -2), 5, 3, 1]:
        rows = range(side - 1, -1, -1) if upwards else range(side)
        found += [(row, column) for row in rows for column in (right, right - 1) if not function[row, column]]
        upwards = not upwards
    return found


def matrix_to_path(matrix: Matrix) -> str:
    """Write the ink as SVG path data, one closed run of modules after the other, in module units."""
    return "".join(f"M{left} {y}h{width}v1h-{width}z" for left, y, width in runs_of(matrix))


def runs_of(matrix: Matrix) -> list[tuple[int, int, int]]:
    """Give the ink as runs: left, row and length, in modules."""
    runs = []
    for y, row in enumerate(matrix):
        edges = np.flatnonzero(np.diff(np.concatenate(([False], row, [False])).astype(np.int8)))
        runs += [(int(left), y, int(right - left)) for left, right in zip(edges[::2], edges[1::2], strict=True)]
    return runs


def path_to_matrix(svg: str) -> Matrix:
    """Read the modules back from the SVG we wrote. Raises ValueError when the path is not one of ours."""
    path = _PATH.search(svg)
    runs = _RUN.findall(path[1]) if path else []
    if not path or "".join(f"M{x} {y}h{w}v1h-{v}z" for x, y, w, v in runs) != path[1]:
        raise ValueError("no symbol of ours in this SVG")
    corners = [(int(x), int(y), int(width)) for x, y, width, _ in runs]
    side = max((x + width for x, _, width in corners), default=0)
    matrix = np.zeros((side, side), np.bool_)
    for x, y, width in corners:
        matrix[y, x : x + width] = True
    return matrix
