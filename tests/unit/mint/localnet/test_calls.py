"""Calls without a transaction."""

from __future__ import annotations

import pytest

from mint.localnet.calls import revert_reason
from tests.unit.mint.localnet.contracts import STORE_INIT, store_call
from tests.unit.mint.localnet.support import ETHER, RpcAnswerError


def test_a_revert_carries_code_3_its_data_and_its_reason(chain, store):
    """As go-ethereum answers, so that client libraries decode it."""
    with pytest.raises(RpcAnswerError, match=r"^execution reverted: no$") as failure:
        chain.ask("eth_call", {"to": store, "data": "0x00"}, "latest")

    assert failure.value.code == 3
    assert failure.value.data.startswith("0x08c379a0")


@pytest.mark.parametrize(
    "output",
    [b"", b"\x08\xc3\x79\xa0", b"\x08\xc3\x79\xa0" + b"\xff" * 64, b"\x01" * 100, b"\x08\xc3\x79\xa0" + b"\xff" * 99],
)
def test_other_revert_data_has_no_reason(output):
    """Custom errors and truncated strings are shown as data only."""
    assert revert_reason(output) == ""


def test_running_out_of_gas_is_an_error_without_data(chain, store):
    """A loop without end stops at the gas it was given."""
    with pytest.raises(RpcAnswerError, match="OutOfGas") as failure:
        chain.ask("eth_call", {"to": store, "data": "0x0000", "gas": "0x186a0"}, "latest")

    assert (failure.value.code, failure.value.data) == (-32000, None)


def test_a_call_changes_nothing(chain, alice, store):
    """Storage, balance and nonce are as before."""
    before = chain.ask("eth_getProof", store, ["0x1"], "latest")
    chain.ask("eth_call", {"from": alice.address, "to": store, "data": "0x" + store_call(1, 9).hex()}, "latest")

    assert before == chain.ask("eth_getProof", store, ["0x1"], "latest")
    assert chain.ask("eth_getBlockByNumber", "latest", True)["transactions"][0]["nonce"].count("x1") == 0


def test_a_call_sees_the_block_it_is_made_at(chain, store):
    """BLOCKHASH of the block before, at each height."""
    for _ in range(3):
        chain.seal(after_s=60)

    for number in (2, 3):
        parent = chain.ask("eth_getBlockByNumber", hex(number - 1), False)["hash"]
        assert parent == chain.ask("eth_call", {"to": store, "data": "0x"}, hex(number))


def test_an_estimate_suffices_and_is_close(chain, alice, store):
    """Sent with the estimate it succeeds, with 3 % less it fails."""
    data = store_call(4, 4)
    estimate = int(chain.ask("eth_estimateGas", {"from": alice.address, "to": store, "data": "0x" + data.hex()}), 16)
    enough = chain.send(alice.sign(to=store, value=0, gas=estimate, data=data))
    chain.seal()
    too_little = chain.send(alice.sign(to=store, value=0, gas=estimate * 97 // 100, data=store_call(5, 5)))
    chain.seal()

    assert chain.ask("eth_getTransactionReceipt", enough)["status"] == "0x1"
    assert chain.ask("eth_getTransactionReceipt", too_little)["status"] == "0x0"


def test_a_deployment_can_be_estimated(chain, alice):
    """No `to`: the init code runs."""
    call = {"from": alice.address, "data": "0x" + STORE_INIT.hex(), "input": "0x" + STORE_INIT.hex()}
    estimate = int(chain.ask("eth_estimateGas", call), 16)
    tx_hash = chain.send(alice.sign(to=None, value=0, gas=estimate, data=STORE_INIT))
    chain.seal()

    assert chain.ask("eth_getTransactionReceipt", tx_hash)["status"] == "0x1"


def test_a_transfer_is_estimated_at_exactly_21000(chain, alice, bob):
    """Nothing to search where nothing is executed."""
    assert (
        chain.ask("eth_estimateGas", {"from": alice.address, "to": bob.address, "value": "0x1"}, "latest") == "0x5208"
    )


def test_estimating_what_reverts_gives_the_reason(chain, alice, store):
    """The caller learns why before it sends."""
    with pytest.raises(RpcAnswerError, match="execution reverted: no"):
        chain.ask("eth_estimateGas", {"from": alice.address, "to": store, "data": "0x00"})


def test_value_that_the_caller_does_not_have_is_refused(chain, alice, bob):
    """One wei more than the balance."""
    call = {"from": alice.address, "to": bob.address, "value": hex(1_000 * ETHER)}
    chain.ask("eth_call", call, "latest")

    with pytest.raises(RpcAnswerError, match="insufficient funds for transfer"):
        chain.ask("eth_call", call | {"value": hex(1_000 * ETHER + 1)}, "latest")


def test_a_contract_calling_itself_without_end_ends(chain, store):
    """Depth is bounded by gas; the process survives it."""
    assert (
        chain.ask("eth_call", {"to": store, "data": "0x000000", "gas": "0xf4240"}, "latest") == "0x" + "00" * 31 + "01"
    )


@pytest.mark.parametrize(
    "call",
    [
        None,
        "0x",
        {"too": "0x"},
        {"to": "0x11"},
        {"to": "0x" + "11" * 20, "data": "0x1"},
        {"to": "0x" + "11" * 20, "data": "0x11", "input": "0x12"},
        {"to": "0x" + "11" * 20, "value": 1},
        {"to": "0x" + "11" * 20, "gas": "0x00"},
        {"to": "0x" + "11" * 20, "accessList": {}},
        {"to": "0x" + "11" * 20, "accessList": [{"address": "0x" + "11" * 20}]},
        {"data": "0x" + "00" * 49_153},
    ],
)
def test_a_malformed_call_is_refused(chain, call):
    """Each with one fault."""
    with pytest.raises(RpcAnswerError) as failure:
        chain.ask("eth_call", call, "latest")

    assert failure.value.code == -32602


def test_an_access_list_is_used(chain, store):
    """A declared slot is warm: the call passes with gas that is too little without it."""
    call = {"to": store, "data": "0x" + (7).to_bytes(32).hex()}
    listed = [{"address": store, "storageKeys": ["0x" + (7).to_bytes(32).hex()]}]

    plain = int(chain.ask("eth_estimateGas", call), 16)
    declared = int(chain.ask("eth_estimateGas", call | {"accessList": listed}), 16)

    assert plain != declared
