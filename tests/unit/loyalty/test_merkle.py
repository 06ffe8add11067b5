"""The log's tree, against the definition in RFC 6962 and against its published vectors."""

from __future__ import annotations

import hashlib

import pytest

from loyalty.merkle import (
    EMPTY_ROOT,
    completed_nodes,
    consistency_path,
    inclusion_path,
    is_consistent,
    is_included,
    leaf_hash,
    node_hash,
    node_in,
    root,
)

SIZES = range(1, 34)
CT_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
CT_ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
"""Test vectors of Certificate Transparency's own reference tree."""


class Log:
    """Rows of nodes, as the ledger keeps them."""

    def __init__(self, leaves):
        self.rows = []
        for leaf in leaves:
            self.rows.append(completed_nodes(len(self.rows), leaf_hash(leaf), self.node))

    def node(self, index, level):
        return node_in(self.rows[index], level)


def some_leaves(count):
    return [hashlib.sha256(str(number).encode()).digest() for number in range(count)]


def defined_root(leaves):
    """MTH of RFC 6962, 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(defined_root(leaves[:split]), defined_root(leaves[split:]))


@pytest.mark.parametrize("size", CT_ROOTS)
def test_the_published_roots_come_out(size):
    """The vectors that every Certificate Transparency log is tested with."""
    log = Log([bytes.fromhex(leaf) for leaf in CT_LEAVES[:size]])

    assert CT_ROOTS[size] == root(size, log.node).hex()


def test_a_tree_of_nothing_has_the_hash_of_nothing():
    assert defined_root([]) == EMPTY_ROOT == root(0, Log([]).node)


def test_every_earlier_root_can_be_read_from_a_longer_log():
    """Appending rewrites nothing, so the root of any size stays there to be asked for."""
    leaves = some_leaves(max(SIZES))
    log = Log(leaves)

    assert [defined_root(leaves[:size]) for size in SIZES] == [root(size, log.node) for size in SIZES]


@pytest.mark.parametrize("size", SIZES)
def test_a_path_leads_from_its_leaf_to_its_root_and_from_no_other(size):
    """Each leaf of each tree; then every sibling changed, left out, doubled, and every other place."""
    leaves = some_leaves(size)
    log, head = Log(leaves), defined_root(leaves)
    for index, leaf in enumerate(map(leaf_hash, leaves)):
        path = inclusion_path(index, size, log.node)
        assert is_included(leaf, index, size, path, head)
        assert not is_included(leaf_hash(b"other"), index, size, path, head)
        assert not any(is_included(leaf, other, size, path, head) for other in range(size + 2) if other != index)
        assert not is_included(leaf, index, size, (*path, head), head)
        for place in range(len(path)):
            changed = (*path[:place], leaf_hash(path[place]), *path[place + 1 :])
            assert not is_included(leaf, index, size, changed, head)
            assert not is_included(leaf, index, size, path[:place] + path[place + 1 :], head)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0), (0, 2**49)])
def test_a_path_of_a_leaf_that_is_not_there_is_refused(index, size):
    with pytest.raises(ValueError, match="is not in a tree of"):
        inclusion_path(index, size, Log(some_leaves(3)).node)
    assert not is_included(leaf_hash(b""), index, size, (), EMPTY_ROOT)


# ---- one log grown out of another


def defined_consistency(first, leaves, *, whole=True):
    """PROOF of RFC 6962, 2.1.2, word for word."""
    if first == len(leaves):
        return [] if whole else [defined_root(leaves)]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if first <= split:
        return [*defined_consistency(first, leaves[:split], whole=whole), defined_root(leaves[split:])]
    return [*defined_consistency(first - split, leaves[split:], whole=False), defined_root(leaves[:split])]


def test_every_consistency_proof_is_the_defined_one_and_holds():
    """All pairs of sizes up to 33."""
    leaves = some_leaves(max(SIZES))
    log = Log(leaves)
    roots = {size: defined_root(leaves[:size]) for size in range(max(SIZES) + 1)}
    for second in SIZES:
        for first in range(1, second + 1):
            path = consistency_path(first, second, log.node)

            assert list(path) == defined_consistency(first, leaves[:second])
            assert is_consistent(first, roots[first], second, roots[second], path)


def test_no_changed_consistency_proof_holds():
    """Another root, another size, a node changed, taken out, doubled or put in: every one, for all sizes up to 12."""
    leaves = some_leaves(12)
    log, other = Log(leaves), hashlib.sha256(b"other").digest()
    roots = {size: defined_root(leaves[:size]) for size in range(13)}
    for second in range(1, 13):
        for first in range(1, second + 1):
            path = consistency_path(first, second, log.node)
            assert not is_consistent(first, other, second, roots[second], path)
            assert not is_consistent(first, roots[first], second, other, path)
            assert not is_consistent(first, roots[first], second, roots[second], (*path, other))
            assert not is_consistent(first, roots[first], second, roots[second], (*path, b"short"))
            for place in range(len(path)):
                for changed in ((other,), (), (path[place],) * 2):
                    mutated = (*path[:place], *changed, *path[place + 1 :])
                    assert not is_consistent(first, roots[first], second, roots[second], mutated)


def test_everything_grows_out_of_nothing_and_nothing_out_of_more():
    """The empty log needs no proof; sizes that cannot be are refused."""
    log, (one,) = Log(some_leaves(4)), some_leaves(1)
    assert is_consistent(0, EMPTY_ROOT, 4, defined_root(some_leaves(4)), ())
    assert is_consistent(0, EMPTY_ROOT, 0, EMPTY_ROOT, ())
    assert not is_consistent(0, leaf_hash(one), 4, defined_root(some_leaves(4)), ())
    assert not is_consistent(0, EMPTY_ROOT, 0, leaf_hash(one), ())
    assert not is_consistent(0, EMPTY_ROOT, 4, defined_root(some_leaves(4)), (one,))
    assert not is_consistent(4, defined_root(some_leaves(4)), 3, defined_root(some_leaves(3)), ())
    for first, second in ((0, 4), (5, 4), (-1, 4)):
        with pytest.raises(ValueError, match="does not begin"):
            consistency_path(first, second, log.node)
