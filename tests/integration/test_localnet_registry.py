"""A common client library and the real contract on the embedded ledger."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest
import rlp
from eth_account import Account
from trie.hexary import HexaryTrie
from web3 import HTTPProvider, Web3
from web3.contract import Contract
from web3.exceptions import ContractCustomError, TransactionNotFound

from mint.localnet.start import ensure_localnet, funder_key, stop_localnet
from provenance_schemas.keccak import keccak256

pytestmark = pytest.mark.process
PIECES = 1_000
REGISTRATION_GAS_MAX = 2_150 * PIECES


@pytest.fixture(scope="module")
def web3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web3]:
    """A client of a fresh node whose default account is the funder, signing by itself."""
    folder: Path = tmp_path_factory.mktemp("localnet")
    client = Web3(HTTPProvider(ensure_localnet(folder).url))
    account = Account.from_key(funder_key(folder))
    client.eth.default_account = account.address
    client.funder = account
    yield client
    stop_localnet(folder)


def send(web3: Web3, call, **fields):
    """Build, sign and send as a user of the library would; give the receipt."""
    address = web3.funder.address
    built = call.build_transaction(
        {"from": address, "nonce": web3.eth.get_transaction_count(address, "pending"), **fields}
    )
    tx_hash = web3.eth.send_raw_transaction(web3.funder.sign_transaction(built).raw_transaction)
    return web3.eth.wait_for_transaction_receipt(tx_hash, timeout=60, poll_latency=0.05)


def artifact_of(name: str) -> dict:
    return json.loads(resources.files("provenance_schemas").joinpath(f"abi/{name}.json").read_text())


def deploy(web3: Web3, name: str, *arguments) -> Contract:
    artifact = artifact_of(name)
    code = web3.eth.contract(abi=artifact["abi"], bytecode=artifact["bytecode"])
    receipt = send(web3, code.constructor(*arguments))
    assert receipt.status == 1
    return web3.eth.contract(address=receipt.contractAddress, abi=artifact["abi"])


@pytest.fixture(scope="module")
def registry(web3: Web3) -> Contract:
    """The registry, deployed; the funder may register."""
    contract = deploy(web3, "ItemRegistry", "Maison", "MSN", web3.funder.address, 0)
    for role in ("REGISTRAR", "ACTOR_ADMIN"):
        send(web3, contract.functions.grantRole(contract.functions[role]().call(), web3.funder.address))
    return contract


@pytest.fixture(scope="module")
def registered(web3: Web3, registry: Contract):
    """Receipt of the registration of a thousand pieces."""
    stock = deploy(web3, "StockAccount", web3.funder.address, 0)
    return send(web3, registry.functions.registerBatch(7, PIECES, b"\1" * 32, b"\2" * 32, stock.address))


def test_the_registry_registers_a_thousand_pieces_in_one_transaction(web3, registry, registered):
    """One Transfer a piece, found by the piece's own topic, within the contract's gas limit."""
    assert registered.status == 1
    assert registered.gasUsed <= REGISTRATION_GAS_MAX
    token = 7 << 32 | 999
    found = registry.events.Transfer().get_logs(from_block=0, argument_filters={"tokenId": token})

    assert [one.transactionHash for one in found] == [registered.transactionHash]
    assert found[0].args.to == registry.functions.ownerOf(token).call()
    assert len(registry.events.Transfer().get_logs(from_block=0)) == PIECES


def test_the_word_of_a_batch_is_proven_against_the_block(web3, registry, registered):
    """EIP-1186 at the block of the registration, read by another trie implementation."""
    word = registry.functions.batchState(7).call(block_identifier=registered.blockNumber)
    layout = artifact_of("ItemRegistry")["storageLayout"]
    position = next(int(entry["slot"]) for entry in layout["storage"] if entry["label"].strip("_") == "batchState")
    slot = keccak256((7).to_bytes(32) + position.to_bytes(32))
    proof = web3.eth.get_proof(registry.address, [int.from_bytes(slot)], registered.blockNumber)
    root = web3.eth.get_block(registered.blockNumber).stateRoot

    address = bytes.fromhex(registry.address[2:])
    account = read(bytes(root), address, proof.accountProof)
    stored = read(rlp.decode(account)[2], slot, proof.storageProof[0].proof)
    assert word
    assert rlp.decode(stored) == word.to_bytes(32).lstrip(b"\0")
    assert registry.functions.batchState(7).call(block_identifier=registered.blockNumber - 1) == 0


def read(root: bytes, key: bytes, proof) -> bytes:
    return HexaryTrie.get_from_proof(root, keccak256(key), [rlp.decode(bytes(node)) for node in proof])


def test_a_custom_error_reaches_the_caller(web3, registry, registered):
    """The library decodes the revert data by itself."""
    stock = Account.create().address

    with pytest.raises(ContractCustomError):
        registry.functions.registerBatch(7, 1, b"\1" * 32, b"\2" * 32, stock).call()


def test_an_unknown_transaction_is_not_found(web3):
    """The library's own error, not a crash in decoding."""
    with pytest.raises(TransactionNotFound):
        web3.eth.get_transaction_receipt("0x" + "12" * 32)
