"""A node lies about the words themselves: a stolen piece is clear, a stranger's piece is registered.

The weaker rule believes an answer (`eth_call`, or a proof that is not checked). Ours holds every word against a
Merkle proof under the state root of a header that hashes to its block. A node that lies is a node that does not answer.
"""

from __future__ import annotations

import pytest

from provenance_schemas.step_kinds import EntryKind
from tests.fakes.registry import CODE_HASH
from tests.fakes.rpc_node import world_over_rpc
from tests.fakes.world import BOUTIQUE, World, some_world
from verifier.adapters.registry_layout import item_slots, item_words
from verifier.limits import CHAIN_FINAL_LAG_MAX_S
from verifier.policies import CLI, POLICIES
from verifier.verdict import Code, Level, Outcome


def words_as_told(proof, item):
    """The weaker rule: the values beside the proofs, as `eth_call` would give them."""
    told = {int(slot["key"], 16): int(slot["value"], 16) for slot in proof["storageProof"]}
    return item_words(item, tuple(told[slot] for slot in item_slots(item)))


def changed_proof(change):
    """Lie in every storage proof: `change` gets each node's bytes."""

    def lie(method, params, result):
        if method == "eth_getProof":
            for slot in result["storageProof"]:
                slot["proof"] = ["0x" + change(bytes.fromhex(node[2:])).hex() for node in slot["proof"]]
        return result

    return lie


def verify_all(world, parts):
    return {world.verify(world.bag_label, policy, **parts).verdict.level for policy in POLICIES.values()}


def test_a_stolen_piece_told_as_clear_is_not_clear():
    """The node serves proofs of another storage in which the report never happened."""
    world, clear = some_world(), some_world()
    world.registry.report(world.bag, EntryKind.REPORTED_STOLEN, 1)
    world.settle()
    with world_over_rpc(world) as (node, parts), world_over_rpc(clear) as (other, _):

        def from_the_other(method, params, result):
            if method != "eth_getProof":
                return result
            tries = other.tries(other.tip)
            for slot in result["storageProof"]:
                number = int(slot["key"], 16)
                slot["proof"] = ["0x" + node.hex() for node in tries.storage_proof(number)]
                slot["value"] = hex(clear.registry.storage(other.tip).get(number, 0))
            return result

        node.lie = from_the_other
        slots = [f"0x{slot:064x}" for slot in item_slots(world.bag)]
        told = from_the_other("eth_getProof", [], node.eth_getProof(world.registry.contract, slots, "latest"))
        assert words_as_told(told, world.bag).status & 1 == 0

        assert verify_all(world, parts) == {Level.UNDETERMINED}


@pytest.mark.parametrize(
    "change",
    [lambda node: node[:-1] + bytes([node[-1] ^ 1]), lambda _: b"", lambda node: node + b"\0", lambda _: b"\xc0"],
    ids=["one bit", "nothing", "one byte more", "an empty node"],
)
def test_a_changed_proof_is_an_answer_not_had(change):
    """Never a forged word, never a proven absence."""
    world = some_world()
    with world_over_rpc(world) as (node, parts):
        node.lie = changed_proof(change)
        assert verify_all(world, parts) == {Level.UNDETERMINED}


LIES = {
    "another state root": ("eth_getBlockByNumber", lambda r: r | {"stateRoot": "0x" + "11" * 32}),
    "another time": ("eth_getBlockByNumber", lambda r: r | {"timestamp": hex(int(r["timestamp"], 16) + 60)}),
    "another hash": ("eth_getBlockByNumber", lambda r: r | {"hash": "0x" + "22" * 32}),
    "no header": ("eth_getBlockByNumber", lambda _: None),
    "a header that is no table": ("eth_getBlockByNumber", lambda _: ["0x"]),
    "another chain": ("eth_chainId", lambda _: "0x1"),
    "no account": ("eth_getProof", lambda r: r | {"accountProof": []}),
    "fewer slots": ("eth_getProof", lambda r: r | {"storageProof": r["storageProof"][:-1]}),
    "no slots": ("eth_getProof", lambda r: r | {"storageProof": []}),
    "slots in another order": ("eth_getProof", lambda r: r | {"storageProof": r["storageProof"][::-1]}),
    "no proof": ("eth_getProof", lambda _: None),
    "a number for a proof": ("eth_getProof", lambda _: 5),
    "proofs that are numbers": ("eth_getProof", lambda r: r | {"storageProof": [5] * len(r["storageProof"])}),
    "nodes that are numbers": ("eth_getProof", lambda r: r | {"accountProof": [5]}),
    "logs that are no list": ("eth_getLogs", lambda _: {"logs": []}),
    "logs that are numbers": ("eth_getLogs", lambda r: [5] * len(r)),
    "logs without data": ("eth_getLogs", lambda r: [log | {"data": None} for log in r]),
    "logs of another event": (
        "eth_getLogs",
        lambda r: [log | {"topics": ["0x" + "33" * 32, log["topics"][1]]} for log in r],
    ),
    "logs twice": ("eth_getLogs", lambda r: r * 2),
}


@pytest.mark.parametrize("name", LIES)
def test_every_other_lie_is_an_answer_not_had(name):
    """Headers, identity, proofs, logs: each changed everywhere. No crash, no positive and no negative answer."""
    called, lie = LIES[name]
    world = some_world()
    with world_over_rpc(world) as (node, parts):
        node.lie = lambda method, params, result: lie(result) if method == called else result
        assert verify_all(world, parts) == {Level.UNDETERMINED}


def test_an_old_block_called_final_hides_no_replaced_label():
    """Every word of it is proved. The weaker rule asks for no more; ours looks at the newest block too."""
    world = some_world()
    before = world.registry.tip
    world.replace_label(world.bag, "new")
    world.settle()
    with world_over_rpc(world) as (node, parts):
        node.lie = lambda method, params, result: (
            node.header(before) if method == "eth_getBlockByNumber" and params[0] == "finalized" else result
        )
        assert world.registry.words(world.bag, before) is not None
        assert world.verify(world.bag_label, CLI, **parts).verdict.level is Level.UNDETERMINED


def test_a_block_far_behind_is_not_taken_for_final():
    """An honest node's final block is minutes behind its latest one; a chosen one may be as old as it likes."""
    world = some_world()
    before = world.registry.tip
    world.registry.mine(after_s=CHAIN_FINAL_LAG_MAX_S + 1)
    with world_over_rpc(world) as (node, parts):
        node.lie = lambda method, params, result: (
            node.header(before) if method == "eth_getBlockByNumber" and params[0] == "finalized" else result
        )
        assert world.registry.words(world.bag, before) == world.registry.words(world.bag, world.registry.tip)

        verdict = world.verify(world.bag_label, CLI, **parts).verdict
    assert verdict.level is Level.UNDETERMINED
    assert verdict.outcome(Code.CHAIN_FINAL) is Outcome.UNKNOWN


def test_an_old_block_called_final_proves_no_absence():
    """Before the registration there was no such piece, truly; and before the deployment no contract."""
    world = some_world()
    (piece,) = world.register(78)
    world.settle()
    for number in (0, 3):
        with world_over_rpc(world) as (node, parts):
            node.lie = lambda method, params, result, node=node, number=number: (
                node.header(number) if method == "eth_getBlockByNumber" and params[0] == "finalized" else result
            )
            assert world.registry.words(piece, number) is None
            for subject in (world.label(piece), piece):
                assert world.verify(subject, CLI, **parts).verdict.level is Level.UNDETERMINED


@pytest.mark.parametrize("code", [None, bytes(32)], ids=["no contract", "another contract"])
def test_a_block_before_the_deployment_is_no_proof_against_the_brand(code):
    """The contract is proved to be absent, or another one, there: that is true and means nothing."""
    world = World()
    world.registry.mine(5)
    (piece,) = world.register(77)
    world.record(piece, EntryKind.SOLD, by=BOUTIQUE)
    world.settle()
    with world_over_rpc(world, deployed=5, code_at=lambda number: CODE_HASH if number >= 5 else code) as (node, parts):
        assert world.verify(world.label(piece), CLI, **parts).verdict.level is Level.VERIFIED
        node.lie = lambda method, params, result: (
            node.header(4) if method == "eth_getBlockByNumber" and params[0] == "finalized" else result
        )
        assert node.code_at(4) == code

        for policy in POLICIES.values():
            assert world.verify(world.label(piece), policy, **parts).verdict.level is Level.UNDETERMINED
