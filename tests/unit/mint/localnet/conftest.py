"""Fixtures of the ledger's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.mint.localnet.contracts import STORE_INIT
from tests.unit.mint.localnet.support import Chain, Sender


@pytest.fixture
def alice() -> Sender:
    return Sender()


@pytest.fixture
def bob() -> Sender:
    return Sender()


@pytest.fixture
def chain(tmp_path: Path, alice: Sender, bob: Sender) -> Iterator[Chain]:
    """A chain at block 0 where alice and bob hold 1,000 ether each."""
    opened = Chain(tmp_path, alice, bob)
    yield opened
    opened.close()


@pytest.fixture
def store(chain: Chain, alice: Sender) -> str:
    """Address of the store contract, sealed in block 1."""
    tx_hash = chain.send(alice.sign(to=None, gas=1_000_000, value=0, data=STORE_INIT))
    chain.seal()
    return chain.ask("eth_getTransactionReceipt", tx_hash)["contractAddress"]
