"""A history is copied to another chain or another contract: the same entries, in the same order, by the same actors.

The weaker rule checks that the entries hang together, and there they do. Ours folds chain and contract into entry 1
and asks a chain that the trust file pins by the block of its deployment.
"""

from __future__ import annotations

import pytest

from provenance_schemas.folding import fold
from provenance_schemas.ids import Address, ItemId
from tests.fakes.chain import FakeChain
from tests.fakes.registry import FakeRegistry
from tests.fakes.world import CHAIN_ID, CONTRACT, some_world
from verifier.history import Lane, ReplayError, number_entries, replay
from verifier.policies import CLI
from verifier.verdict import Level

OTHER = Address("0x70997970C51812dc3A010C7d01b50e0d17dc79C8")


def hangs_together(entries, words):
    """The weaker rule: the entries fold to the word, whatever the first one says."""
    word = 0
    for entry in entries:
        if entry.lane is Lane.BATCH:
            word = fold(word, word, entry.digest, entry.meta.word)
    return word == words.batch_state


@pytest.mark.parametrize(("chain_id", "contract"), [(1, CONTRACT), (CHAIN_ID, OTHER)])
def test_a_history_is_good_for_its_own_registry_only(chain_id, contract):
    """Copied word for word to another chain, or another contract."""
    world = some_world()
    entries = number_entries(world.registry.entries(world.bag, world.registry.tip))
    words = world.registry.words(world.bag, world.registry.tip)
    assert hangs_together(entries, words)

    with pytest.raises(ReplayError, match="not the one on chain"):
        replay(ItemId(chain_id, contract, world.bag.token_id), words, entries)


@pytest.mark.parametrize(("chain_id", "contract"), [(1, CONTRACT), (CHAIN_ID, OTHER)])
def test_a_registry_elsewhere_cannot_answer_for_ours(chain_id, contract):
    """The same batch, registered there with the same documents: its words do not carry its history over."""
    world = some_world()
    elsewhere = FakeRegistry(chain_id, contract)
    elsewhere.register(world.bag.batch, 3, world.roots[77].digest)
    elsewhere.mine(5)
    copy = FakeChain(elsewhere)

    verdict = world.verify(world.bag_label, CLI, chain=copy, histories=(copy,)).verdict
    assert verdict.level is Level.UNDETERMINED
    mixed = world.verify(world.bag_label, CLI, histories=(copy,)).verdict
    assert mixed.level is Level.UNDETERMINED


def test_a_token_named_on_another_chain_is_not_ours():
    """A document or a link may name any chain; the trust file names one."""
    world = some_world()
    assert world.verify(ItemId(1, CONTRACT, world.bag.token_id), CLI).verdict.level is Level.UNDETERMINED
