"""How many pictures we read, against zxing-cpp alone on the same pictures. Needs the shared corpora."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.bench.figures import ROOT, Figure
from tests.bench.qr import run


def measure() -> list[Figure]:
    """Measure on every corpus; nothing where they are absent (a failure where CI=true)."""
    shared = Path(os.environ.get("ASSAY_SHARED", ROOT.parent / "shared"))
    if not (shared / "corpora" / "qr").is_dir():
        if os.environ.get("CI") == "true":
            sys.exit("the shared corpora are needed where CI=true")
        print("   skipped: the corpora are not beside this checkout", file=sys.stderr)
        return []
    found = run(shared)
    against = f"zxing-cpp reads {found['zxing']} of {found['scored']}, ours {found['ours']}"
    figures = [
        Figure(
            "qr_vs_zxing", found["ratio"], "pictures read", 1.05, at_least=True, against=against, ratio=found["ratio"]
        ),
        Figure("qr_wrong", found["wrong"], "wrong texts", 0),
    ]
    for name, corpus in found["corpora"].items():
        if corpus["scored"]:
            success = 100 * corpus["ours"] / corpus["scored"]
            alone = 100 * corpus["zxing"] / corpus["scored"]
            key = f"qr_success_{name.replace('-', '_')}"
            figures.append(
                Figure(key, round(success, 1), "%", against=f"zxing-cpp {alone:.1f} %", ratio=success / alone)
            )
        times = [corpus["median_ms"], corpus["p95_ms"], corpus["max_ms"]]
        figures.append(
            Figure(f"qr_median_ms_{name.replace('-', '_')}", corpus["median_ms"], "CPU ms a picture", samples=times)
        )
    return figures
