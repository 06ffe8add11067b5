"""The evidence bundle of a piece with eight steps: its size, what its proofs cost, and a million changed ones.

Half of the changes are blind, half re-hash everything but one link. None may be accepted: not VERIFIED from other
bytes, nothing rejected, nothing told but the truth. `ASSAY_BUNDLE_MUTATIONS` makes another number of them.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from tests.bench.figures import Figure, timed_ms
from tests.bench.house import BenchHouse, bench_house
from tests.fakes.bundle_mutations import is_accepted, mutations
from verifier.adapters.bundle_proofs import RpcProofs
from verifier.adapters.rpc_client import RpcClient
from verifier.adapters.sql_store import SqlStore
from verifier.bundle import TrustRoot, prove_words, verify_bundle
from verifier.bundle_form import open_bundle
from verifier.bundle_make import make_bundle
from verifier.errors import BundleError
from verifier.trust import TrustRegistry
from verifier.verdict import Level
from verifier.wiring import open_registry

_MUTATIONS = int(os.environ.get("ASSAY_BUNDLE_MUTATIONS", "1000000"))
_PROCESSES = 2
_PART = 10_000
_SEED = 20_261_122
_ROUNDS = 60


@dataclass(frozen=True)
class _Task:
    """What one process is given: everything it needs, nothing it would have to ask for."""

    genuine: bytes
    others: tuple[bytes, ...]
    trust: TrustRegistry
    seed: int
    count: int


def measure() -> list[Figure]:
    """Make the bundles on the embedded ledger, then measure on their bytes alone."""
    with bench_house() as bench:
        genuine, others = _bundles(bench)
        trust = bench.house.identity.trust(bench.house.node_url)
    return [*_size_and_speed(genuine, trust), *_mutations(genuine, others, trust)]


def _bundles(bench: BenchHouse) -> tuple[bytes, tuple[bytes, ...]]:
    """Make the bag's bundle, one of another piece, and one of the bag at an earlier block."""
    client = RpcClient(bench.house.node_url)
    access = open_registry(bench.brand, client, SqlStore(bench.house.blocks))
    proofs = RpcProofs([client], bench.registry.contract)
    final = access.chain.tips().final
    genuine = make_bundle(bench.bag, access, proofs)
    earlier = make_bundle(bench.bag, access, proofs, at=access.chain.block_at(final.number - 1))
    pieces = [bench.house.identity.item(piece.token_id) for piece in bench.house.book.pieces(limit=10)]
    another = make_bundle(next(item for item in pieces if item != bench.bag), access, proofs)
    return genuine, (earlier, another)


def _size_and_speed(genuine: bytes, trust: TrustRegistry) -> list[Figure]:
    bundle = open_bundle(genuine)
    root = TrustRoot(bundle.block.hash, "the bench")
    assert verify_bundle(bundle, trust, root).verdict.level is Level.VERIFIED
    slots = 7 + len(bundle.actors)
    proof_bytes = len(bundle.header) + sum(map(len, bundle.nodes))
    proof = timed_ms(lambda: prove_words(bundle), rounds=_ROUNDS)
    whole = timed_ms(lambda: verify_bundle(open_bundle(genuine), trust, root), rounds=_ROUNDS)
    return [
        Figure("bundle_bytes", len(genuine), "bytes", against=f"{len(bundle.entries)} entries, {slots} slots"),
        Figure("bundle_bytes_a_slot", round(proof_bytes / slots), "bytes of header and proofs a slot"),
        # The fastest: what else this machine does is no property of the proof.
        Figure("bundle_proof_ms", round(min(proof) / slots, 4), "ms a slot", 0.3, samples=[round(s, 3) for s in proof]),
        Figure("bundle_verify_ms", round(min(whole), 3), "ms", samples=[round(s, 3) for s in whole]),
    ]


def _mutations(genuine: bytes, others: tuple[bytes, ...], trust: TrustRegistry) -> list[Figure]:
    parts = range(0, _MUTATIONS, _PART)
    tasks = [_Task(genuine, others, trust, _SEED + at, min(_PART, _MUTATIONS - at)) for at in parts]
    start = time.perf_counter()
    found: Counter[str] = Counter()
    with ProcessPoolExecutor(_PROCESSES, mp_context=get_context("spawn")) as pool:
        for part in pool.map(_try_all, tasks):
            found += part
    seconds = time.perf_counter() - start
    told = ", ".join(f"{name} {count}" for name, count in sorted(found.items()))
    tried = sum(found.values())
    return [
        Figure(
            "bundle_mutations", tried, f"changed bundles in {seconds:.0f} s", _MUTATIONS, at_least=True, against=told
        ),
        Figure("bundle_accepted", found["accepted"], "of them accepted", 0),
    ]


def _try_all(task: _Task) -> Counter[str]:
    """Hold changed bundles against the genuine one's block; count what became of them."""
    bundle = open_bundle(task.genuine)
    root = TrustRoot(bundle.block.hash, "the bench")
    truth = verify_bundle(bundle, task.trust, root)
    found: Counter[str] = Counter(accepted=0)
    for name, data in mutations(task.genuine, list(task.others), task.seed, task.count):
        try:
            verification = verify_bundle(open_bundle(data), task.trust, root)
        except BundleError:
            found["refused"] += 1
            continue
        if is_accepted(verification, truth):
            found["accepted"] += 1
            print(f"accepted: {name}, seed {task.seed}", flush=True)
        else:
            found[verification.verdict.level.value] += 1
    return found
