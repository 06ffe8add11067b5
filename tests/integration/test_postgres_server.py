"""A PostgreSQL that goes away: what was answered is there, nothing is there twice, and the words are plain."""

from __future__ import annotations

import threading

import pytest

from loyalty.adapters.migrating import migrate
from loyalty.adapters.sql_database import Database, DatabaseUnavailableError
from loyalty.points import Points
from loyalty.results import Award
from loyalty.rulebook import RuleBook
from loyalty.tables import MIGRATIONS, VERSION_TABLE
from mint.database import HouseDatabase
from mint.errors import HouseInUseError, HouseWriteError
from mint.lock import FolderLock
from mint.outbox import Outbox
from mint.server_lock import ServerLock
from tests.fakes.desk import some_intent
from tests.fakes.points import FakeClock, PointsWorld, award_verdict, some_rule
from tests.fakes.postgres import Postgres
from verifier.adapters.sql_ports import ServerPlace
from verifier.adapters.sql_store import SqlStore
from verifier.errors import ChainUnavailableError, ContentUnavailableError
from verifier.index.store import IndexStore

pytestmark = pytest.mark.process
RULES = RuleBook([some_rule(limits="item_members = 3\nitem_kept = 1\nmember_day = 99\ndevice_day = 99", per_day=10**6)])
COLLECTORS, CHECKS = 4, 12


@pytest.fixture(scope="module")
def server():
    server = Postgres(durable=True)
    yield server
    server.close()


@pytest.fixture
def url(server):
    name = server.new_database()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def database(url):
    database = Database.open(url)
    migrate(database, MIGRATIONS, VERSION_TABLE)
    with database.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE line (id INTEGER PRIMARY KEY)")
    yield database
    database.close()


def lines(database):
    with database.reading() as connection:
        return [row[0] for row in connection.exec_driver_sql("SELECT id FROM line ORDER BY id")]


def write_and(database, number, then):
    with database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO line VALUES (%s)", (number,))
        then()


def restart(server):
    server.kill()
    server.start()


def test_a_server_killed_between_a_statement_and_its_commit_keeps_nothing_of_it(server, database):
    """What was answered before survives the power cut, what was not is gone, and the next request goes through."""
    write_and(database, 1, lambda: None)
    with pytest.raises(DatabaseUnavailableError, match="the database does not answer") as caught:
        write_and(database, 2, lambda: restart(server))

    assert str(server.folder) not in str(caught.value)
    assert lines(database) == [1]
    write_and(database, 2, lambda: None)
    assert lines(database) == [1, 2]


def test_connections_of_before_a_restart_are_not_used_after_it(server, database):
    """The first visitor after a restart is served like any other."""
    assert lines(database) == []
    restart(server)

    assert lines(database) == []


def test_a_server_that_is_not_there_is_unavailable_in_every_area(server, url, tmp_path):
    """Each area by the error of its port, so that a page says which part is away."""
    place = ServerPlace(url, "assay_nothing")
    store = SqlStore(place)
    server.stop()
    try:
        with pytest.raises(DatabaseUnavailableError):
            Database.open(url).ask()
        with pytest.raises(HouseWriteError, match="see to the database server"):
            HouseDatabase(place)
        with pytest.raises(ChainUnavailableError, match="the index cannot be written"):
            IndexStore(place, "one", 0)
        with pytest.raises(ContentUnavailableError, match="schema assay_nothing of the database server"):
            store.ask()
    finally:
        server.start()


def test_a_writer_that_waits_too_long_says_so_and_changes_nothing(server, url, database):
    """One who holds the lock and does nothing keeps others waiting for a bounded time."""
    hasty = Database.open(f"{url}&options=-c%20lock_timeout%3D50")
    with pytest.raises(DatabaseUnavailableError, match="lock timeout"):
        write_and(database, 1, lambda: _in_thread(lambda: write_and(hasty, 2, lambda: None)))

    hasty.close()
    assert lines(database) == []


def _in_thread(work):
    """Do something in another thread, and let its error be ours."""
    errors = []

    def run():
        try:
            work()
        except DatabaseUnavailableError as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    for error in errors:
        raise error


def test_awards_that_were_answered_survive_a_server_killed_under_load(server, database):
    """Members collect while the server dies and comes back; each asks again until answered. Nothing lost or doubled."""
    world = PointsWorld(database, Points(database, RULES, FakeClock()), FakeClock())
    world.points.fund("discovery", 10**6, "first")
    paid, answered = [], threading.Semaphore(0)

    def collect(member):
        for item in range(CHECKS):
            place = member * CHECKS + item
            event = world.event(f"m{member}", item=place, device=f"d{member}", source=f"scan-{place}")
            while True:
                try:
                    found = world.points.award(award_verdict(), event)
                except DatabaseUnavailableError:
                    continue
                paid.append(found)
                answered.release()
                break

    threads = [threading.Thread(target=collect, args=(number,)) for number in range(COLLECTORS)]
    for thread in threads:
        thread.start()
    for _ in range(COLLECTORS * 2):
        assert answered.acquire(timeout=60)
    before = {found.id for found in paid}
    restart(server)
    for thread in threads:
        thread.join()
    audit = world.points.audit()

    assert all(isinstance(found, Award) for found in paid)
    assert len({found.id for found in paid}) == COLLECTORS * CHECKS == audit.awards
    assert before <= {found.id for found in paid}
    assert audit.fault is None
    assert audit.outstanding == 10 * COLLECTORS * CHECKS


def test_an_intent_planned_while_the_server_dies_is_there_or_not_and_never_twice(server, url):
    """The house's outbox: the same key again finds what was kept."""
    house = HouseDatabase(ServerPlace(url, "assay_house"))
    outbox = Outbox(house)
    outbox.plan([some_intent("one")])

    def plan_and_lose_the_server():
        with house.transaction():
            outbox.plan([some_intent("two")])
            restart(server)

    with pytest.raises(HouseWriteError):
        plan_and_lose_the_server()
    outbox.plan([some_intent("one"), some_intent("two")])

    assert [intent.key for intent in outbox.unfinished()] == ["one", "two"]
    house.close()


def test_two_machines_never_work_at_the_same_time(server, url, tmp_path):
    """Each has a folder of its own, and one database: the server keeps the lock, and ends it with its connection."""
    place = ServerPlace(url, "assay_house")
    locks = []
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        locks.append(ServerLock(FolderLock(tmp_path / name), tmp_path / name, place, "writing"))
    here, there = locks
    with here(), here(), pytest.raises(HouseInUseError), there():
        pass
    with there(), pytest.raises(HouseInUseError), here():
        pass
    with pytest.raises(HouseWriteError), here():
        restart(server)
    with there(), pytest.raises(HouseInUseError), here():
        pass
    for lock in locks:
        lock.close()
