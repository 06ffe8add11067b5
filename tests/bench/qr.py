"""Reading QR codes from photographs: the shared corpora, how a reading is judged, and a short run against zxing-cpp."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import zxingcpp
from PIL import Image, ImageOps

from verifier.errors import ImageError
from verifier.images import read_labels

CORPORA = ("zxing", "boofcv-1280", "negatives-zxing")
_ENCODINGS = ("utf-8", "latin-1", "cp1252", "shift_jis", "gb18030", "big5")


def run(shared: Path, *, every: int = 1) -> dict[str, int]:
    """Read every n-th picture of every corpus, ours and zxing-cpp alone; success counts exact texts."""
    counts = dict.fromkeys(("scored", "ours", "zxing", "wrong"), 0)
    for name in CORPORA:
        for path, right in list(pictures(shared / "corpora" / "qr" / name))[::every]:
            if right is None:
                continue
            content = path.read_bytes()
            said = judge(_ours(content), right)
            counts["wrong"] += said == "wrong"
            counts["scored"] += bool(right)
            counts["ours"] += said == "right"
            counts["zxing"] += bool(right) and judge(_zxing(original(content)), right) == "right"
    return counts


def pictures(corpus: Path) -> Iterator[tuple[Path, list[str] | None]]:
    """Give each picture and its right texts: an empty list where any text is wrong, None if unknown."""
    manifest = json.loads((corpus / "manifest.json").read_text(encoding="utf-8"))
    negative = corpus.name.startswith("negatives")
    for item in manifest["items"]:
        yield corpus / item["file"], item["texts"] or ([] if negative else None)


def judge(texts: list[str], right: list[str]) -> str:
    """Say `right`, `wrong` or `none`: an exact text is right, its bytes in another charset are none."""
    if not texts:
        return "none"
    wanted = {_plain(text) for text in right}
    if any(_plain(text) in wanted for text in texts):
        return "right"
    known = set().union(*(_charset_variants(text) for text in right))
    return "none" if any(_charset_variants(text) & known for text in texts) else "wrong"


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\0", "").strip().lstrip("\ufeff")


def _charset_variants(text: str) -> set[str]:
    """Give `text` as it looks when its bytes are read in another character set."""
    variants = {_plain(text)}
    for written in _ENCODINGS:
        for read in _ENCODINGS:
            try:
                variants.add(_plain(text.encode(written).decode(read)))
            except UnicodeError:
                continue
    return variants


def _ours(content: bytes) -> list[str]:
    try:
        return list(read_labels(content, clock=time.process_time).texts)
    except ImageError:
        return []


def _zxing(grey: np.ndarray) -> list[str]:
    plain, only_qr = zxingcpp.TextMode.Plain, zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    found = zxingcpp.read_barcodes(grey, formats=only_qr, text_mode=plain)
    return [code.text for code in found if code.text]


def original(content: bytes) -> np.ndarray:
    """Decode at the picture's own size, upright and on white, so that the peer has every chance."""
    with Image.open(io.BytesIO(content)) as image:
        upright = ImageOps.exif_transpose(image)
        if upright.has_transparency_data:
            upright = upright.convert("RGBA")
            upright = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright)
        return np.asarray(upright.convert("L"))


def at_1280(grey: np.ndarray) -> np.ndarray:
    factor = 1280 / max(grey.shape)
    return grey if factor >= 1 else cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]
