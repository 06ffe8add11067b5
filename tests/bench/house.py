"""A house with the example's bag in it, and a gateway in a process of its own, for benches."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mint.dispatch import silent
from mint.house import House
from mint.localnet.start import stop_localnet
from provenance_schemas.ids import ItemId
from tests.bench.figures import ROOT
from verifier.adapters.gateway_store import GatewayStore
from verifier.trust import Brand, Registry
from web.demo.collection import BAG, add_actors, draw_photos, maker, record_collection, register_collection
from web.demo.tour import Tour


@dataclass
class BenchHouse:
    """One house whose bag has eight steps."""

    house: House
    label: str
    gateway: str
    folder: Path

    @property
    def brand(self) -> Brand:
        """The brand as the trust file has it."""
        return self.house.identity.trust(self.house.node_url).brands[0]

    @property
    def registry(self) -> Registry:
        """Its registry."""
        return self.brand.registry

    @property
    def bag(self) -> ItemId:
        """The bag."""
        return self.house.identity.item(self.house.piece(BAG).token_id)

    def content(self) -> GatewayStore:
        """The gateway as a store that caches nothing."""
        return GatewayStore([self.gateway])


@contextmanager
def bench_house() -> Iterator[BenchHouse]:
    """Found a house, register the example, record its steps, serve its content; end it all afterwards."""
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as name:
        folder = Path(name)
        draw_photos(folder / "photos")
        house = House.found(folder / "house", maker("127.0.0.1:8017"))
        register_collection(house, folder / "photos", silent)
        add_actors(house)
        record_collection(house, set(), silent)
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.gateway", str(house.blocks)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        try:
            assert server.stdout is not None
            gateway = server.stdout.readline().strip()
            yield BenchHouse(house, Tour(house, folder, silent).label(BAG), gateway, folder)
        finally:
            server.terminate()
            server.wait()
            house.close()
            stop_localnet(folder / "house" / "localnet")
