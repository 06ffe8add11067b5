"""Our content ids against those of implementations that are not ours."""

from __future__ import annotations

import os
import random
from pathlib import Path

import aleph_cid
import pytest

from provenance_schemas.unixfs import Layout
from tests.bench import cid_oracle
from tests.oracles.node import OracleMissingError
from tests.oracles.unixfs_cases import Case, Tree, edge_files, our_cid, some_cases

KUBO_CIDV1 = Layout(chunk_bytes=256 * 1024, width=174)
"""What aleph-cid knows: Kubo's older CIDv1 layout. Directories are those of our profile, up to the limit's estimate."""


@pytest.mark.process
def test_content_ids_equal_those_of_the_javascript_importer():
    """300 files and directories under profile unixfs-v1-2025, both sides of every boundary among them."""
    try:
        checked, differing = cid_oracle.run()
    except OracleMissingError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no JavaScript importer: {error}")

    assert (checked, differing) == (300, 0)


def write_tree(tree: Tree, folder: Path) -> Path:
    folder.mkdir()
    for name, entry in tree.items():
        if isinstance(entry, bytes):
            (folder / name).write_bytes(entry)
        else:
            write_tree(entry, folder / name)
    return folder


def has_empty_folder(tree: Tree) -> bool:
    return not tree or any(not isinstance(entry, bytes) and has_empty_folder(entry) for entry in tree.values())


def test_file_ids_equal_those_of_aleph_cid():
    """A second implementation that needs nothing but a wheel: files of one and of many chunks."""
    sizes = [0, 1, 256 * 1024, 256 * 1024 + 1, 3 * 1024 * 1024 + 5]
    contents = [bytes([size % 251]) * size for size in sizes]
    contents += [case.content for case in edge_files(random.Random(1)) if len(case.content) < 10_000]
    for content in contents:
        hasher = aleph_cid.CidHasher.for_ipfs_v1_raw_leaves()
        hasher.update(content)

        assert hasher.finalize() == str(our_cid(Case(content, KUBO_CIDV1)))


def test_directory_ids_equal_those_of_aleph_cid(tmp_path):
    """Small and sharded directories; it leaves out empty folders, and estimates the limit in another way."""
    trees = [case.content for case in some_cases(110) if not isinstance(case.content, bytes)]
    trees = [tree for tree in trees if not has_empty_folder(tree) and len(tree) != 4095]
    for index, tree in enumerate(trees):
        theirs = aleph_cid.hash_folder(write_tree(tree, tmp_path / str(index)), cid_version=1)

        assert theirs == str(our_cid(Case(tree, KUBO_CIDV1)))
    assert len(trees) > 15
