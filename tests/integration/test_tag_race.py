"""Two processes of a site with one message: it counts once, on SQLite and on PostgreSQL."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.fakes.database import some_database
from tests.integration.crash_support import ROOT, clean_environment
from web.tags.floors import TagFloors

pytestmark = [pytest.mark.process, pytest.mark.usefixtures("each_engine")]
TAG, THREADS = "ab" * 16, 25
RACER = f"""
import sys, threading
from loyalty.adapters.sql_database import Database
from web.tags.floors import Tap, TagFloors

floors = TagFloors(Database.open(sys.argv[1]))
moved, start = [], threading.Barrier({THREADS})

def race():
    start.wait()
    moved.append(floors.move(Tap("{TAG}", 7), 1_800_000_000))

threads = [threading.Thread(target=race) for _ in range({THREADS})]
floors.of("{TAG}")
print("ready", flush=True)
sys.stdin.readline()
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sum(moved), len(moved))
"""


def test_two_processes_of_25_threads_let_one_message_count_once():
    """Both stand ready before either begins; what they have in common is the database alone."""
    database = some_database()
    url = database.engine.url.render_as_string(hide_password=False)
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=clean_environment(),
        )
        for _ in range(2)
    ]
    try:
        assert [racer.stdout.readline() for racer in racers] == ["ready\n"] * 2
        for racer in racers:
            racer.stdin.write("\n")
            racer.stdin.flush()
        said = [racer.communicate(timeout=60)[0].split() for racer in racers]
    finally:
        for racer in racers:
            racer.kill()
            racer.wait()

    assert sorted(said) in ([["0", "25"], ["1", "25"]],)
    assert TagFloors(database).of(TAG) == 7
