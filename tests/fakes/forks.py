"""A second chain beside the first: the same registry up to a block, another one from there."""

from __future__ import annotations

from copy import deepcopy

from tests.fakes.registry import FakeRegistry


def some_fork(registry: FakeRegistry, at: int = 0, *, longer_by: int = 0) -> FakeRegistry:
    """Copy a registry and mine other empty blocks above `at`, until it is `longer_by` longer than the first."""
    fork = deepcopy(registry)
    fork.rewind(at)
    fork._fork = id(fork)
    fork.mine(registry.tip + longer_by - at)
    return fork
