"""The ledger is rewritten: a node serves a second history in which the theft was never reported, final and proved.

The weaker rule takes what a node calls final, once its proofs hold. Ours remembers: the head must descend, parent by
parent, from the last head and the last signed checkpoint that were seen. And two checkpoints that tell two stories are
put side by side: both are signed, so both are evidence.
"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from provenance_schemas.step_kinds import EntryKind
from tests.fakes.rpc_node import world_over_rpc
from tests.fakes.trust import CHECKPOINT_KEY, after, some_block, some_brand, some_checkpoint
from tests.fakes.world import some_world
from verifier.adapters.checkpoint_chain import DescendingChain, RpcHeaders
from verifier.adapters.checkpoint_memory import CheckpointMemory
from verifier.adapters.rpc_client import RpcClient
from verifier.checkpoints import checkpoint_json, verify_checkpoint
from verifier.cli.main import main
from verifier.policies import CLI, POLICIES
from verifier.trust import TrustRegistry, trust_json
from verifier.verdict import Code, Level, Outcome


@pytest.fixture
def attacked(tmp_path):
    """A world whose node is remembered at the block of the theft; gives world, node, parts with and without memory."""
    world = some_world()
    world.registry.report(world.bag, EntryKind.REPORTED_STOLEN, 1)
    world.settle()
    with world_over_rpc(world) as (node, parts):
        node.linked = True
        pinned = replace(world.brand.registry, deployed_block_hash=node.block_hash(0))
        client = RpcClient(node.url)
        memory = CheckpointMemory(tmp_path / "state" / "seen")
        chain = DescendingChain(parts["chain"], pinned, [RpcHeaders(client)], memory)
        yield world, node, parts, {**parts, "chain": chain}, memory
        client.close()


def rewrite(world, number):
    """Forget everything from a block on, and go on without the theft."""
    world.registry.rewind(number - 1)
    while world.registry.time_s < world.now.timestamp() - 6:
        world.registry.mine()
    world.settle()


def theft_block(world):
    return next(
        log.block_number
        for log in world.registry.logs
        if log.entry and log.entry.meta.kind is EntryKind.REPORTED_STOLEN
    )


def test_a_history_without_the_theft_is_not_believed(attacked):
    """Every proof of it holds. Whoever has seen the true head says "cannot verify", never "clear"."""
    world, _, weaker, ours, _ = attacked
    assert world.verify(world.bag_label, CLI, **ours).verdict.level is Level.REJECTED
    rewrite(world, theft_block(world))
    assert world.verify(world.bag_label, CLI, **weaker).verdict.level is Level.VERIFIED

    for policy in POLICIES.values():
        verdict = world.verify(world.bag_label, policy, **ours).verdict
        assert verdict.level is Level.UNDETERMINED
        assert verdict.outcome(Code.CHAIN_FINAL) is Outcome.UNKNOWN
    reason = next(f.reason for f in verdict.findings if f.code is Code.CHAIN_FINAL)
    assert "seen before" in reason or "descend" in reason


def sign_final(world, node, folder):
    """Write a trust file and the brand's checkpoint of the node's final block; gives registry, block and both paths."""
    registry = replace(world.brand.registry, deployed_block_hash=node.block_hash(0))
    brand = replace(world.brand, registry=registry, checkpoint_keys=(CHECKPOINT_KEY.address,))
    number = node.tip - node.final_lag
    block = replace(world.registry.blocks[number], hash=node.block_hash(number))
    place = {"chain_id": registry.chain_id, "contract": registry.contract}
    files = folder / "trust.json", folder / "checkpoint"
    files[0].write_text(trust_json(TrustRegistry((brand,))), "utf-8")
    files[1].write_bytes(checkpoint_json(some_checkpoint(1, number, block=block, **place)))
    return registry, block, files


def test_a_checkpoint_alone_is_enough_to_see_it(attacked, tmp_path, capsys, monkeypatch):
    """The verifier never asked a node before; the brand's checkpoint was fetched, through the command line."""
    world, node, weaker, ours, memory = attacked
    registry, block, files = sign_final(world, node, tmp_path)
    monkeypatch.setenv("ASSAY_STATE", str(tmp_path / "state"))

    assert main(("checkpoint", "fetch", str(files[1]), "--trust", str(files[0]))) == 0
    assert memory.load(registry).checkpoint.block == block
    rewrite(world, theft_block(world))
    assert world.verify(world.bag_label, CLI, **weaker).verdict.level is Level.VERIFIED
    assert world.verify(world.bag_label, CLI, **ours).verdict.level is Level.UNDETERMINED
    capsys.readouterr()


def test_a_liar_who_was_asked_first_silences_the_verifier_only_until_the_brand_signs(
    attacked, tmp_path, capsys, monkeypatch
):
    """The first node invented a theft, with proofs. The true chain is refused, until its checkpoint is fetched."""
    world, node, _, ours, memory = attacked
    assert world.verify(world.bag_label, CLI, **ours).verdict.level is Level.REJECTED
    rewrite(world, theft_block(world))  # from here on the node is an honest one
    world.registry.mine(2)
    assert world.verify(world.bag_label, CLI, **ours).verdict.level is Level.UNDETERMINED

    registry, block, files = sign_final(world, node, tmp_path)
    lie = memory.load(registry).head
    monkeypatch.setenv("ASSAY_STATE", str(tmp_path / "state"))
    assert main(("checkpoint", "fetch", str(files[1]), "--trust", str(files[0]))) == 0
    assert world.verify(world.bag_label, CLI, **ours).verdict.level is Level.VERIFIED
    assert (block, lie) == (memory.load(registry).head, memory.load(registry).refuted)
    capsys.readouterr()
    assert main(("checkpoint", "seen", "--trust", str(files[0]))) == 0
    assert f"refuted     block {lie.number}, 0x{lie.hash.hex()}" in capsys.readouterr().out


def test_two_stories_under_one_key_are_evidence(tmp_path, capsys):
    """The brand, or whoever has its key, signs the rewritten ledger too. Each checkpoint alone is in order."""
    brand = some_brand()
    told = some_checkpoint(5, 1_000), some_checkpoint(5, 1_000, block=some_block(1_000, " of another story"))
    for checkpoint in told:
        assert verify_checkpoint(checkpoint, brand)  # the weaker rule: the signature

    trust = tmp_path / "trust.json"
    trust.write_text(trust_json(TrustRegistry((brand,))), "utf-8")
    paths = [tmp_path / name for name in ("one", "other", "next")]
    for path, checkpoint in zip(paths, (*told, after(told[0], 1_300)), strict=True):
        path.write_bytes(checkpoint_json(checkpoint))
    options = ("--trust", str(trust), "--state", str(tmp_path / "state"))

    assert main(("checkpoint", "compare", str(paths[0]), str(paths[1]), "--json", *options)) == 1
    shown = json.loads(capsys.readouterr().out)
    assert not shown["agree"]
    assert len(shown["checkpoints"]) == 2
    assert main(("checkpoint", "compare", str(paths[1]), str(paths[2]), *options)) == 1
    assert "follows another" in capsys.readouterr().out
    assert main(("checkpoint", "compare", str(paths[0]), str(paths[2]), *options)) == 0
    assert main(("checkpoint", "fetch", str(paths[0]), *options)) == 0
    assert main(("checkpoint", "fetch", str(paths[1]), *options)) == 1
    assert "Keep both" in capsys.readouterr().err
