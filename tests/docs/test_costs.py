"""The page of costs says what its file and our measured gas say."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from tools.costs import PRICES, cost, rounded, table

ROOT = Path(__file__).resolve().parents[2]
GAS = json.loads((ROOT / "mint" / "contracts" / "snapshots" / "gas.json").read_text())
FILE = tomllib.loads(PRICES.read_text("utf-8"))


def test_the_gas_is_what_the_contracts_use():
    """Measured by forge; a change of the contracts changes the page."""
    assert {act: int(GAS[act]) for act in FILE["gas"]} == FILE["gas"]


def test_the_page_holds_the_table_of_the_file():
    page = (ROOT / "docs" / "costs.md").read_text("utf-8")

    assert table(FILE) in page
    assert f"{FILE['currency']}, prices of {FILE['as_of']}" in page


def test_a_cost_is_gas_and_published_bytes():
    """1,000 gas at 2 gwei and 10 bytes at 5 gwei, of a coin of 1,000: two thousandths and five hundred-thousandths."""
    prices = {"gas": {"act": 1_000}, "data_bytes": {"act": 10}}
    chain = {"gas_gwei": 2, "data_gwei_per_byte": 5, "token_price": 1_000}

    assert cost(prices, chain, "act", 1) == pytest.approx(0.00205)
    assert cost(prices, chain, "act", 3) == pytest.approx(0.00615)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [(123.4, "120"), (4.589, "4.59"), (0.0123, "0.012"), (0.00001, "< 0.0001"), (1234, "1,200")],
)
def test_no_cost_pretends_to_be_exact(amount, expected):
    assert rounded(amount) == expected
