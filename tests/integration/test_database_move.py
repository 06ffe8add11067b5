"""From files to a server and back: every row, every point, and the counting goes on where it was."""

from __future__ import annotations

import json

import pytest

from loyalty.adapters.sql_database import Database
from mint.adapters.sql_blocks import SqlBlocks
from mint.database import HouseDatabase
from mint.outbox import Outbox
from mint.tag_book import TagBook
from provenance_schemas.content_id import ContentId
from tests.fakes.database import POSTGRES, databases_on, some_url
from tests.fakes.desk import some_intent
from tests.fakes.tags import UID
from tests.unit.loyalty.ledger_story import some_story
from verifier.adapters.sql_places import DATABASE
from verifier.adapters.sql_ports import ServerPlace
from verifier.adapters.sql_store import SqlStore
from verifier.cli.main import main
from web.jobs.queue import Jobs, NewJob
from web.store.people import Role, add_person
from web.store.schema import prepare
from web.tags.floors import TagFloors, Tap

pytestmark = pytest.mark.process
BLOCK = b"a document"


@pytest.fixture
def full(tmp_path):
    """A folder in which everything is kept in files, each kind at least once."""
    folder = tmp_path / "full"
    folder.mkdir()
    world = some_story(folder)
    prepare(world.database)
    with world.database.writing() as connection:
        add_person(connection, "Camille", Role.MEMBER, "fr", 1)
    Jobs(world.database).add(NewJob("register", "first"))
    TagFloors(world.database).move(Tap("ab" * 16, 7), 1)
    world.database.close()
    house = HouseDatabase(folder / "house.sqlite3")
    Outbox(house).plan([some_intent("one"), some_intent("two")])
    with house.transaction():
        TagBook(house).add(UID, 7 << 32, 1, "2026-12-01T10:00:00+00:00")
    house.close()
    blocks = SqlBlocks(folder / "blocks.sqlite3")
    blocks.put_many([(ContentId.of(BLOCK), BLOCK)])
    blocks.close()
    return folder


def moved(folder, to, capsys):
    code = main(["database", "move", "--data", str(folder), "--to", to, "--json"])
    printed = capsys.readouterr()
    assert code == 0, printed.err
    return json.loads(printed.out)


def test_everything_goes_to_a_server_and_comes_back(full, monkeypatch, capsys):
    """The same counts both ways, the same head of the log; and what is written next has the next number."""
    with databases_on(POSTGRES):
        url = some_url()
        there = moved(full, url, capsys)
        database = Database.open(url)
        jobs = Jobs(database)
        jobs.add(NewJob("register", "second"))
        house = HouseDatabase(ServerPlace(url, "assay_house"))
        (third,) = Outbox(house).plan([some_intent("three")])
        store = SqlStore(ServerPlace(url, "assay_blocks"))

        assert [job.kind for job in jobs.newest(["register"])] == ["register", "register"]
        assert third.id == 3
        assert store.get(ContentId.of(BLOCK), size_max_bytes=100) == BLOCK
        (tag,) = TagBook(house).all()
        assert (tag.uid, TagFloors(database).of("ab" * 16)) == (UID, 7)
        for part in (database, house, store):
            part.close()

        for file in full.glob("*.sqlite3*"):
            file.unlink()
        monkeypatch.setenv(DATABASE, url)
        back = moved(full, "files", capsys)

    changed = {table for table in there if there[table] != back[table]}
    assert changed == {"job", "intent", "draft"}
    assert back["points_transfer"] == there["points_transfer"] > 20


def test_a_place_that_is_not_empty_is_refused(full, capsys):
    """Nothing is mixed, and nothing is written over."""
    with databases_on(POSTGRES):
        url = some_url()
        moved(full, url, capsys)

        assert main(["database", "move", "--data", str(full), "--to", url]) == 2
    assert "empty database" in capsys.readouterr().err


@pytest.mark.parametrize("to", ["files", "mysql://host/x", "postgresql://a:secret@host/x"])
def test_a_place_that_cannot_be_moved_to_is_a_wrong_wish(full, to, capsys):
    """Files to files, a server that is none of ours, a password that everybody on the machine could read."""
    assert main(["database", "move", "--data", str(full), "--to", to]) == 2
    assert "secret" not in capsys.readouterr().err
