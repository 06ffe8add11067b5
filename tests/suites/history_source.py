"""What every HistorySource must do. It is never trusted, but an honest one must tell all, in order."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import pytest

from provenance_schemas.ids import BatchId, ItemId
from provenance_schemas.keccak import keccak256
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.world import WORKSHOP, BagWorld
from verifier.errors import ChainUnavailableError
from verifier.history import number_entries, replay
from verifier.ports import HistorySource


@dataclass
class SourceUnderTest:
    """A source, and the world that it must tell of."""

    source: HistorySource
    world: BagWorld

    @abstractmethod
    def break_off(self) -> None:
        """Let the node stop answering."""


def fresh_batch(world: BagWorld) -> int:
    """Give a batch number that the world has not used: a world on a real node serves many tests."""
    return max(world.roots) + 1


class HistorySourceSuite:
    """The suite. `subject` is a fixture that gives a SourceUnderTest over `some_world`."""

    def test_both_lanes_of_an_item_are_told_in_order(self, subject):
        """Exactly what was folded, so that it replays."""
        registry, bag = subject.world.registry, subject.world.bag
        entries = subject.source.entries(bag, until_block=registry.tip, count_max=100)

        assert list(entries) == registry.entries(bag, registry.tip)
        replay(bag, registry.words(bag, registry.tip), number_entries(entries))

    def test_entries_end_with_the_block_asked_for(self, subject):
        """Around each entry: its own block's is in, the next one's is not."""
        registry, bag = subject.world.registry, subject.world.bag
        written = {entry.block_number for entry in registry.entries(bag, registry.tip)}
        for until in sorted({0, registry.tip} | written | {at - 1 for at in written}):
            entries = subject.source.entries(bag, until_block=until, count_max=100)
            assert list(entries) == registry.entries(bag, until)

    def test_newer_entries_are_told_when_they_are_asked_for(self, subject):
        """What was told before is no reason to stop there."""
        world = subject.world
        subject.source.entries(world.bag, until_block=world.registry.tip, count_max=100)
        world.record(world.bag, EntryKind.SERVICED, by=WORKSHOP)

        entries = subject.source.entries(world.bag, until_block=world.registry.tip, count_max=100)
        assert list(entries) == world.registry.entries(world.bag, world.registry.tip)

    def test_a_piece_has_no_entries_of_another(self, subject):
        world = subject.world
        entries = subject.source.entries(world.scarf, until_block=world.registry.tip, count_max=100)

        assert list(entries) == world.registry.entries(world.scarf, world.registry.tip)
        assert len(entries) == 3

    def test_a_batch_with_the_number_of_a_token_is_not_that_token(self, subject):
        """Batch ids are random, but nothing forbids it: neither lane takes the other's entries."""
        world = subject.world
        subject.source.entries(world.bag, until_block=world.registry.tip, count_max=100)
        twin = BatchId(world.bag.chain_id, world.bag.contract, world.bag.token_id)
        if world.registry.words(twin.item(0), world.registry.tip) is None:
            world.registry.register(twin, 1, keccak256(b"a passport"))
        world.record(world.bag, EntryKind.SERVICED, by=WORKSHOP)
        tip = world.registry.tip
        for item in (world.bag, twin.item(0)):
            entries = subject.source.entries(item, until_block=tip, count_max=100)
            assert list(entries) == world.registry.entries(item, tip)

    def test_a_piece_that_does_not_exist_has_none(self, subject):
        bag = subject.world.bag
        stranger = ItemId(bag.chain_id, bag.contract, 9 << 32)

        assert subject.source.entries(stranger, until_block=subject.world.registry.tip, count_max=100) == ()

    @pytest.mark.parametrize(("spare", "told"), [(0, True), (-1, False)])
    def test_more_entries_than_the_limit_are_unavailable(self, subject, spare, told):
        """Both sides of the edge; never a part of them."""
        world = subject.world
        count = len(world.registry.entries(world.scarf, world.registry.tip))
        if told:
            subject.source.entries(world.scarf, until_block=world.registry.tip, count_max=count + spare)
            return
        with pytest.raises(ChainUnavailableError):
            subject.source.entries(world.scarf, until_block=world.registry.tip, count_max=count + spare)

    def test_issuances_are_told_in_order_both_ends_included(self, subject):
        """Registrations and replaced labels, over every range."""
        world = subject.world
        world.replace_label(world.bag, "new")
        world.register(fresh_batch(world), 2)
        tip = world.registry.tip
        written = {issuance.block_number for issuance in world.registry.issuances(0, tip)}
        edges = sorted({0, tip} | {min(max(at + off, 0), tip) for at in written for off in (-1, 0, 1)})
        for first in edges:
            for until in edges[edges.index(first) :]:
                found = subject.source.issuances(from_block=first, until_block=until, count_max=10)
                assert list(found) == world.registry.issuances(first, until)

    def test_more_issuances_than_the_limit_are_unavailable(self, subject):
        world = subject.world
        world.register(fresh_batch(world))
        with pytest.raises(ChainUnavailableError):
            subject.source.issuances(from_block=0, until_block=world.registry.tip, count_max=1)

    def test_a_node_that_does_not_answer_is_unavailable(self, subject):
        """Asked for something new, so that no memory can answer."""
        world = subject.world
        world.record(world.bag, EntryKind.SERVICED, by=WORKSHOP)
        subject.break_off()

        with pytest.raises(ChainUnavailableError):
            subject.source.entries(world.bag, until_block=world.registry.tip, count_max=100)
        with pytest.raises(ChainUnavailableError):
            subject.source.issuances(from_block=0, until_block=world.registry.tip, count_max=100)
