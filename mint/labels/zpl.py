"""Labels for thermal printers, as ZPL II.

The whole label is one graphic field, so that the symbol that was checked is the symbol that is printed: a printer's own
QR command would draw one of its own choosing. `zpl_to_pixels` reads the field back, dot for dot.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import Final

import numpy as np

from mint.labels.raster import Pixels

_FIELD: Final = re.compile(
    r"\^XA\n\^PW(\d+)\n\^LL(\d+)\n\^LH0,0\n\^FO0,0\^GFA,(\d+),(\d+),(\d+),([0-9A-Fg-zG-Y,:]+)\^FS\n\^PQ1\n\^XZ\n"
)
_TOKEN: Final = re.compile(r"[g-zG-Y]+[0-9A-F]|[0-9A-F]|,|:")
_THRESHOLD: Final = 128


def pixels_to_zpl(pixels: Pixels) -> str:
    """Write one label, dark below the middle grey, as a compressed `^GFA` field."""
    height, width = pixels.shape
    rows = np.packbits(pixels < _THRESHOLD, axis=1)
    per_row = rows.shape[1]
    data, before = [], ""
    for row in rows:
        line = bytes(row).hex().upper()
        data.append(":" if line == before else _squeezed(line))
        before = line
    total = per_row * height
    return f"^XA\n^PW{width}\n^LL{height}\n^LH0,0\n^FO0,0^GFA,{total},{total},{per_row},{''.join(data)}^FS\n^PQ1\n^XZ\n"


def zpl_to_pixels(zpl: str) -> Pixels:
    """Read back what a printer would burn. Raises ValueError when it is no label of ours."""
    field = _FIELD.fullmatch(zpl)
    if not field:
        raise ValueError("no label of ours in this ZPL")
    width, height, total, again, per_row = (int(value) for value in field.groups()[:5])
    rows: list[str] = []
    line = ""
    if "".join(_TOKEN.findall(field[6])) != field[6]:
        raise ValueError("the graphic field has characters that are none of ours")
    for code in _TOKEN.findall(field[6]):
        if code == ":":
            if line or not rows:
                raise ValueError("a row is repeated in the middle of another")
            rows.append(rows[-1])
            continue
        line = line.ljust(2 * per_row, "0") if code == "," else line + code[-1] * (_count(code[:-1]) or 1)
        if len(line) == 2 * per_row:
            rows.append(line)
            line = ""
    content = "".join(rows)
    if line or len(rows) != height or not total == again == per_row * height == len(content) // 2:
        raise ValueError(f"the graphic field has {len(rows)} rows, {height} are announced")
    bits = np.unpackbits(np.frombuffer(bytes.fromhex(content), np.uint8).reshape(height, per_row), axis=1)
    return np.where(bits[:, :width] == 1, 0, 255).astype(np.uint8)


def _squeezed(line: str) -> str:
    """Write a row's hexadecimal digits with counts before repeated ones; zeros up to its end are a comma."""
    kept = line.rstrip("0")
    # A row without an end would run into the next one: only what is complete goes without a comma.
    tail = "," if len(kept) < len(line) else ""
    return "".join(_counted(digit, len(list(run))) for digit, run in groupby(kept)) + tail


def _counted(digit: str, count: int) -> str:
    if count == 1:
        return digit
    letters = "z" * (count // 400)
    count %= 400
    if count >= 20:
        letters += chr(ord("g") + count // 20 - 1)
    if count % 20:
        letters += chr(ord("G") + count % 20 - 1)
    return letters + digit


def _count(letters: str) -> int:
    return sum(20 * (ord(c) - ord("g") + 1) if c.islower() else ord(c) - ord("G") + 1 for c in letters)
