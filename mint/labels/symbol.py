"""The QR symbol itself, and the proof that a picture of it says the right thing."""

from __future__ import annotations

import io
import re
from typing import Final

import numpy as np
import qrcode
from numpy.typing import NDArray
from PIL import Image
from qrcode.constants import ERROR_CORRECT_Q
from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, QRData

from mint.labels.errors import LabelReadbackError
from verifier.images import read_labels

Matrix = NDArray[np.bool_]
"""Modules, rows by columns, True is ink; without the quiet zone."""

QUIET_MODULES: Final = 4
PATH_ID: Final = "symbol"
_ALPHANUMERIC: Final = re.compile(r"[0-9A-Z $%*+\-./:]+")
_PATH: Final = re.compile(rf'<path id="{PATH_ID}" d="([^"]*)"')
_RUN: Final = re.compile(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z")


def qr_matrix(text: str) -> Matrix:
    """Encode `text` at error correction Q in one segment; upper case gets the dense alphanumeric mode.

    `qrcode` by itself splits digits off into segments of their own, which takes a version more.
    """
    mode = MODE_ALPHA_NUM if _ALPHANUMERIC.fullmatch(text) else MODE_8BIT_BYTE
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, border=0)
    code.add_data(QRData(text.encode(), mode=mode), optimize=0)
    code.make(fit=True)
    return np.array(code.get_matrix(), np.bool_)


def matrix_to_path(matrix: Matrix) -> str:
    """Write the ink as SVG path data, one closed run of modules after the other, in module units."""
    runs = []
    for y, row in enumerate(matrix):
        edges = np.flatnonzero(np.diff(np.concatenate(([False], row, [False])).astype(np.int8)))
        for left, right in zip(edges[::2], edges[1::2], strict=True):
            runs.append(f"M{left} {y}h{right - left}v1h-{right - left}z")
    return "".join(runs)


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


def prove_png(content: bytes, text: str) -> None:
    """Read the PNG as a stranger would. Raises LabelReadbackError unless `text`, and nothing else, is in it."""
    texts = read_labels(content).texts
    if texts != (text,):
        raise LabelReadbackError(len(texts), "PNG")


def prove_svg(svg: str, text: str) -> None:
    """Turn the SVG's path back into pixels and read those. Raises LabelReadbackError."""
    try:
        matrix = path_to_matrix(svg)
    except (ValueError, IndexError) as error:
        raise LabelReadbackError(0, "SVG") from error
    paper = np.pad(matrix, QUIET_MODULES).repeat(4, axis=0).repeat(4, axis=1)
    picture = io.BytesIO()
    Image.fromarray(np.where(paper, 0, 255).astype(np.uint8)).save(picture, "PNG")
    texts = read_labels(picture.getvalue()).texts
    if texts != (text,):
        raise LabelReadbackError(len(texts), "SVG")
