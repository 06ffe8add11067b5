"""The table of the page of nodes names every case that there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.nodes import _words
from tests.suites.chain_reader import ChainReaderSuite
from tests.suites.history_source import HistorySourceSuite

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "nodes.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("row", "suite"),
    [("RpcChain", ChainReaderSuite), ("RpcLogs", HistorySourceSuite), ("IndexedLogs", HistorySourceSuite)],
)
def test_every_case_of_a_suite_is_in_the_table(row, suite):
    """A case that was added is seen there once `make bench BENCH=nodes` has run it on each node."""
    cases = [name for name in vars(suite) if name.startswith("test_")]

    assert [case for case in cases if f"| {row} | {_words(case)} |" not in PAGE] == []
    assert "| NO |" not in PAGE
