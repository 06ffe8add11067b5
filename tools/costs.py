"""Reckon what a registration and a step cost on each chain of `docs/costs.toml`; prints the table of `docs/costs.md`.

    python tools/costs.py [FILE]

Gas is measured (mint/contracts/snapshots/gas.json); prices are those of the file's own date.
"""

from __future__ import annotations

import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
PRICES: Final = ROOT / "docs" / "costs.toml"
_GWEI: Final = 1e-9
_AGE_MAX_DAYS: Final = 90
_ACTS: Final = (
    ("one piece", "register_one", 1),
    ("1,000 pieces", "register_per_item_1000", 1_000),
    ("one step", "step_later", 1),
    ("100 steps at once", "step_batch100_each", 100),
    ("a step of a whole batch", "batch_step", 1),
    ("a claim", "claim", 1),
)
"""What is done, its row in the file, and how often."""


def cost(prices: dict[str, Any], chain: dict[str, Any], act: str, times: int) -> float:
    """Reckon one act on one chain, in the file's currency: gas, and on a layer 2 the bytes it publishes."""
    gas_gwei = prices["gas"][act] * times * chain["gas_gwei"]
    data_gwei = prices["data_bytes"][act] * times * chain["data_gwei_per_byte"]
    return float((gas_gwei + data_gwei) * _GWEI * chain["token_price"])


def rounded(amount: float) -> str:
    """Give two figures that count; prices are no more exact than that."""
    if amount < 0.0001:
        return "< 0.0001"
    digits = 2 if amount >= 10 else 3 if amount >= 1 else 2
    return f"{float(f'{amount:.{digits}g}'):,g}"


def table(prices: dict[str, Any]) -> str:
    """Lay the costs out as a Markdown table."""
    rows = [["chain", *(f"{name}" for name, _, _ in _ACTS)], ["---"] * (len(_ACTS) + 1)]
    rows += [
        [chain["name"], *(rounded(cost(prices, chain, act, times)) for _, act, times in _ACTS)]
        for chain in prices["chain"]
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> int:
    """Read the file and print the table."""
    prices = tomllib.loads(Path(sys.argv[1] if len(sys.argv) > 1 else PRICES).read_text("utf-8"))
    age_days = (datetime.now(UTC).date() - prices["as_of"]).days
    if age_days > _AGE_MAX_DAYS:
        print(f"these prices are {age_days} days old: put today's into the file", file=sys.stderr)
    print(f"{prices['currency']}, prices of {prices['as_of']}\n")
    print(table(prices))
    return 0


if __name__ == "__main__":
    sys.exit(main())
