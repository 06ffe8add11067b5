"""Registering 1,000 pieces, from the brand's own words to final and verified, on the embedded ledger."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path

from mint.dispatch import silent
from mint.house import House
from mint.items import register_pieces
from mint.localnet.start import stop_localnet
from mint.registration_input import parse_pieces
from tests.bench.figures import Figure, median
from web.demo.collection import _collection, draw_photos, maker

_ROUNDS = 3


def measure() -> list[Figure]:
    """Register three times a thousand in one house; the median of the whole command's work."""
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as name:
        folder = Path(name)
        draw_photos(folder / "photos")
        house = House.found(folder / "house", maker("127.0.0.1:8017"))
        try:
            rows = enumerate(_collection()["pieces"], start=1)
            parsed = parse_pieces(rows, house.identity.maker, source="bench", folder=folder / "photos")
            samples = []
            for number in range(_ROUNDS):
                thousand = replace(parsed.pieces[2], reference=f"BENCH-{number}", quantity=1000)
                start = time.perf_counter()
                report = register_pieces(house, [thousand], progress=silent)
                samples.append(time.perf_counter() - start)
                assert len(report.items) == 1000
        finally:
            house.close()
            stop_localnet(folder / "house" / "localnet")
    return [Figure("register_1000_s", median(samples), "s", 20, samples=[round(s, 2) for s in samples])]
