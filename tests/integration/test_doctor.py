"""`assay doctor`: each fault is found by its own check, with what to do, and hides no other; no secret is shown."""

from __future__ import annotations

import argparse
import json
import os
import threading
import time
from dataclasses import replace

import pytest

from mint.content_health import FILE_NAME, ContentHealth, WatchState, write_state
from mint.items import register_pieces
from mint.localnet.start import ensure_localnet, stop_localnet
from mint.records import Records
from provenance_schemas.ids import BlockRef
from tests.integration.mint_house import some_house, some_piece
from verifier.adapters.checkpoint_memory import CheckpointMemory
from verifier.cli.main import main
from verifier.descent import Seen
from verifier.errors import ChainUnavailableError
from verifier.trust import load_trust
from web.backup.sealing import key_files
from web.cli.doctor import add_parser, run
from web.custody.keys import load_custody_keys
from web.doctor.examine import examine
from web.doctor.house_checks import mark_custody
from web.doctor.lines import Check, Line, Weight, fail, ok, run_checks, warn, worst
from web.jobs.heart import Heart
from web.jobs.queue import Jobs, NewJob
from web.settings import read_settings
from web.wiring import open_database


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A house with one piece, a site database, a worker that lives and a custody key with a copy; gives settings."""
    folder = tmp_path_factory.mktemp("doctor") / "house"
    with some_house(folder) as made:
        register_pieces(made, [some_piece(made, "BAG-1")])
        settings = read_settings({"ASSAY_DATA": str(folder)})
        open_database(settings).close()
        load_custody_keys(settings.custody_key_file, in_use=False)
        mark_custody(settings)
        folder.chmod(0o700)
        yield settings


def said(settings, environ=None):
    """Examine while the worker lives: part -> the lines of it that are not OK."""
    Heart(settings.jobs_folder).beat()
    found = {}
    for line in examine(settings, environ or {}):
        if line.weight is not Weight.OK:
            found.setdefault(line.part, []).append(line)
    return found


@pytest.mark.process
class TestHouse:
    """A real house, and one fault at a time."""

    def test_a_house_that_is_well_says_so(self, house):
        """Only the documents' copies were never audited."""
        assert set(said(house)) == {"content"}

    def test_a_house_with_one_copy_is_told_to_name_another(self, house):
        """No audit can mend that there is no second place."""
        now = int(time.time())
        write_state(house.data, WatchState(ContentHealth(("house",), (), 1, 8, 0, 0, now, now, now)))
        (line,) = said(house)["content"]
        (house.data / FILE_NAME).unlink()

        assert (line.weight, line.do[:19]) == (Weight.WARN, "name a second copy:")

    def test_no_secret_is_shown(self, house):
        """Neither keys nor serials nor codes, in text or JSON; and every line that is not OK says what to do."""
        Heart(house.jobs_folder).beat()
        lines = examine(house, {"ASSAY_NODES": "x"})
        text = json.dumps([str(line) for line in lines])
        records = Records.open(house.data)
        serial = records.book.serial(records.piece("BAG-1").token_id)
        records.close()

        assert serial not in text
        assert not [path for path in key_files(house.data) if path.read_text("ascii").strip() in text]
        assert not [line for line in lines if line.weight is not Weight.OK and not line.do]

    def test_a_key_that_others_can_read_is_found(self, house):
        """By its name, with the command that mends it."""
        key = key_files(house.data)[0]
        key.chmod(0o644)
        found = said(house)
        key.chmod(0o600)

        assert found["keys"][0].weight is Weight.FAIL
        assert found["keys"][0].do == f"chmod go-rwx {key}"

    def test_a_key_that_is_gone_is_found(self, house):
        """The role is named."""
        key = next(path for path in key_files(house.data) if path.name.startswith("registrar"))
        away = key.rename(house.data / "away")
        found = said(house)
        away.rename(key)

        assert "'registrar'" in found["keys"][0].said

    def test_another_custody_key_than_the_one_that_was_copied_is_found(self, house):
        """A copy of an older key saves nobody's piece."""
        mark = house.data / "custody.backed-up"
        before = mark.read_text()
        mark.write_text("0123456789abcdef\n")
        found = said(house)
        mark.write_text(before)

        assert found["custody"][0].weight is Weight.WARN

    def test_a_ledger_that_does_not_run_is_found_and_not_started(self, house):
        """Looking starts nothing; and everything else is still looked at."""
        stop_localnet(house.localnet_folder)
        found = said(house)
        running = (house.localnet_folder / "localnet.json").exists()
        ensure_localnet(house.localnet_folder)

        assert found["node"][0].do == "assay ledger start"
        assert not running
        assert "points" not in found

    def test_a_memory_that_contradicts_the_node_is_found(self, house):
        """Every check is UNDETERMINED until a person decides: the doctor names the command, and it is enough."""
        trust = load_trust(house.trust)
        registry = trust.brands[0].registry
        memory = CheckpointMemory(house.state_folder / "seen")
        memory.forget(registry)
        lie = replace(BlockRef.at(0, bytes(32), 1_700_000_000), number=2**40)
        memory.keep(registry, Seen(head=lie, trail=(lie.hash,)))
        (line,) = said(house)["memory"]
        command = line.do.partition("assay ")[2].split()

        assert line.weight is Weight.FAIL
        assert f"older than block {2**40}" in line.said
        assert memory.load(registry).head == lie
        assert main(command) == 0
        assert "memory" not in said(house)

    def test_a_node_on_another_chain_is_found(self, house):
        """Its chain and ours are named."""
        trust = json.loads(house.trust.read_text())
        trust["brands"][0]["registry"]["chain_id"] = 5
        other = house.data.parent / "other.json"
        other.write_text(json.dumps(trust))
        found = said(read_settings({"ASSAY_DATA": str(house.data), "ASSAY_TRUST": str(other)}))

        assert "is on chain 31337" in found["node"][0].said

    def test_a_node_that_is_away_is_found_and_a_trust_file_that_is_broken_hides_nothing(self, house):
        """Two faults at once: each is said."""
        found = said(read_settings({"ASSAY_DATA": str(house.data), "ASSAY_NODE": "http://127.0.0.1:9"}))
        broken = house.data.parent / "broken.json"
        broken.write_text("{")
        blind = said(read_settings({"ASSAY_DATA": str(house.data), "ASSAY_TRUST": str(broken)}))

        assert {"node", "relayer"} <= set(found)
        assert blind["trust"][0].weight is Weight.FAIL
        assert "jobs" not in blind

    def test_a_job_that_failed_is_found_by_its_kind(self, house):
        """A claim that failed is a customer who waits: FAIL, not a figure in a corner."""
        database = open_database(house)
        jobs = Jobs(database)
        jobs.add(NewJob("claim", "one"))
        job = jobs.take()
        jobs.failed_by(job, ValueError())
        found = said(house)
        jobs.retry(job.id)
        jobs.done(jobs.take(), {})
        database.close()

        assert found["jobs"][0].weight is Weight.FAIL
        assert "1 claim" in found["jobs"][0].said

    def test_a_worker_that_is_silent_and_a_variable_that_nobody_reads_are_found(self, house):
        """Both with what to do."""
        Heart(house.jobs_folder, lambda: time.time() - 300).beat()
        lines = examine(house, {"ASSAY_PROXYS": "1"})
        found = {line.part: line for line in lines if line.weight is not Weight.OK}

        assert "300 s ago" in found["worker"].said
        assert found["settings"].do == "did you mean ASSAY_PROXIES?"

    def test_the_command_gives_json_and_an_exit_code(self, house, monkeypatch, capsys):
        """4 for a house that wants somebody soon. The environment is the command's own input."""
        for name in [name for name in os.environ if name.startswith("ASSAY_")]:
            monkeypatch.delenv(name)
        Heart(house.jobs_folder).beat()
        parser = argparse.ArgumentParser()
        add_parser(parser.add_subparsers())
        code = run(parser.parse_args(["doctor", "--json", "--data", str(house.data)]))
        value = json.loads(capsys.readouterr().out)

        assert code == 4
        assert value["worst"] == "WARN"
        assert {"weight", "part", "said", "do"} == set(value["lines"][0])


def test_a_folder_that_is_not_there_is_one_line(tmp_path):
    """And nothing is made."""
    (line,) = examine(read_settings({"ASSAY_DATA": str(tmp_path / "house")}), {})

    assert line.weight is Weight.FAIL
    assert list(tmp_path.iterdir()) == []


def test_a_check_that_hangs_or_breaks_hides_no_other():
    """A part that never answers costs its own time and no more; our own bug is a line too, without its words."""
    waiting = threading.Event()

    def hangs():
        waiting.wait()
        yield ok("hangs", "never")

    def breaks():
        raise ValueError("a secret")

    def away():
        yield ok("away", "one thing was seen")
        raise ChainUnavailableError("nobody answers")

    checks = [Check("hangs", hangs, "look", 0.05), Check("breaks", breaks, "look"), Check("away", away, "look")]
    lines = run_checks([*checks, Check("last", lambda: [ok("last", "well")], "look")])
    waiting.set()

    assert [line.part for line in lines] == ["hangs", "breaks", "away", "away", "last"]
    assert "no answer within" in lines[0].said
    assert "secret" not in lines[1].said
    assert lines[3] == Line(Weight.FAIL, "away", "nobody answers", "look")


@pytest.mark.parametrize(
    ("lines", "weight"),
    [
        ((), Weight.OK),
        ((ok("a", ""),), Weight.OK),
        ((ok("a", ""), warn("b", "", "x")), Weight.WARN),
        ((fail("a", "", "x"), warn("b", "", "x")), Weight.FAIL),
    ],
)
def test_the_worst_line_decides(lines, weight):
    """In any order."""
    assert worst(lines) is weight
    assert worst(reversed(lines)) is weight
