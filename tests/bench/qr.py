"""Reading QR codes from photographs: ours against zxing-cpp alone, on the shared corpora.

`python -m tests.bench.qr [SHARED]` prints the figures as JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np
import zxingcpp
from PIL import Image, ImageOps

from verifier.errors import ImageError
from verifier.images import read_labels

CORPORA = ("zxing", "boofcv-1280", "negatives-zxing")
_ENCODINGS = ("utf-8", "latin-1", "cp1252", "shift_jis", "gb18030", "big5")


def run(shared: Path) -> dict[str, Any]:
    """Read every picture of every corpus in three ways; success counts exact texts, times are CPU ms."""
    corpora = {name: _measure(shared / "corpora" / "qr" / name) for name in CORPORA}
    total = {key: sum(c[key] for c in corpora.values()) for key in ("scored", "ours", "zxing", "zxing_1280")}
    wrong = {"wrong": sum(c["wrong"] for c in corpora.values())}
    return {**total, **wrong, "ratio": round(total["ours"] / total["zxing"], 4), "corpora": corpora}


def _measure(corpus: Path) -> dict[str, Any]:
    counts = dict.fromkeys(("scored", "ours", "zxing", "zxing_1280", "wrong"), 0)
    misreadings, times, zxing_times = [], [], []
    for path, right in _pictures(corpus):
        content = path.read_bytes()
        ours, spent_ms = _timed(lambda content=content: _ours(content))
        times.append(spent_ms)
        if right is None:
            continue
        verdict = judge(ours, right)
        if verdict == "wrong":
            counts["wrong"] += 1
            misreadings.append(path.name)
        if not right:
            continue
        grey = _original(path)
        alone, alone_ms = _timed(lambda grey=grey: _zxing(grey))
        zxing_times.append(alone_ms)
        counts["scored"] += 1
        counts["ours"] += verdict == "right"
        counts["zxing"] += judge(alone, right) == "right"
        counts["zxing_1280"] += judge(_zxing(_at_1280(grey)), right) == "right"
    return {
        **counts,
        "misreadings": misreadings,
        "median_ms": round(median(times), 1),
        "p95_ms": round(_percentile(times, 0.95), 1),
        "max_ms": round(max(times), 1),
        "zxing_median_ms": round(median(zxing_times), 1) if zxing_times else None,
    }


def _pictures(corpus: Path) -> Iterator[tuple[Path, list[str] | None]]:
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
        return list(read_labels(content).texts)
    except ImageError:
        return []


def _zxing(grey: np.ndarray) -> list[str]:
    plain, only_qr = zxingcpp.TextMode.Plain, zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    found = zxingcpp.read_barcodes(grey, formats=only_qr, text_mode=plain)
    return [code.text for code in found if code.text]


def _original(path: Path) -> np.ndarray:
    """Decode at the picture's own size, upright and on white, so that the peer has every chance."""
    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image)
        if upright.has_transparency_data:
            upright = upright.convert("RGBA")
            upright = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright)
        return np.asarray(upright.convert("L"))


def _at_1280(grey: np.ndarray) -> np.ndarray:
    factor = 1280 / max(grey.shape)
    return grey if factor >= 1 else cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)


def _timed(work: Callable[[], list[str]]) -> tuple[list[str], float]:
    began = time.process_time()
    texts = work()
    return texts, (time.process_time() - began) * 1e3


def _percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


if __name__ == "__main__":
    default = os.environ.get("ASSAY_SHARED") or Path(__file__).parents[2].parent / "shared"
    json.dump(run(Path(sys.argv[1] if len(sys.argv) > 1 else default)), sys.stdout, indent=1)
