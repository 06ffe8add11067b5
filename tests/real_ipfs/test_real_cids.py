"""Our content ids against `ipfs add` of a real Kubo under `unixfs-v1-2025`."""

from __future__ import annotations

import random

import pytest

from tests.oracles.unixfs_cases import Case, edge_directories, edge_files, our_cid, some_cases
from tests.real_ipfs.kubo_process import RealKubo

pytestmark = [pytest.mark.process, pytest.mark.oracle]
RANDOM = 100


def kubos_cid(kubo: RealKubo, case: Case) -> str:
    layout = {"chunker": f"size-{case.layout.chunk_bytes}", "max-file-links": str(case.layout.width)}
    return kubo.add(case.content, **layout)


def cases() -> list[Case]:
    """Give every edge of the profile, and files and trees drawn at random.

    A shard limit of one's own is no option of `ipfs add`: those cases are left to the other oracle.
    """
    drawn = random.Random(2025)
    edges = [*edge_files(drawn), *edge_directories(drawn)]
    return edges + [case for case in some_cases(RANDOM)[len(edges) :] if case.layout.directory_max_bytes > 1_000]


def test_our_ids_are_those_of_ipfs_add(kubo):
    """Empty, at and over each limit of chunks, links and directory blocks; flat, nested and sharded."""
    differing = [case for case in cases() if kubos_cid(kubo, case) != str(our_cid(case))]

    assert differing == []
    assert len(cases()) > 80


def test_the_profile_is_what_we_say(kubo):
    """Kubo's own words for the limits that our builder has."""
    said = kubo.run("config", "Import")

    for words in ('"CidVersion": 1', '"UnixFSRawLeaves": true', '"size-1048576"', '"UnixFSFileMaxLinks": 1024',
                  '"UnixFSHAMTDirectoryMaxFanout": 256', '"256KiB"', '"block"', '"balanced"'):  # fmt: skip
        assert words in said
