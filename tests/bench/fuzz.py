"""`fuzz_500`: answers with a fault, of every route asked for everything as everybody, over many seeds."""

from __future__ import annotations

import logging
import sys

from tests.bench.figures import Figure
from tests.fuzz.furnished import furnished_fuzzer
from verifier.answers import Answer

SEEDS = range(100, 110)
COUNT_EACH = 25
_AWAY_EVERY = 5
"""One seed in five asks a site whose node is away."""
_SHOWN_MAX = 10


def measure() -> list[Figure]:
    """Ask; every fault is shown with what is needed to ask again."""
    logging.getLogger("web.app").setLevel(logging.CRITICAL)
    asked, faults = 0, []
    for seed in SEEDS:
        fuzzer = furnished_fuzzer(seed, Answer.CANNOT_VERIFY if seed % _AWAY_EVERY == 0 else Answer.VERIFIED)
        for attempt in fuzzer.attempts(COUNT_EACH):
            asked += 1
            fault = fuzzer.fault(attempt)
            if fault:
                faults.append(f"seed {seed}: {fault} {attempt}")
    for line in faults[:_SHOWN_MAX]:
        print(line, file=sys.stderr)
    return [
        Figure("fuzz_500", len(faults), "answers", goal=0, against=f"{asked} requests, {len(SEEDS)} seeds"),
        Figure("fuzz_requests", asked, "requests"),
    ]
