"""A chain read over JSON-RPC, held against the memory of what was seen of it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from provenance_schemas.ids import BlockRef
from tests.fakes.rpc_node import RpcNode, StateTries, serving
from tests.fakes.trust import after, some_checkpoint, some_key
from tests.fakes.world import World
from verifier.adapters.checkpoint_chain import DescendingChain, RpcHeaders
from verifier.adapters.checkpoint_memory import CheckpointMemory, open_memory
from verifier.adapters.rpc_chain import RpcChain
from verifier.adapters.rpc_client import RpcClient
from verifier.descent import NotDescendedError, Seen, Walk
from verifier.errors import ChainUnavailableError, CheckpointError


def without_state(node: RpcNode) -> None:
    """Link a node's headers; no word is read here, so that every block may have the state of the first."""
    tries = node.tries(0)
    node.linked, node.tries = True, lambda number: tries


class Site:
    """One registry behind a node, and a verifier's memory of it."""

    def __init__(self, node: RpcNode, world, folder) -> None:
        self.node, self.world = node, world
        without_state(node)
        block_hash = node.block_hash(0)
        self.registry = replace(world.brand.registry, deployed_block=0, deployed_block_hash=block_hash)
        self.memory = CheckpointMemory(folder / "seen")
        self.now_s = 0.0
        self.clients: list[RpcClient] = []

    def chain(self, *nodes: RpcNode, memory: CheckpointMemory | None = None) -> DescendingChain:
        """Open the chain as another process would."""
        clients = [RpcClient(node.url) for node in nodes or (self.node,)]
        self.clients += clients
        chain = RpcChain(clients[0], self.registry)
        headers = [RpcHeaders(client) for client in clients]
        return DescendingChain(chain, self.registry, headers, memory or self.memory, lambda: self.now_s)

    def first(self, *nodes: RpcNode) -> BlockRef:
        """Answer once, as a process that ends then: the head is proved, and so remembered."""
        chain = self.chain(*nodes)
        final = chain.tips().final
        chain.read([], [], final)
        return final

    def checkpoint(self, number: int, sequence: int = 1, **changes):
        """Sign for a block of the node."""
        block = replace(self.world.registry.blocks[number], hash=self.node.block_hash(number))
        registry = self.registry
        place = {"chain_id": registry.chain_id, "contract": registry.contract, "block": block}
        return some_checkpoint(sequence, number, **place | changes)


@pytest.fixture
def site(tmp_path):
    world = World()
    world.registry.mine(12)
    with serving(RpcNode(world.registry)) as node:
        site = Site(node, world, tmp_path)
        yield site
        for client in site.clients:
            client.close()


def test_heads_are_remembered_across_processes(site):
    """The first one is believed, the next ones must descend from it."""
    first = site.first()
    site.world.registry.mine(30)
    second = site.chain().tips().final

    assert site.memory.load(site.registry).head == second
    assert second.number == first.number + 30


def test_a_known_final_block_costs_nothing_more(site):
    """The hot path of a site: one question to the node, as without a memory."""
    site.first()
    chain = site.chain()
    chain.tips()
    before = len(site.node.calls)
    for _ in range(5):
        chain.tips()

    assert site.node.calls[before:] == ["eth_getBlockByNumber"] * 10


def test_the_memory_is_written_now_and_then(site):
    """Every new final block is held against it; the disk is troubled every 30 s."""
    chain = site.chain()
    written = [chain.tips().final]
    chain.read([], [], written[0])
    for seconds in (1, 28, 2):
        site.now_s += seconds
        site.world.registry.mine(2)
        written.append(chain.tips().final)
        assert site.memory.load(site.registry).head == (written[-1] if seconds == 2 else written[0])


def test_another_process_s_checkpoint_counts_at_once(site):
    """The worker signs; the site's processes hold the very next answer against it."""
    chain = site.chain()
    head = chain.tips().final
    signed = site.checkpoint(head.number + 1)
    site.memory.adopt(site.registry, signed)
    site.world.registry.mine(2)
    chain.tips()
    assert site.memory.load(site.registry).checkpoint == signed

    foreign = replace(signed.block, number=head.number + 4, hash=bytes(32))
    site.memory.adopt(site.registry, after(signed, 0, block=foreign, **place(site)))
    site.world.registry.mine(4)
    with pytest.raises(NotDescendedError, match="checkpoint 2"):
        chain.tips()


def test_a_rewritten_chain_is_unavailable_and_the_memory_stays(site):
    """The same node, and the same history but for its last blocks: those were final."""
    site.world.registry.mine(10)
    before = site.first()
    site.world.registry.rewind(before.number - 1)
    site.world.registry.mine(12)
    with pytest.raises(NotDescendedError, match=str(before.number)):
        site.chain().tips()

    assert site.memory.load(site.registry).head == before


def test_a_node_that_gives_no_headers_on_the_way_proves_nothing(site):
    """Missing, malformed, and those that do not hash to their block."""
    site.first()
    site.world.registry.mine(9)
    asked = hex(site.world.registry.tip - 4)
    wrong = {"parentHash": "0x" + "11" * 32}
    for lie in (lambda _: None, lambda _: [5], lambda header: header | wrong, lambda header: header | {"hash": 5}):
        site.node.lie = lambda method, params, result, lie=lie: lie(result) if params[:1] == [asked] else result
        with pytest.raises(ChainUnavailableError):
            site.chain().tips()
    site.node.lie = lambda method, params, result: result

    assert site.chain().tips().final.number == site.world.registry.tip - 2


def test_any_of_several_nodes_may_show_the_way(site):
    """A header proves itself: it matters little who gives it."""
    site.first()
    site.world.registry.mine(9)
    with serving(RpcNode(site.world.registry)) as other:
        without_state(other)
        asked = hex(site.world.registry.tip - 4)
        site.node.lie = lambda method, params, result: None if params[:1] == [asked] else result

        assert site.chain(site.node, other).tips().final.number == site.world.registry.tip - 2


def test_what_a_slower_process_keeps_takes_nothing_back(site):
    """Two processes save in whatever order; the higher head and the newer checkpoint stay."""
    low, high = site.world.registry.blocks[1], site.world.registry.blocks[3]
    old = site.memory.keep(site.registry, Seen(head=low, trail=(low.hash,)))
    newer = site.memory.keep(site.registry, Seen(head=high, trail=(high.hash,)))

    assert site.memory.keep(site.registry, old) == newer
    adopted = site.memory.adopt(site.registry, site.checkpoint(4))
    assert site.memory.keep(site.registry, newer) == adopted


def test_a_head_that_no_chain_has_gives_way_to_one_under_the_checkpoint(site):
    """A node's invention far ahead is a node's word; what descends from the brand's signature outranks it."""
    blocks = site.world.registry.blocks
    absurd = replace(blocks[4], number=2**50)
    site.memory.keep(site.registry, Seen(head=absurd, trail=(absurd.hash,)))
    adopted = site.memory.adopt(site.registry, site.checkpoint(1))
    honest = replace(adopted, head=blocks[3], linked=True, trail=(blocks[3].hash,))

    assert not adopted.linked
    assert site.memory.keep(site.registry, honest) == honest


def test_a_checkpoint_of_a_key_that_is_trusted_no_more_blocks_nothing(site):
    """Its thief signed number 2**50; the brand's next key signs number 2, and is heard."""
    thief, honest = some_key("thief"), site.checkpoint(3, 2)
    site.memory.adopt(site.registry, site.checkpoint(4, 2**50, key=thief))
    with pytest.raises(CheckpointError, match="older"):
        site.memory.adopt(site.registry, honest)

    assert site.memory.adopt(site.registry, honest, (honest.key,)).checkpoint == honest
    with pytest.raises(CheckpointError, match="follows another"):
        site.memory.adopt(site.registry, site.checkpoint(2), (honest.key,))


def test_everything_that_was_seen_comes_back_from_the_disk(site):
    """Checkpoint, head, trail and an unfinished walk."""
    blocks = site.world.registry.blocks
    seen = site.memory.adopt(site.registry, site.checkpoint(1))
    for walk in (None, Walk(blocks[4], 3, blocks[3].hash)):
        seen = replace(seen, head=blocks[2], trail=(blocks[2].hash, blocks[1].hash), walk=walk)

        assert site.memory.keep(site.registry, seen) == seen
        assert site.memory.load(site.registry) == seen


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: json.dumps(json.loads(text) | {"registry": "eip155:1:0x"}),
        lambda text: json.dumps(json.loads(text) | {"trail": []}),
        lambda text: json.dumps(json.loads(text) | {"trail": ["0x12"]}),
        lambda text: json.dumps(json.loads(text) | {"trail": [12]}),
        lambda text: json.dumps(json.loads(text) | {"linked": 1}),
        lambda text: json.dumps(json.loads(text) | {"head": {"number": 1}}),
    ],
)
def test_a_damaged_memory_is_not_no_memory(site, damage):
    """Else damaging it would be the way around it. Forgetting it is a person's decision."""
    site.first()
    path = site.memory.path(site.registry)
    path.write_text(damage(path.read_text("utf-8")), "utf-8")
    with pytest.raises(ChainUnavailableError, match="damaged"):
        site.chain().tips()

    assert site.memory.forget(site.registry)
    assert site.chain().tips()


def test_a_checkpoint_never_goes_back_on_disk(site):
    """Refused ones leave the file as it was."""
    second = after(site.checkpoint(2), 3, **{"block": site.checkpoint(3).block, **place(site)})
    site.memory.adopt(site.registry, second)
    for other in (site.checkpoint(2), site.checkpoint(4, 2)):
        with pytest.raises(CheckpointError):
            site.memory.adopt(site.registry, other)

    assert site.memory.load(site.registry).checkpoint == second


def place(site):
    return {"chain_id": site.registry.chain_id, "contract": site.registry.contract}


def test_a_memory_that_cannot_be_kept_is_told(site, tmp_path):
    """It names the folder; `off` is the way to go without."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ChainUnavailableError, match="cannot be"):
        site.chain(memory=CheckpointMemory(tmp_path / "file" / "seen")).tips()

    assert open_memory(tmp_path, {"ASSAY_STATE": "off"}) is None
    assert open_memory(tmp_path, {}).folder == tmp_path / "seen"


def test_a_header_with_a_borrowed_parent_links_nothing(site):
    """Another chain's block keeps its hash and is told with the parent that was remembered: it does not hash to it."""
    site.world.registry.mine(10)
    before = site.first()
    site.world.registry.rewind(before.number - 1)
    site.world.registry.mine(12)
    above, borrowed = hex(before.number + 1), {"parentHash": "0x" + before.hash.hex()}
    site.node.lie = lambda method, params, result: result | borrowed if params[:1] == [above] else result

    with pytest.raises(ChainUnavailableError, match="does not hash to its block"):
        site.chain().tips()


def test_a_first_head_without_the_registry_under_it_is_not_remembered(site):
    """A node invents a head and proves that nothing is there; the honest answer after it is believed."""
    true = site.node.tries
    bare = StateTries(bytes(20), {}, None)
    site.node.tries = lambda number: bare if number else true(0)
    invented = site.first()
    site.node.tries = true

    assert site.memory.load(site.registry) == Seen()
    chain = site.chain()
    honest = chain.tips().final
    assert site.memory.load(site.registry) == Seen()
    chain.read([], [], honest)
    assert site.memory.load(site.registry).head == honest
    assert honest != invented


def test_what_was_seen_is_read_back_whole(site):
    """The head that was refuted with it; a file of before has none."""
    blocks = site.world.registry.blocks
    site.memory.keep(site.registry, Seen(head=blocks[4], trail=(blocks[4].hash,)))
    signed = site.checkpoint(4)
    adopted = site.memory.adopt(site.registry, signed)

    assert adopted == Seen(signed, refuted=blocks[4])
    assert site.memory.load(site.registry) == adopted
    old = json.loads(site.memory.path(site.registry).read_text())
    del old["refuted"]
    site.memory.path(site.registry).write_text(json.dumps(old))
    assert site.memory.load(site.registry) == Seen(signed)
