"""A forger deploys a contract of his own, with the same calls and events, and registers a copy of the bag there.

The weaker rule asks whatever contract the label, or the metadata, names. Ours knows chain, contract and code hash from
a pinned trust file; nothing a label or a document says changes them.
"""

from __future__ import annotations

from dataclasses import replace

from provenance_schemas.ids import ItemId
from tests.fakes.registry import some_address
from tests.fakes.rpc_node import world_over_rpc
from tests.fakes.world import some_world
from verifier.policies import CLI, POLICIES
from verifier.verdict import Code, Level, Outcome


def is_registered(world, item):
    """The weaker rule: the contract named answers that it holds the token."""
    return world.registry.words(item, world.registry.tip) is not None


def test_a_token_of_another_contract_is_not_confirmed():
    """A perfect copy of everything, but of a contract that no trust file names."""
    world = some_world()
    copy = ItemId(world.bag.chain_id, some_address("forger's contract"), world.bag.token_id)
    assert is_registered(world, world.bag)

    for policy in POLICIES.values():
        verdict = world.verify(copy, policy).verdict
        assert verdict.level is Level.UNDETERMINED
        assert verdict.outcome(Code.ISSUER_TRUSTED) is Outcome.UNKNOWN


def test_other_code_at_the_right_address_is_rejected():
    """Proved under the state root: whatever its words say, they are not the registry's."""
    world = some_world()
    with world_over_rpc(world, code_at=lambda number: bytes(31) + b"\1") as (_, parts):
        assert is_registered(world, world.bag)

        verification = world.verify(world.bag_label, CLI, **parts)
    assert verification.verdict.level is Level.REJECTED
    assert verification.verdict.outcome(Code.ISSUER_TRUSTED) is Outcome.FAILED
    assert verification.verdict.outcome(Code.ITEM_RECORDED) is Outcome.UNKNOWN


def test_a_node_of_another_chain_with_the_same_contract_is_no_answer():
    """The same address, the same code, the same token: on a chain where nobody paid for it."""
    world, copy = some_world(), some_world()
    copy.registry.blocks[0] = replace(copy.registry.blocks[0], hash=b"\7" * 32)
    with world_over_rpc(world), world_over_rpc(copy) as (_, parts):
        parts["chain"]._registry = world.brand.registry
        assert is_registered(copy, world.bag)

        assert world.verify(world.bag_label, CLI, **parts).verdict.level is Level.UNDETERMINED
