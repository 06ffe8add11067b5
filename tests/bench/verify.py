"""How fast one piece with eight steps is verified: the core alone, live, cold, and against a naive walk."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import requests
from web3 import HTTPProvider, Web3

from provenance_schemas.content_id import RAW, ContentId
from provenance_schemas.ids import Address, BlockRef, ItemId
from tests.bench.figures import ROOT, Figure, median, timed_ms
from tests.bench.house import BenchHouse, bench_house
from verifier.adapters.cached_store import CachedStore
from verifier.adapters.proved_words import ProvedBlocks
from verifier.adapters.rpc_client import RpcClient
from verifier.adapters.sql_store import SqlStore
from verifier.documents import DocumentReader
from verifier.gather import RegistryAccess
from verifier.policies import CLI
from verifier.ports import ChainReader, ContentStore, HistorySource, RegistryState, Tips
from verifier.service import Verifier
from verifier.trust import Brand
from verifier.verdict import Level
from verifier.wiring import open_registry

_CORE_ROUNDS = 1500
_LIVE_ROUNDS = 200
_COLD_ROUNDS = 15
_NAIVE_ROUNDS = 25


class _Remembering:
    """Chain and history that answer each question once and then from memory: the chain read is excluded."""

    def __init__(self, chain: ChainReader, history: HistorySource) -> None:
        self._chain, self._history = chain, history
        self._answers: dict[Any, Any] = {}

    def _once(self, question: Any, ask: Callable[[], Any]) -> Any:
        if question not in self._answers:
            self._answers[question] = ask()
        return self._answers[question]

    def tips(self) -> Tips:
        return self._once("tips", self._chain.tips)

    def read(self, items: Sequence[ItemId], actors: Sequence[Address], at: BlockRef) -> RegistryState:
        return self._once((tuple(items), tuple(actors), at), lambda: self._chain.read(items, actors, at))

    def entries(self, item: ItemId, *, until_block: int, count_max: int) -> Any:
        return self._once(
            (item, until_block), lambda: self._history.entries(item, until_block=until_block, count_max=count_max)
        )

    def issuances(self, **arguments: Any) -> Any:
        return self._history.issuances(**arguments)


def _verifier(bench: BenchHouse, open_one: Callable[[Brand], RegistryAccess]) -> Verifier:
    return Verifier(bench.house.identity.trust(bench.house.node_url), open_one)


def _checked(verifier: Verifier, label: str) -> Callable[[], None]:
    def work() -> None:
        assert verifier.verify_label(label, CLI).verdict.level is Level.VERIFIED

    return work


def _core(bench: BenchHouse) -> Figure:
    """Documents cached, chain answers remembered: parsing the label, replay, every check, the verdict."""
    content = CachedStore(SqlStore(bench.house.blocks))

    def access(brand: Brand) -> RegistryAccess:
        real = open_registry(brand, RpcClient(bench.house.node_url), content)
        memory = _Remembering(real.chain, real.histories[0])
        return RegistryAccess(brand, memory, (memory,), content, real.labels, real.documents)

    work = _checked(_verifier(bench, access), bench.label)
    for _ in range(50):
        work()
    rates = []
    for _ in range(5):
        start = time.process_time()
        for _ in range(_CORE_ROUNDS // 5):
            work()
        rates.append(_CORE_ROUNDS / 5 / (time.process_time() - start))
    return Figure(
        "verify_core_per_s", round(median(rates)), "verifications/s of CPU", 1000, at_least=True, samples=rates
    )


def _live(bench: BenchHouse) -> list[Figure]:
    """Against the running ledger, through the index, documents cached; and with every proof fetched anew."""
    content: ContentStore = CachedStore(SqlStore(bench.house.blocks))
    opened: list[RegistryAccess] = []

    def access(brand: Brand) -> RegistryAccess:
        found = open_registry(brand, RpcClient(bench.house.node_url), content, index_folder=bench.folder / "index")
        opened.append(found)
        return found

    work = _checked(_verifier(bench, access), bench.label)
    samples = timed_ms(work, rounds=_LIVE_ROUNDS, warm=10)

    def anew() -> None:
        opened[0].chain._proved = ProvedBlocks()
        work()

    fresh = timed_ms(anew, rounds=_LIVE_ROUNDS, warm=10)
    return [
        Figure("verify_live_ms", median(samples), "ms", 6, samples=[round(s, 3) for s in samples]),
        Figure("verify_live_new_block_ms", median(fresh), "ms", samples=[round(s, 3) for s in fresh]),
    ]


def _cold(bench: BenchHouse) -> Figure:
    """Nothing cached: a new verifier, label map, documents over HTTP, the node's own logs."""

    def work() -> None:
        def access(brand: Brand) -> RegistryAccess:
            return open_registry(brand, RpcClient(bench.house.node_url), CachedStore(bench.content()))

        _checked(_verifier(bench, access), bench.label)()

    samples = timed_ms(work, rounds=_COLD_ROUNDS, warm=2)
    return Figure("verify_cold_ms", median(samples), "ms", 50, samples=[round(s, 2) for s in samples])


def _against_naive(bench: BenchHouse) -> Figure:
    """Both fetch words, logs and all nine documents each time; only ours proves anything about them."""
    content = bench.content()
    opened: list[RegistryAccess] = []

    def access(brand: Brand) -> RegistryAccess:
        if not opened:
            opened.append(open_registry(brand, RpcClient(bench.house.node_url), content))
        first = opened[0]
        first.chain._proved = ProvedBlocks()
        return RegistryAccess(brand, first.chain, first.histories, content, first.labels, DocumentReader(content))

    def ours() -> None:
        _checked(_verifier(bench, access), bench.label)()

    naive = _NaiveWalk(bench)
    ours_ms, naive_ms = [], []
    for _ in range(_NAIVE_ROUNDS):  # in turns, so that both meet the same machine
        ours_ms += timed_ms(ours, rounds=1, warm=0)
        naive_ms += timed_ms(naive.walk, rounds=1, warm=0)
    ratio = median(naive_ms[3:]) / median(ours_ms[3:])
    return Figure(
        "verify_vs_naive",
        round(ratio, 2),
        "times as fast",
        4,
        at_least=True,
        against=f"web3.py walk {median(naive_ms[3:]):.1f} ms, ours {median(ours_ms[3:]):.1f} ms",
        ratio=ratio,
        samples=[round(n / o, 2) for n, o in zip(naive_ms, ours_ms, strict=True)],
    )


class _NaiveWalk:
    """What a first version would do: web3.py for words and logs, a GET for each document, nothing proved."""

    def __init__(self, bench: BenchHouse) -> None:
        artifact = json.loads((ROOT / "provenance_schemas/abi/ItemRegistry.json").read_text())
        self._web3 = Web3(HTTPProvider(bench.house.node_url))
        self._contract = self._web3.eth.contract(address=bench.registry.contract, abi=artifact["abi"])
        self._http = requests.Session()
        self._bench = bench
        self._bag = bench.bag

    def walk(self) -> None:
        item = self._contract.functions.item(self._bag.token_id).call()
        assert item[0]
        uri = self._contract.functions.tokenURI(self._bag.token_id).call()
        self._passport(uri)
        steps = self._contract.events.StepRecorded().get_logs(
            from_block=self._bench.registry.deployed_block, argument_filters={"tokenId": self._bag.token_id}
        )
        moves = self._contract.events.Transfer().get_logs(
            from_block=self._bench.registry.deployed_block, argument_filters={"tokenId": self._bag.token_id}
        )
        assert len(steps) == 8
        assert moves
        for step in steps:
            self._get(str(ContentId(RAW, bytes(step["args"]["document"]))))
            self._web3.eth.get_block(step["blockNumber"])

    def _passport(self, uri: str) -> None:
        from tests.bench.naive_car import file_in_car

        cid, _, path = uri.removeprefix("ipfs://").partition("/")
        answer = self._http.get(
            f"{self._bench.gateway}/ipfs/{cid}/{path}",
            params={"format": "car"},
            headers={"Accept": "application/vnd.ipld.car"},
        )
        answer.raise_for_status()
        assert json.loads(file_in_car(answer.content))["tokenId"] == str(self._bag.token_id)

    def _get(self, cid: str) -> None:
        answer = self._http.get(
            f"{self._bench.gateway}/ipfs/{cid}",
            params={"format": "raw"},
            headers={"Accept": "application/vnd.ipld.raw"},
        )
        answer.raise_for_status()
        assert answer.json()["type"] == "assay/step/1"


def measure() -> list[Figure]:
    """Measure all four on one house."""
    with bench_house() as bench:
        return [_core(bench), *_live(bench), _cold(bench), _against_naive(bench)]
