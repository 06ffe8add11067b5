"""Following the chain into the index: cursor, reorganisations, gaps, and one follower at a time."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import replace

import pytest

from provenance_schemas.ids import BatchId
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.registry import CODE_HASH
from tests.fakes.rpc_node import RpcNode, serving
from tests.fakes.world import CHAIN_ID, CONTRACT, WORKSHOP, some_world
from verifier.adapters import sqlite_pool
from verifier.adapters.registry_events import ENTRY_TOPICS
from verifier.adapters.rpc_chain import RpcChain
from verifier.adapters.rpc_client import RpcClient
from verifier.errors import ChainUnavailableError
from verifier.history import ReplayError, number_entries, replay
from verifier.index.follower import Follower, GapError
from verifier.index.indexed_logs import IndexedLogs
from verifier.index.store import IndexStore
from verifier.policies import CLI
from verifier.verdict import Level


class Indexed:
    """A world, a node that serves it, and an index that follows the node."""

    def __init__(self, node, client, path):
        self.world = some_world()
        node.registry = self.world.registry
        node.storage = self.world.registry.storage
        self.node = node
        pinned = replace(self.world.brand.registry, deployed_block_hash=node.block_hash(0))
        self.registry = pinned
        self.chain = RpcChain(client, pinned)
        self.store = IndexStore(path, "one", 0)
        self.follower = Follower(client, self.chain, pinned, self.store)
        self.source = IndexedLogs(self.store, self.follower, pinned)

    def entries(self, item=None):
        tip = self.world.registry.tip
        return list(self.source.entries(item or self.world.bag, until_block=tip, count_max=100))


@pytest.fixture
def indexed(tmp_path):
    with serving(RpcNode(some_world().registry)) as node:
        client = RpcClient(node.url)
        yield Indexed(node, client, tmp_path / "index.sqlite3")
        client.close()


def kept(indexed):
    """Everything the index holds, as text."""
    return [log.content for log in indexed.store.by_topics(ENTRY_TOPICS, 0, 10**6)]


# ---- cursor


def test_the_cursor_moves_behind_what_was_indexed(indexed):
    """Once; asking again for the same block asks the node for nothing."""
    tip = indexed.world.registry.tip
    indexed.follower.catch_up(tip)
    assert indexed.store.next_block() == tip + 1
    indexed.node.calls.clear()

    indexed.follower.catch_up(tip)
    indexed.follower.catch_up(tip - 3)
    assert indexed.node.calls == []


def test_only_new_blocks_are_asked_for(indexed):
    first = indexed.world.registry.tip
    indexed.follower.catch_up(first)
    indexed.world.record(indexed.world.bag, EntryKind.SERVICED, by=WORKSHOP)
    ranges = []

    def note(method, params, result):
        if method == "eth_getLogs":
            ranges.append((params[0]["fromBlock"], params[0]["toBlock"]))
        return result

    indexed.node.lie = note
    indexed.follower.catch_up(indexed.world.registry.tip)
    assert ranges == [(hex(first + 1), hex(indexed.world.registry.tip))]


def test_an_index_on_disk_goes_on_where_it_stopped(indexed, tmp_path):
    """Another process, the same file."""
    indexed.follower.catch_up(indexed.world.registry.tip)
    again = IndexStore(tmp_path / "index.sqlite3", "one", 0)

    assert again.next_block() == indexed.world.registry.tip + 1
    assert again.hashes() == indexed.store.hashes()


def test_the_index_of_another_registry_is_refused(indexed, tmp_path):
    with pytest.raises(ValueError, match="is the index of one, not of two"):
        IndexStore(tmp_path / "index.sqlite3", "two", 0)


def test_a_failure_keeps_what_was_indexed_and_the_cursor_with_it(indexed):
    """Rows and cursor move together; the next time goes on from there."""
    before = indexed.world.registry.tip
    indexed.follower.catch_up(before)
    rows = kept(indexed)
    indexed.world.record(indexed.world.bag, EntryKind.SERVICED, by=WORKSHOP)
    indexed.node.failing = True

    with pytest.raises(ChainUnavailableError):
        indexed.follower.catch_up(indexed.world.registry.tip)
    assert indexed.store.next_block() == before + 1
    assert kept(indexed) == rows
    indexed.node.failing = False
    assert indexed.entries() == indexed.world.registry.entries(indexed.world.bag, 99)


# ---- reorganisations


def test_a_reorganised_block_is_forgotten_with_its_rows(indexed):
    """The entry that was undone is gone, the one that took its place is there, and it replays."""
    world = indexed.world
    fork = world.registry.tip
    indexed.entries()
    world.record(world.bag, EntryKind.SERVICED, by=WORKSHOP)
    undone = indexed.entries()

    world.registry.rewind(fork)
    world.record(world.bag, EntryKind.AUTHENTICATED, by=WORKSHOP)
    world.registry.mine()
    entries = indexed.entries()
    assert entries == world.registry.entries(world.bag, 99)
    assert undone[-1] not in entries
    replay(world.bag, world.registry.words(world.bag, world.registry.tip), number_entries(entries))


def test_a_reorganisation_below_everything_remembered_starts_anew(indexed):
    """Even the first remembered block is another one."""
    world = indexed.world
    indexed.entries()
    world.registry.rewind(0)
    world.registry.mine(30)
    (item,) = world.register(500)

    assert len(indexed.entries(item)) == 1
    assert indexed.entries(world.bag) == []


def test_a_reorganisation_while_the_logs_are_read_indexes_nothing(indexed):
    """Logs of one chain under the hash of another would never be found out."""
    world = indexed.world

    def reorganise(method, params, result):
        if method == "eth_getLogs":
            world.registry.rewind(world.registry.tip - 1)
            world.registry.mine(1)
        return result

    indexed.node.lie = reorganise
    with pytest.raises(ChainUnavailableError, match="reorganised"):
        indexed.follower.catch_up(world.registry.tip)
    assert kept(indexed) == []
    assert indexed.store.next_block() == 0


# ---- gaps and lies


def without(position):
    """Let the node leave out one log."""
    return lambda method, params, result: (
        result[:position] + result[position + 1 :] if method == "eth_getLogs" else result
    )


@pytest.mark.parametrize("position", range(10))
def test_a_log_that_the_node_leaves_out_is_a_gap(indexed, position):
    """Each in turn: the word on chain counts one more. Nothing is indexed."""
    indexed.node.lie = without(position)

    with pytest.raises(GapError, match="its word counts"):
        indexed.follower.catch_up(indexed.world.registry.tip)
    assert kept(indexed) == []


def test_a_gap_heals_once_the_node_tells_all(indexed):
    indexed.node.lie = without(3)
    with pytest.raises(GapError):
        indexed.entries()
    indexed.node.lie = lambda method, params, result: result

    assert indexed.entries() == indexed.world.registry.entries(indexed.world.bag, 99)


@pytest.mark.parametrize(
    "change",
    [
        {"topics": ["0x" + "0" * 64, "0x0"]},
        {"topics": []},
        {"topics": [5, 5]},
        {"data": "0x00"},
        {"data": 5},
        {"blockNumber": hex(2**70)},
        {"blockNumber": "-0x1"},
        {"logIndex": hex(2**70)},
        {"logIndex": "-0x1"},
        {"blockNumber": None},
        {"blockNumber": "0x63"},
    ],
)
def test_a_malformed_log_indexes_nothing(indexed, change):
    """It is an answer not had, never a crash and never a row."""
    indexed.node.lie = lambda method, params, result: (
        [result[0] | change, *result[1:]] if method == "eth_getLogs" else result
    )

    with pytest.raises(ChainUnavailableError):
        indexed.follower.catch_up(indexed.world.registry.tip)
    assert kept(indexed) == []


@pytest.mark.parametrize("subject", [0, 5, 2**64, 2**200])
@pytest.mark.parametrize("position", [0, 1])
def test_a_log_of_a_batch_or_token_that_cannot_be_is_a_gap(indexed, subject, position):
    """The registry holds no such item, or no item can have such a number."""
    indexed.node.lie = lambda method, params, result: (
        [*result, result[position] | {"topics": [result[position]["topics"][0], f"0x{subject:064x}"]}]
        if method == "eth_getLogs"
        else result
    )

    with pytest.raises(GapError):
        indexed.follower.catch_up(indexed.world.registry.tip)
    assert kept(indexed) == []


def test_numbers_are_kept_in_one_spelling(indexed):
    """A node that writes them in upper case, or short, hides nothing from a later question."""
    entries = indexed.world.registry.entries(indexed.world.bag, 99)

    def respelt(method, params, result):
        if method != "eth_getLogs":
            return result
        return [log | {"topics": [log["topics"][0], f"0x{int(log['topics'][1], 16):X}"]} for log in result]

    indexed.node.lie = respelt
    assert indexed.entries() == entries


def test_a_batch_that_has_the_number_of_a_token_is_not_that_token(indexed):
    """Batch ids are random, but nothing forbids it: neither lane may take the other's entries."""
    world = indexed.world
    twin = BatchId(CHAIN_ID, CONTRACT, world.bag.token_id)
    world.registry.register(twin, 1, bytes(32))

    assert indexed.entries() == world.registry.entries(world.bag, 99)
    assert indexed.entries(twin.item(0)) == world.registry.entries(twin.item(0), 99)


# ---- several at once


def test_many_threads_index_everything_once(indexed):
    """One at a time does the work; the others find it done."""
    tip = indexed.world.registry.tip
    faults = []

    def catch_up():
        try:
            indexed.follower.catch_up(tip)
        except ChainUnavailableError as error:
            faults.append(error)

    threads = [threading.Thread(target=catch_up) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert indexed.node.calls.count("eth_getLogs") == 1
    assert len(kept(indexed)) == len([log for log in indexed.world.registry.logs if log.entry])


def test_an_index_that_another_process_has_locked_is_no_answer(indexed, tmp_path, monkeypatch):
    """Not a crash: the node's own logs are asked instead. The wait is shortened, it is 5 s."""
    monkeypatch.setattr(sqlite_pool, "BUSY_TIMEOUT_S", 0.05)
    indexed.store.close()  # what is open already waits longer
    other = sqlite3.connect(tmp_path / "index.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    with pytest.raises(ChainUnavailableError, match="cannot be written"):
        indexed.follower.catch_up(indexed.world.registry.tip)
    other.execute("ROLLBACK")
    other.close()


# ---- never trusted


def test_an_index_with_a_row_taken_out_verifies_through_the_logs(indexed, tmp_path):
    """Whoever can write the file still cannot hide an entry: the words on chain decide."""
    world = indexed.world
    indexed.entries()
    with sqlite3.connect(tmp_path / "index.sqlite3") as connection:
        connection.execute("DELETE FROM log WHERE block_number = 6")
    connection.close()

    with pytest.raises(ReplayError):
        replay(world.bag, world.registry.words(world.bag, world.registry.tip), number_entries(indexed.entries()))
    verification = world.verify(world.bag_label, CLI, histories=(indexed.source, world.chain))
    assert verification.verdict.level is Level.VERIFIED
    assert verification.evidence.code_hash == CODE_HASH


# ---- nodes that keep little state, and several nodes


def keeps_state_from(node, first):
    """Let a node prove words of the newest blocks only."""

    def forget(method, params, result):
        if method == "eth_getProof" and node._by_hash(params[2]["blockHash"]) < first:
            raise LookupError("missing trie node")
        return result

    return forget


def hides_logs(node, position, then):
    """Let a node leave out one log of the whole history."""
    hidden = node.registry.logs[position]

    def hide(method, params, result):
        result = then(method, params, result)
        if method != "eth_getLogs":
            return result
        place = (hex(hidden.block_number), hex(hidden.log_index))
        return [log for log in result if (log["blockNumber"], log["logIndex"]) != place]

    return hide


def honest(method, params, result):
    return result


def following(indexed, folder, *clients, range_blocks=2):
    """An index that starts empty, over some nodes, in small ranges."""
    store = IndexStore(folder / "small.sqlite3", "one", 0)
    follower = Follower(clients, indexed.chain, indexed.registry, store, range_blocks=range_blocks)
    return IndexedLogs(store, follower, indexed.registry), store


def test_an_index_is_built_from_a_node_that_keeps_no_old_state(indexed, tmp_path):
    """Entries of old ranges cannot be counted there; they are at the end, and all of them are in."""
    indexed.node.lie = keeps_state_from(indexed.node, indexed.world.registry.tip - 1)
    source, _ = following(indexed, tmp_path, indexed.follower._sources[0][0])
    tip = indexed.world.registry.tip

    told = list(source.entries(indexed.world.bag, until_block=tip, count_max=100))
    assert told == indexed.world.registry.entries(indexed.world.bag, tip)


@pytest.mark.parametrize("position", [0, 1, 4, 8])
def test_a_log_hidden_in_a_range_of_forgotten_state_is_noticed_at_the_end(indexed, tmp_path, position):
    """What was read since is forgotten again, so that an honest answer can mend it."""
    node = indexed.node
    node.lie = hides_logs(node, position, keeps_state_from(node, indexed.world.registry.tip - 1))
    source, store = following(indexed, tmp_path, indexed.follower._sources[0][0])
    tip = indexed.world.registry.tip
    with pytest.raises(GapError):
        source.entries(indexed.world.bag, until_block=tip, count_max=100)
    assert store.next_block() <= node.registry.logs[position].block_number

    node.lie = honest
    told = list(source.entries(indexed.world.bag, until_block=tip, count_max=100))
    assert told == indexed.world.registry.entries(indexed.world.bag, tip)


@pytest.mark.parametrize("trouble", ["hides a log", "is away"])
def test_an_index_is_filled_from_the_next_node(indexed, tmp_path, trouble):
    """And from that one first, the next time."""
    with serving(RpcNode(indexed.world.registry)) as second:
        if trouble == "is away":
            indexed.node.failing = True
        else:
            indexed.node.lie = hides_logs(indexed.node, 3, honest)
        client = RpcClient(second.url)
        source, _ = following(indexed, tmp_path, indexed.follower._sources[0][0], client)
        tip = indexed.world.registry.tip
        indexed.chain._client = client  # words are proved by the honest one
        told = list(source.entries(indexed.world.bag, until_block=tip, count_max=100))
        assert told == indexed.world.registry.entries(indexed.world.bag, tip)

        indexed.node.calls.clear()
        indexed.world.record(indexed.world.bag, EntryKind.SERVICED, by=WORKSHOP)
        source.entries(indexed.world.bag, until_block=tip + 1, count_max=100)
        assert indexed.node.calls == []
        client.close()
