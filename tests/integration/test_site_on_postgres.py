"""The whole life of a piece with everything on one PostgreSQL, from its registration to the audit of its points."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from mint.errors import WrongDatabaseError
from mint.house import House
from mint.printing import make_label
from mint.records import Records
from tests.fakes.database import POSTGRES, databases_on, some_url
from tests.integration.mint_house import some_house
from tests.integration.test_site_pieces import HOST, Customer, Shop
from verifier.adapters.sql_places import DATABASE

pytestmark = pytest.mark.process
FILES = {"site.sqlite3", "house.sqlite3", "blocks.sqlite3", "index"}
SCHEMAS = "SELECT count(*) FROM information_schema.schemata WHERE schema_name LIKE 'assay%'"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    with databases_on(POSTGRES), pytest.MonkeyPatch.context() as environment:
        url = some_url()
        environment.setenv(DATABASE, url)
        with some_house(folder / "house") as house:
            shop = Shop(house, folder, {DATABASE: url})
            yield shop
            shop.parts.database.close()


def test_a_piece_lives_its_whole_life_on_one_server(shop):
    """Registered, sold, scanned by a member, its check collected, claimed, and every point recomputed."""
    label, code = shop.sell("BAG")
    camille = Customer(shop, "Camille")
    page = camille.get("/" + make_label(shop.house, "BAG").text.split("/", 3)[3])
    token = re.search(r'name="scan" value="([^"]+)"', page.text)[1]
    same_origin = {"Sec-Fetch-Site": "same-origin"}
    camille.client.post("/scans", base_url=f"https://{HOST}", data={"scan": token}, headers=same_origin)
    shop.parts.points.fund("discovery", 1_000, "first")
    shop.parts.points.fund("ownership", 1_000, "first-ownership")

    assert camille.post("/points/collect", scan=token).status_code == 303
    camille.claim(label, code)
    shop.work()
    (holding,) = shop.holdings.of_person(camille.person.id)
    audit = shop.parts.points.audit()

    assert shop.on_ledger("BAG").owner == holding.address
    assert audit.fault is None
    assert audit.awards == 2
    assert shop.parts.points.balance(camille.person.id).pending == audit.outstanding > 0
    with shop.parts.database.reading() as connection:
        assert connection.execute(text(SCHEMAS)).scalar_one() == 4
    assert FILES.isdisjoint(path.name for path in shop.house.data_dir.iterdir())


def test_another_process_reads_the_same_book(shop):
    """The site's own records, opened anew, as the console does."""
    records = Records.open(shop.house.data_dir)

    assert records.piece("BAG") == shop.house.piece("BAG")
    records.close()


def test_a_house_whose_book_is_elsewhere_is_refused(shop, monkeypatch):
    """Opened over an empty database it would register everything anew; nothing is written."""
    monkeypatch.delenv(DATABASE)
    with pytest.raises(WrongDatabaseError, match="no house's book"):
        Records.open(shop.house.data_dir)
    with pytest.raises(WrongDatabaseError):
        House.open(shop.house.data_dir, shop.house.node_url)
    (shop.house.data_dir / "house.sqlite3").unlink()
