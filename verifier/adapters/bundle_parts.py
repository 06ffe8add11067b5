"""The three ports of a verification, answered from one opened bundle: the very same gather runs on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from provenance_schemas.content_id import ContentId
from provenance_schemas.ids import Address, BlockRef, ItemId
from verifier.adapters.registry_layout import ISSUANCE_SLOT, actor_slot, actor_word, item_slots, item_words
from verifier.errors import ChainUnavailableError, ContentUnavailableError
from verifier.history import Entry
from verifier.issuance import Issuance
from verifier.ports import RegistryState, Tips

_NOT_HERE: Final = "the bundle proves nothing about this"


def bundle_slots(item: ItemId, actors: Sequence[Address]) -> tuple[int, ...]:
    """Name every slot that a bundle of `item` proves, in its order."""
    return (ISSUANCE_SLOT, *item_slots(item), *map(actor_slot, actors))


def state_of(code_hash: bytes, values: Mapping[int, int], item: ItemId, actors: Sequence[Address]) -> RegistryState:
    """Read the words in the slots of `bundle_slots`."""
    words = item_words(item, tuple(values[slot] for slot in item_slots(item)))
    who = {actor: actor_word(values[actor_slot(actor)]) for actor in actors}
    return RegistryState(code_hash, values[ISSUANCE_SLOT], {item.token_id: words}, who)


class BundleChain:
    """ChainReader whose only block is the bundle's."""

    def __init__(self, block: BlockRef, state: RegistryState) -> None:
        self._block = block
        self._state = state

    def tips(self) -> Tips:
        """Give the one block there is."""
        return Tips(self._block, self._block)

    def read(self, items: Sequence[ItemId], actors: Sequence[Address], at: BlockRef) -> RegistryState:
        """Give words that were proved. Raises ChainUnavailableError for any other."""
        state = self._state
        try:
            words = {item.token_id: state.items[item.token_id] for item in items}
            who = {actor: state.actors[actor] for actor in actors}
        except KeyError as error:
            raise ChainUnavailableError(_NOT_HERE) from error
        if at != self._block:
            raise ChainUnavailableError(_NOT_HERE)
        return RegistryState(state.code_hash, state.issuance, words, who)


class BundleHistory:
    """HistorySource of one item. As untrusted as any: what it tells must replay."""

    def __init__(self, item: ItemId, entries: tuple[Entry, ...], issuances: tuple[Issuance, ...]) -> None:
        self._item = item
        self._entries = entries
        self._issuances = issuances

    def entries(self, item: ItemId, *, until_block: int, count_max: int) -> tuple[Entry, ...]:
        """Give both lanes of the bundle's item."""
        if item != self._item:
            raise ChainUnavailableError(_NOT_HERE)
        _check_count(self._entries, count_max)
        return tuple(entry for entry in self._entries if entry.block_number <= until_block)

    def issuances(self, *, from_block: int, until_block: int, count_max: int) -> tuple[Issuance, ...]:
        """Give every registration and replaced label."""
        _check_count(self._issuances, count_max)
        return tuple(i for i in self._issuances if from_block <= i.block_number <= until_block)


def _check_count(events: Sequence[object], count_max: int) -> None:
    if len(events) > count_max:
        raise ChainUnavailableError(f"more than {count_max} events: over this verifier's limit")


class BundleContent:
    """ContentStore of the blocks in a bundle."""

    def __init__(self, blocks: Mapping[ContentId, bytes]) -> None:
        self._blocks = blocks

    def get(self, cid: ContentId, *, size_max_bytes: int) -> bytes:
        """Give a block that is there. Raises ContentUnavailableError for any other, and for one over the size."""
        block = self._blocks.get(cid)
        if block is None:
            raise ContentUnavailableError(f"the bundle does not hold {cid}")
        if len(block) > size_max_bytes:
            raise ContentUnavailableError(f"{cid}: {len(block)} bytes, at most {size_max_bytes} wanted")
        return block
