"""`make bench`: measure every figure in one run. `make bench BENCH="verify gas"` runs some of the groups."""

from __future__ import annotations

import importlib
import sys
import time

from tests.bench.figures import Figure, table, write

GROUPS = (
    "verify",
    "register",
    "gas",
    "kill9",
    "faults",
    "qr_reading",
    "qr_stress",
    "labels",
    "cids",
    "page",
    "camera",
    "visible",
    "award",
    "databases",
    "fuzz",
    "hostile",
    "bundle",
    "content",
    "nodes",
    "growth",
    "mutants",
)


def main(names: list[str]) -> int:
    """Run the groups named, or all; exit 1 when a goal is missed."""
    figures: list[Figure] = []
    commands: dict[str, str] = {}
    for name in names or GROUPS:
        print(f"-- {name}", file=sys.stderr, flush=True)
        start = time.perf_counter()
        found = importlib.import_module(f"tests.bench.{name}").measure()
        print(f"   {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
        figures += found
        commands |= {figure.name: f'make bench BENCH="{name}"' for figure in found}
    path = write(figures, commands.__getitem__)
    print(table(figures))
    print(f"written to {path.relative_to(path.parents[1])}", file=sys.stderr)
    return 1 if any(figure.met is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
