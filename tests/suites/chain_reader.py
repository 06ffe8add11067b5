"""What every ChainReader must do, whatever is behind it. A test module subclasses it and gives a `world`."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import pytest

from provenance_schemas.ids import ItemId
from tests.fakes.registry import CODE_HASH, NO_ACTOR, FakeRegistry, some_address
from verifier.errors import ChainUnavailableError
from verifier.ports import ActorWord, ChainReader


@dataclass
class ReaderUnderTest:
    """A reader, the registry that it must tell of, and the ways to trouble it."""

    reader: ChainReader
    registry: FakeRegistry
    final_lag: int
    code_hash: bytes = CODE_HASH

    @abstractmethod
    def break_off(self) -> None:
        """Let the node stop answering."""

    @abstractmethod
    def fall_behind(self, blocks: int) -> None:
        """Let the node not have seen the newest blocks."""


class ChainReaderSuite:
    """The suite. `subject` is a fixture that gives a ReaderUnderTest over `some_world`'s registry."""

    def test_the_tips_are_the_final_and_the_latest_block(self, subject):
        tips = subject.reader.tips()

        assert tips.latest.number == subject.registry.tip
        assert tips.final.number == subject.registry.tip - subject.final_lag
        assert tips.latest.mined_at == subject.registry.blocks[-1].mined_at
        assert tips.final.mined_at == subject.registry.blocks[tips.final.number].mined_at

    def test_the_words_of_items_are_read_at_each_block(self, subject, items):
        """Also as they were before: at the final block, not as they are now."""
        tips = subject.reader.tips()
        for block in (tips.final, tips.latest):
            state = subject.reader.read(items, [], block)

            assert state.code_hash == subject.code_hash
            assert state.issuance == subject.registry.issuance(block.number)
            assert state.items == {item.token_id: subject.registry.words(item, block.number) for item in items}

    def test_an_item_that_does_not_exist_is_none(self, subject, items):
        """Past the end of a batch, and of a batch that was never registered."""
        strangers = [items[0].batch.item(99), ItemId(items[0].chain_id, items[0].contract, 9 << 32)]
        state = subject.reader.read(strangers, [], subject.reader.tips().final)

        assert state.items == {item.token_id: None for item in strangers}

    def test_actors_are_read_with_their_dispute(self, subject):
        """One that is disputed, and one that the registry never heard of."""
        disputed, stranger = some_address("disputed"), some_address("stranger")
        since_s = subject.registry.time_s - 60
        subject.registry.dispute(disputed, since_s)
        state = subject.reader.read([], [disputed, stranger], subject.reader.tips().latest)

        assert state.actors == {disputed: ActorWord(0, 0, 0, since_s), stranger: NO_ACTOR}

    def test_several_words_are_read_at_once(self, subject, items):
        actors = [some_address(name) for name in "abc"]
        state = subject.reader.read(items, actors, subject.reader.tips().latest)

        assert set(state.items) == {item.token_id for item in items}
        assert set(state.actors) == set(actors)

    def test_a_node_that_does_not_answer_is_unavailable(self, subject, items):
        tips = subject.reader.tips()
        subject.break_off()

        with pytest.raises(ChainUnavailableError):
            subject.reader.tips()
        with pytest.raises(ChainUnavailableError):
            subject.reader.read(items, [], tips.final)

    def test_a_block_the_node_has_not_seen_is_unavailable(self, subject, items):
        """Two nodes behind one address: the second is behind the first."""
        latest = subject.reader.tips().latest
        subject.fall_behind(1)

        with pytest.raises(ChainUnavailableError):
            subject.reader.read(items, [], latest)

    def test_a_block_that_was_reorganised_away_is_unavailable(self, subject, items):
        """Its number is still there; it is another block."""
        latest = subject.reader.tips().latest
        subject.registry.rewind(latest.number - 1)
        subject.registry.mine(3)

        with pytest.raises(ChainUnavailableError):
            subject.reader.read(items, [], latest)
