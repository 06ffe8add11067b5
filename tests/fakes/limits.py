"""Rate limits for tests that ask more often than any customer, or hardly at all."""

from __future__ import annotations

import time
from collections.abc import Callable

from web.limits import RATES, LimitName, Limits, Rate

_FACTOR = 10_000


def roomy_limits() -> Limits:
    """Real limits, ten thousand times as wide: what is counted still is, and nobody is sent away."""
    return Limits({name: Rate(rate.count * _FACTOR, rate.period_s) for name, rate in RATES.items()})


def tight_limits(
    name: LimitName, count: int, *, period_s: int = 60, clock: Callable[[], float] = time.monotonic
) -> Limits:
    """Roomy, but for one name."""
    rates = {other: Rate(rate.count * _FACTOR, rate.period_s) for other, rate in RATES.items()}
    rates[name] = Rate(count, period_s)
    return Limits(rates, clock=clock)
