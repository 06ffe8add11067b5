"""A head must descend from what was seen before, however far back that is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes.headers import FakeHeaders
from tests.fakes.trust import after, some_checkpoint
from verifier.descent import NotDescendedError, Seen, WalkUnfinishedError, adopt, descend
from verifier.errors import CheckpointError
from verifier.limits import DESCENT_HEADERS_A_TRIP, DESCENT_HEADERS_MAX, TRAIL_BLOCKS_MAX


def seen_at(chain, number):
    """Remember the head at a number, walked to from the beginning."""
    return descend(Seen(), chain.blocks[number], chain)


def checkpoint_of(chain, number, sequence=1):
    return some_checkpoint(sequence, 1_000, block=chain.blocks[number])


def test_the_first_head_is_believed():
    """There is nothing to hold it against but what the trust file pins."""
    chain = FakeHeaders(10)

    assert Seen(None, chain.blocks[9], trail=(chain.blocks[9].hash,)) == seen_at(chain, 9)
    assert chain.asked == 0


@pytest.mark.parametrize("gap", [1, 2, DESCENT_HEADERS_A_TRIP, DESCENT_HEADERS_A_TRIP + 1, 250])
def test_a_head_that_descends_is_remembered(gap):
    """One header a block is asked for, and no more than two beside."""
    chain = FakeHeaders(10 + gap)
    seen = descend(seen_at(chain, 9), chain.blocks[9 + gap], chain)

    assert chain.blocks[9 + gap] == seen.head
    assert [chain.blocks[9 + gap - i].hash for i in range(gap + 1)] == list(seen.trail)
    assert gap <= chain.asked <= gap + 2


def test_a_block_of_the_trail_costs_nothing():
    """Nodes behind one address are some blocks apart."""
    chain = FakeHeaders(40)
    seen = descend(seen_at(chain, 9), chain.blocks[39], chain)
    chain.asked = 0

    assert all(seen == descend(seen, chain.blocks[number], chain) for number in range(9, 40))
    assert chain.asked == 0


def test_the_trail_is_bounded():
    """A memory is a small file."""
    chain = FakeHeaders(10 + 2 * TRAIL_BLOCKS_MAX)
    seen = descend(seen_at(chain, 9), chain.blocks[-1], chain)

    assert len(seen.trail) == TRAIL_BLOCKS_MAX
    seen = descend(seen, chain.mine(), chain)
    assert len(seen.trail) == TRAIL_BLOCKS_MAX
    assert [block.hash for block in chain.blocks[::-1][:TRAIL_BLOCKS_MAX]] == list(seen.trail)


@pytest.mark.parametrize("gap", [0, 1, 50, DESCENT_HEADERS_A_TRIP + 1])
@pytest.mark.parametrize("forked", [1, 5, 9])
def test_a_rewritten_chain_is_refused(gap, forked):
    """Forked one block before the head that was seen, or long before; shorter, equal and longer ones."""
    true, false = FakeHeaders(10), FakeHeaders(10 + gap, fork_at=forked)
    seen = descend(seen_at(true, 8), true.blocks[9], true)

    with pytest.raises(NotDescendedError):
        descend(seen, false.blocks[9 + gap], false)


def test_an_older_head_is_refused():
    """A node that went back behind all that is remembered proves nothing of now."""
    chain = FakeHeaders(30)

    with pytest.raises(NotDescendedError, match="older than block 29"):
        descend(seen_at(chain, 29), chain.blocks[28], chain)


def test_a_node_that_names_the_right_blocks_and_cannot_link_them_is_refused():
    """It answers honestly for every number that was seen, and has an invented head on top."""
    true, false = FakeHeaders(400), FakeHeaders(400, fork_at=350)
    seen = descend(Seen(), true.blocks[200], true)
    liar = FakeHeaders(400)
    liar.blocks[399] = false.blocks[399]

    with pytest.raises(NotDescendedError, match="cannot link"):
        descend(seen, false.blocks[399], liar)


def test_a_long_way_takes_several_goes_and_grows_no_longer():
    """A verifier that slept for a month catches up, though new blocks come meanwhile."""
    chain = FakeHeaders(2 * DESCENT_HEADERS_MAX + 500)
    seen, goes = seen_at(chain, 10), 0
    while True:
        chain.mine()
        before = chain.asked
        goes += 1
        try:
            seen = descend(seen, chain.blocks[-1], chain)
            break
        except WalkUnfinishedError as error:
            seen, asked = error.seen, chain.asked - before
        assert DESCENT_HEADERS_MAX <= asked <= DESCENT_HEADERS_MAX + 2

    assert goes == 3
    assert chain.blocks[-1] == seen.head
    assert seen.walk is None


def test_a_long_way_that_ends_at_another_chain_is_refused_in_the_end():
    """The node tells the truth of the landmarks; only the walk finds out."""
    true = FakeHeaders(20)
    false = FakeHeaders(DESCENT_HEADERS_MAX + 600, fork_at=5)
    seen = seen_at(true, 10)
    false.blocks[10], honest = true.blocks[10], false.blocks[10]
    with pytest.raises(WalkUnfinishedError) as first:
        descend(seen, false.blocks[-1], false)
    false.blocks[10] = honest

    with pytest.raises(NotDescendedError, match="descend"):
        descend(first.value.seen, false.blocks[-1], false)


def test_a_walk_under_way_helps_no_other_fork():
    """What was walked belongs to its own top."""
    true = FakeHeaders(DESCENT_HEADERS_MAX + 600)
    with pytest.raises(WalkUnfinishedError) as first:
        descend(seen_at(true, 10), true.blocks[-1], true)
    false = FakeHeaders(DESCENT_HEADERS_MAX + 700, fork_at=len(true.blocks) - 50)
    with pytest.raises(WalkUnfinishedError) as second:
        descend(first.value.seen, false.blocks[-1], false)

    assert false.blocks[-1] == second.value.seen.walk.top
    assert second.value.seen.walk.number > first.value.seen.walk.number


def test_whoever_asked_a_liar_first_is_told_the_way_out():
    """One node's word does not move the memory back, nor a checkpoint from before that head; a person may."""
    true, false = FakeHeaders(60), FakeHeaders(60, fork_at=15)
    seen = seen_at(false, 50)
    for head in (true.blocks[59], true.blocks[50], true.blocks[49]):
        with pytest.raises(NotDescendedError, match="checkpoint forget"):
            descend(seen, head, true)
    with pytest.raises(NotDescendedError, match="checkpoint forget"):
        descend(adopt(seen, checkpoint_of(true, 20)), true.blocks[59], true)


@pytest.mark.parametrize("number", [50, 55, 59])
def test_the_brand_s_checkpoint_outranks_a_liar_s_head(number):
    """At the head's own number and above: honest nodes are believed again, the liar is not, and the lie is kept."""
    true, false = FakeHeaders(60), FakeHeaders(60, fork_at=15)
    seen = adopt(seen_at(false, 50), checkpoint_of(true, number))
    with pytest.raises(NotDescendedError, match="checkpoint 1"):
        descend(seen, false.blocks[59], false)
    seen = descend(seen, true.blocks[59], true)

    assert (true.blocks[59], True, false.blocks[50]) == (seen.head, seen.linked, seen.refuted)
    assert seen == descend(seen, true.blocks[59], true)


def test_a_checkpoint_says_nothing_of_heads_above_it():
    """A true head was seen; the brand's word of before does not let a node cut off what came since."""
    true, false = FakeHeaders(300), FakeHeaders(300, fork_at=120)
    seen = adopt(seen_at(true, 200), checkpoint_of(true, 110))

    assert not seen.outranked
    with pytest.raises(NotDescendedError, match="block 200"):
        descend(seen, false.blocks[299], false)
    assert true.blocks[299] == descend(seen, true.blocks[299], true).head


# ---- checkpoints


def test_a_head_must_descend_from_the_checkpoint():
    """Nothing but a checkpoint was seen yet."""
    chain, false = FakeHeaders(60), FakeHeaders(60, fork_at=30)
    seen = adopt(Seen(), checkpoint_of(chain, 40))

    assert chain.blocks[59] == descend(seen, chain.blocks[59], chain).head
    with pytest.raises(NotDescendedError, match="checkpoint 1"):
        descend(seen, false.blocks[59], false)
    with pytest.raises(NotDescendedError, match="older"):
        descend(seen, chain.blocks[39], chain)


@pytest.mark.parametrize("number", [30, 45, 59, 70])
def test_a_checkpoint_is_held_against_what_was_seen(number):
    """Below the trail, in it, at the head and above: each time the next head must pass by it and by the old head."""
    chain, false = FakeHeaders(80), FakeHeaders(80, fork_at=20)
    seen = descend(seen_at(chain, 40), chain.blocks[59], chain)
    adopted = adopt(seen, checkpoint_of(chain, number))

    assert chain.blocks[79] == descend(adopted, chain.blocks[79], chain).head
    with pytest.raises(NotDescendedError):
        descend(adopted, false.blocks[79], false)


@pytest.mark.parametrize("number", [45, 59])
def test_a_head_over_another_block_than_the_one_signed_for_gives_way(number):
    """One of the two lied: the node that was believed, or the brand. The head is kept to show."""
    chain, false = FakeHeaders(60), FakeHeaders(60, fork_at=20)
    seen = descend(seen_at(chain, 40), chain.blocks[59], chain)

    signed = checkpoint_of(false, number)
    assert Seen(signed, refuted=chain.blocks[59]) == adopt(seen, signed)


def test_a_head_seen_on_a_fork_comes_to_light_with_the_next_checkpoint():
    """A node invented everything after the first checkpoint; the second one is signed for the true chain."""
    true, false = FakeHeaders(80), FakeHeaders(60, fork_at=45)
    seen = adopt(Seen(), checkpoint_of(true, 40))
    seen = descend(seen, false.blocks[59], false)
    seen = adopt(seen, after(seen.checkpoint, 0, block=true.blocks[70]))

    assert false.blocks[59] == descend(seen, true.blocks[79], true).refuted


def test_no_second_checkpoint_of_one_number_and_no_older_one():
    """The memory only goes forward."""
    chain = FakeHeaders(60)
    first = checkpoint_of(chain, 30)
    second = after(first, 0, block=chain.blocks[40])
    seen = adopt(adopt(Seen(), first), second)

    assert seen == adopt(seen, second)
    with pytest.raises(CheckpointError, match="older than number 2"):
        adopt(seen, first)
    with pytest.raises(CheckpointError, match="number 2"):
        adopt(seen, after(first, 0, block=chain.blocks[41]))
    with pytest.raises(CheckpointError, match="went back"):
        adopt(seen, some_checkpoint(5, 0, block=chain.blocks[39]))


def test_a_checkpoint_ends_a_walk_under_way():
    """It leads nearer: the old way is not needed any more."""
    chain = FakeHeaders(DESCENT_HEADERS_MAX + 600)
    with pytest.raises(WalkUnfinishedError) as first:
        descend(seen_at(chain, 10), chain.blocks[-1], chain)
    seen = adopt(first.value.seen, checkpoint_of(chain, len(chain.blocks) - 20))

    assert chain.blocks[-1] == descend(seen, chain.blocks[-1], chain).head
    assert seen == replace(seen, walk=None)
