"""Ask zxing-cpp: the codes it reads, and the symbols it finds and cannot read.

It never crashed, stalled or read what was not there in any trial; everything else here only prepares pixels for it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import zxingcpp

from verifier.image_loading import Grey
from verifier.qr.sighting import Unread

LOCAL: Final = zxingcpp.Binarizer.LocalAverage
GLOBAL: Final = zxingcpp.Binarizer.GlobalHistogram
FIXED: Final = zxingcpp.Binarizer.FixedThreshold
_WITH_ECI: Final = "]Q2"


def find_codes(pixels: Grey, binarizer: zxingcpp.Binarizer = LOCAL) -> tuple[list[str], list[Unread]]:
    """Give the texts of the codes in `pixels`, and the symbols that could not be read, in its pixels."""
    texts, unread = [], []
    for code in zxingcpp.read_barcodes(
        pixels,
        formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode),
        text_mode=zxingcpp.TextMode.Plain,
        binarizer=binarizer,
        return_errors=True,
    ):
        if code.valid:
            texts.append(decode_text(bytes(code.bytes), code.text, code.symbology_identifier))
        else:
            unread.append(_sighting(code))
    return texts, unread


def decode_text(raw: bytes, guess: str, symbology: str) -> str:
    """Give the text of one code. `raw` is its bytes, `guess` the reader's own text.

    Labels are ASCII. Where a code declares its character set (`]Q2`), and where the bytes are not UTF-8, the
    reader knows better: it tells Shift-JIS and Latin-1 apart.
    """
    if symbology.startswith(_WITH_ECI):
        return guess
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return guess


def _sighting(code: zxingcpp.Barcode) -> Unread:
    place = code.position
    corners = [(c.x, c.y) for c in (place.top_left, place.top_right, place.bottom_right, place.bottom_left)]
    extra = code.extra if isinstance(code.extra, dict) else {}
    version = str(extra.get("Version", ""))
    return Unread(np.array(corners, np.float64), int(version) if version.isdigit() else 0)
