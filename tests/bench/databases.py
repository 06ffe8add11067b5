"""SQLite and PostgreSQL side by side, in one run: awards, collecting, registering a thousand, verifying.

Both keep what they answered: the server's log is flushed at each commit.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from loyalty.rulebook import RuleBook
from mint.dispatch import silent
from mint.house import House
from mint.items import register_pieces
from mint.localnet.start import stop_localnet
from mint.registration_input import parse_pieces
from tests.bench.award import AWARDS, COLLECTORS, OPEN_RULE, SEEDS, award_rate, collect_at_once
from tests.bench.figures import Figure, median, timed_ms
from tests.fakes import database
from tests.fakes.database import ENGINES, POSTGRES, SQLITE, databases_on
from tests.fakes.points import some_points, some_rule
from tests.fakes.postgres import Postgres
from tests.integration.test_site_points import Shop
from verifier.adapters.cached_store import CachedStore
from verifier.adapters.rpc_client import RpcClient
from verifier.adapters.sql_places import DATABASE
from verifier.adapters.sql_store import SqlStore
from verifier.gather import RegistryAccess
from verifier.policies import CLI
from verifier.service import Verifier
from verifier.trust import Brand
from verifier.verdict import Level
from verifier.wiring import open_registry
from web.demo.collection import BAG, _collection, draw_photos, maker, register_collection
from web.demo.tour import Tour

_AWARD_ROUNDS, _COLLECTS, _VERIFIES = 10, 30, 100


def measure() -> list[Figure]:
    """Measure each figure on both engines; the ratio is PostgreSQL's time to SQLite's."""
    server = Postgres(durable=True)
    try:
        with _server_of_tests(server):
            awards = {engine: _awards(engine) for engine in ENGINES}
            collects = {engine: _collects(engine) for engine in ENGINES}
            over = _race()
        houses = {engine: _house(server, engine) for engine in ENGINES}
    finally:
        server.close()
    pairs = {
        "award": awards,
        "collect": collects,
        "register_1000": {engine: found[0] for engine, found in houses.items()},
        "verify": {engine: found[1] for engine, found in houses.items()},
    }
    figures = [Figure("databases_award_over", over, "awards", goal=0, against=f"{SEEDS} races of {COLLECTORS}")]
    for name, found in pairs.items():
        of_file, of_server = found[SQLITE], found[POSTGRES]
        figures.append(
            Figure(
                f"databases_{name}_ms",
                of_server,
                "ms",
                against=f"SQLite {of_file:g} ms",
                ratio=round(of_server / of_file, 2),
            )
        )
    return figures


@contextmanager
def _server_of_tests(server: Postgres) -> Iterator[None]:
    """Let the tests' databases be made on a server that keeps what it answers."""
    before, database.shared_postgres = database.shared_postgres, lambda: server
    try:
        yield
    finally:
        database.shared_postgres = before


def _awards(engine: str) -> float:
    """Give the milliseconds of one award."""
    with databases_on(engine), tempfile.TemporaryDirectory(prefix="assay-award-") as folder:
        world = some_points(Path(folder), RuleBook([some_rule(**OPEN_RULE)]))
        rates = [award_rate(world, number) for number in range(_AWARD_ROUNDS)]
        assert world.points.audit().awards == AWARDS * _AWARD_ROUNDS
        world.database.close()
    return median([1000 / rate for rate in rates])


def _collects(engine: str) -> float:
    """Give the milliseconds of one tap on "collect", from the request to the answer."""
    samples = []
    with databases_on(engine):
        for _ in range(_COLLECTS):  # a piece pays few members: each has a site of their own
            visitor = Shop().visitor().sign_in()
            token = visitor.check()
            start = time.perf_counter()
            assert visitor.collect(token).status_code == 303
            samples.append((time.perf_counter() - start) * 1000)
            assert visitor.balance().pending > 0
    return median(samples)


def _race() -> int:
    """Let fifty members collect at once for one piece on the server; count what is paid beyond two."""
    over = 0
    for _ in range(SEEDS):
        with databases_on(POSTGRES), tempfile.TemporaryDirectory(prefix="assay-race-") as folder:
            world = some_points(Path(folder), RuleBook([some_rule()]))
            over += max(0, len(collect_at_once(world, COLLECTORS, lambda _: 0)) - 2)
            assert world.points.audit().fault is None
            world.database.close()
    return over


def _house(server: Postgres, engine: str) -> tuple[float, float]:
    """Register a thousand in a new house, and verify its bag; gives both in milliseconds."""
    url = server.url(server.new_database()) if engine == POSTGRES else None
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as name, _named(url):
        folder = Path(name)
        draw_photos(folder / "photos")
        house = House.found(folder / "house", maker("127.0.0.1:8017"))
        try:
            rows = enumerate(_collection()["pieces"], start=1)
            parsed = parse_pieces(rows, house.identity.maker, source="bench", folder=folder / "photos")
            thousand = replace(parsed.pieces[2], reference="BENCH", quantity=1000)
            start = time.perf_counter()
            assert len(register_pieces(house, [thousand], progress=silent).items) == 1000
            registered_ms = round((time.perf_counter() - start) * 1000)
            register_collection(house, folder / "photos", silent)
            verified_ms = _verify(house, folder, url)
        finally:
            house.close()
            stop_localnet(folder / "house" / "localnet")
    return registered_ms, verified_ms


def _verify(house: House, folder: Path, url: str | None) -> float:
    content = CachedStore(SqlStore(house.blocks))

    def access(brand: Brand) -> RegistryAccess:
        return open_registry(brand, RpcClient(house.node_url), content, index_folder=folder / "index", index_url=url)

    verifier = Verifier(house.identity.trust(house.node_url), access)
    label = Tour(house, folder, silent).label(BAG)

    def work() -> None:
        assert verifier.verify_label(label, CLI).verdict.level is not Level.UNDETERMINED

    return median(timed_ms(work, rounds=_VERIFIES, warm=10))


@contextmanager
def _named(url: str | None) -> Iterator[None]:
    """Name the house's database as an operator would."""
    if url is not None:
        os.environ[DATABASE] = url
    try:
        yield
    finally:
        os.environ.pop(DATABASE, None)
