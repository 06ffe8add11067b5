"""What one verification costs as a brand grows: 100 times as many pieces, 25 times as many steps.

Two registries stand on two real nodes at once, one with 1,000 pieces and one with 100,000, and are asked in turns, so
that both meet the same machine. Every word is proved anew each time, events come from an index, documents are cached.
The pieces that make up the number are registered by real transactions with real commitment files; only the pieces
that are verified have passports, since nobody looks at the others'.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from _pytest.outcomes import Skipped

from provenance_schemas.commitments import build_commitments
from provenance_schemas.ids import BatchId, ItemId
from provenance_schemas.keccak import keccak256
from provenance_schemas.step_kinds import EntryKind
from tests.bench.figures import Figure, median, timed_ms
from tests.fakes.world import BOUTIQUE, MAKER, WORKSHOP, put_directory
from tests.real_nodes.conftest import running
from tests.real_nodes.driven import CHAIN_ID
from tests.real_nodes.mirrored import MirroredWorld, mirrored_world
from verifier.adapters.proved_words import ProvedBlocks
from verifier.adapters.rpc_client import RpcClient
from verifier.policies import CLI
from verifier.service import Verifier
from verifier.verdict import Level
from verifier.wiring import open_registry

FEW = 1_000
MANY = int(os.environ.get("ASSAY_BENCH_PIECES", "100000"))
BATCH = 4_096
STEPS_FEW, STEPS_MANY = 8, 200
_ROUNDS = 60


class Grown:
    """One registry on one node, and a verifier that follows it."""

    def __init__(self, name: str, folder: Path, stack: ExitStack, index: Path | None) -> None:
        folder.mkdir()
        self.node = stack.enter_context(running(name, folder))
        self.world: MirroredWorld = mirrored_world(self.node)
        client = RpcClient(self.node.url, read_timeout_s=30)
        stack.callback(client.close)
        self.access = open_registry(
            self.world.brand, client, self.world.store, index_folder=(index or folder) / folder.name
        )
        self.verifier = Verifier(self.world.trust, lambda _: self.access, now=lambda: self.world.now)

    def grow(self, pieces: int) -> None:
        """Register until there are so many pieces."""
        registered, number = 3, 1_000
        while registered < pieces:
            count = min(BATCH, pieces - registered)
            batch = BatchId(CHAIN_ID, self.world.registry.contract, number)
            commitments = [keccak256(b"%d of %d" % (index, number)) for index in range(count)]
            files = {f"{part.part}.json": part.to_bytes() for part in build_commitments(commitments)}
            root = put_directory({"commitments": files}, self.world.store)
            self.world.registry.register(batch, count, root.digest, claim_root=keccak256(b"no cards"))
            registered, number = registered + count, number + 1

    def long_lived(self, steps: int) -> ItemId:
        """Register a piece and record so many steps of it."""
        (piece,) = self.world.register(78)
        self.world.record(piece, EntryKind.MANUFACTURED, by=MAKER)
        self.world.record(piece, EntryKind.SOLD, by=BOUTIQUE)
        for _ in range(steps - 2):
            self.world.record(piece, EntryKind.SERVICED, by=WORKSHOP)
        self.world.settle()
        return piece

    def asked(self, piece: ItemId) -> Callable[[], None]:
        """Verify a piece's label with nothing proved before."""
        label = self.world.label(piece)

        def work() -> None:
            self.access.chain._proved = ProvedBlocks()
            assert self.verifier.verify_label(label, CLI).verdict.level is Level.VERIFIED

        return work


def _in_turns(first: Callable[[], None], second: Callable[[], None]) -> tuple[list[float], list[float]]:
    samples: tuple[list[float], list[float]] = ([], [])
    for _ in range(_ROUNDS):
        samples[0].extend(timed_ms(first, rounds=1, warm=0))
        samples[1].extend(timed_ms(second, rounds=1, warm=0))
    return samples


def _ratio(more: list[float], fewer: list[float]) -> float:
    """Compare the medians of what was measured in turns; what a busy machine adds falls on both."""
    return statistics.median(more) / statistics.median(fewer)


def _engine() -> str:
    """Choose geth, as most brands run it; where it is not built, our own ledger."""
    from tests.engines import engine

    try:
        engine("geth")
    except Skipped:
        return "localnet"
    return "geth"


def measure(index: Path | None = None) -> list[Figure]:
    """Measure both ratios in one run. `index`: where the indexes are kept, a folder of its own by default."""
    name = _engine()
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder, ExitStack() as stack:
        small = Grown(name, Path(folder) / "small", stack, index)
        large = Grown(name, Path(folder) / "large", stack, index)
        start = time.perf_counter()
        small.grow(FEW)
        large.grow(MANY)
        print(f"   {name}: {MANY:,} pieces registered in {time.perf_counter() - start:.0f} s", file=sys.stderr)
        long_lived = small.long_lived(STEPS_MANY)
        for one in (small, large):
            one.world.settle()
        (cold,) = timed_ms(large.asked(large.world.bag), rounds=1, warm=0)
        fewer, more = small.asked(small.world.bag), large.asked(large.world.bag)
        for work in (fewer, more) * 5:
            work()
        few_ms, many_ms = _in_turns(fewer, more)
        deep = small.asked(long_lived)
        for work in (fewer, deep) * 3:
            work()
        short_ms, long_ms = _in_turns(fewer, deep)
    pieces, steps = _ratio(many_ms, few_ms), _ratio(long_ms, short_ms)
    return [
        Figure(
            "verify_growth_pieces",
            round(pieces, 3),
            f"times the cost at {MANY:,} pieces",
            1.3,
            against=f"{FEW:,} pieces {median(few_ms):.1f} ms, {MANY:,} {median(many_ms):.1f} ms, on {name}",
            ratio=pieces,
            samples=[round(m / f, 3) for m, f in zip(many_ms, few_ms, strict=True)],
        ),
        Figure(
            "verify_growth_steps",
            round(steps / (STEPS_MANY / STEPS_FEW), 3),
            "times linear, 8 to 200 steps",
            1.0,
            against=f"{STEPS_FEW} steps {median(short_ms):.1f} ms, {STEPS_MANY} {median(long_ms):.1f} ms, on {name}",
            ratio=steps,
            samples=[round(m / f, 3) for m, f in zip(long_ms, short_ms, strict=True)],
        ),
        Figure("verify_growth_first_s", round(cold / 1000, 2), f"s, the first verification ever, {MANY:,} pieces"),
    ]
