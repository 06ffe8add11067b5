"""`assay demo --no-serve --json`: the whole tour as a process, and once more over its own data."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mint.localnet.start import ensure_localnet, stop_localnet
from tests.integration.crash_support import ROOT, clean_environment, sealed_transactions
from verifier.adapters.rpc_client import RpcClient

pytestmark = pytest.mark.process

_TIMEOUT_S = 600
ANSWERS = {
    "photograph the bag's label, verify the photo": "verified",
    "a watch reported stolen": "stolen",
    "a scarf from a batch of 24": "verified",
    "a piece not sold yet": "not_sold_yet",
    "a forged label": "not_issued",
    "a tampered document": "cannot_verify",
    "a hidden log": "cannot_verify",
    "a dead node": "cannot_verify",
}


def tour(folder: Path) -> tuple[int, dict[str, Any], str]:
    """Walk; gives exit code, answers and what was said on stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "verifier.cli.main", "demo", "--no-serve", "--json", "--data", folder],
        cwd=ROOT,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
    )
    return done.returncode, json.loads(done.stdout or "null"), done.stderr


def ledger(folder: Path) -> dict[str, int]:
    """Every transaction on the demo's ledger."""
    client = RpcClient(ensure_localnet(folder / "house" / "localnet").url)
    try:
        return sealed_transactions(client)
    finally:
        client.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("demo")
    yield folder
    stop_localnet(folder / "house" / "localnet")


def test_every_stop_of_the_tour_holds_and_a_second_run_keeps_the_data(folder):
    """Exit 0, the answers of a good and of a cheated world; again over the same data, with nothing sent."""
    code, said, err = tour(folder)

    assert (code, err) == (0, "")
    assert said["held"]
    assert all(stop["held"] for stop in said["stops"])
    assert ANSWERS.items() <= {stop["name"]: stop["answered"] for stop in said["stops"]}.items()
    assert len(said["stops"]) >= 13

    before, trust = ledger(folder), (folder / "house" / "trust.json").read_bytes()
    labels = {path.name: path.read_bytes() for path in folder.glob("label-*.png")}
    code, again, err = tour(folder)

    assert (code, err) == (0, "")
    assert [stop["answered"] for stop in said["stops"]] == [stop["answered"] for stop in again["stops"]]
    assert again["stops"][0]["detail"] == "0 of them new"
    assert before == ledger(folder)
    assert trust == (folder / "house" / "trust.json").read_bytes()
    assert labels == {path.name: path.read_bytes() for path in folder.glob("label-*.png")}
