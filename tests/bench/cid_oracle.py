"""How many content ids differ from those of an independent implementation."""

from __future__ import annotations

from tests.oracles.node import importer_cids
from tests.oracles.unixfs_cases import our_cid, some_cases

CASES = 300


def run(count: int = CASES) -> tuple[int, int]:
    """Compare `count` random files and directories; return (checked, differing).

    Raises OracleMissingError where node or its packages are missing.
    """
    cases = some_cases(count)
    theirs = importer_cids(cases)
    differing = sum(str(our_cid(case)) != their for case, their in zip(cases, theirs, strict=True))
    return len(cases), differing
