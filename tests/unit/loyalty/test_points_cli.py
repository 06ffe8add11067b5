"""`assay points`: what it prints and how it exits."""

from __future__ import annotations

import argparse
import json

import pytest
from sqlalchemy import create_engine, text

from loyalty.adapters.sql_database import Database
from loyalty.cli.points import add_parser
from loyalty.points import Points
from loyalty.rulebook import shipped_rules
from tests.fakes.points import some_points
from tests.fakes.trust import some_brand, some_checkpoint, some_key
from verifier.checkpoints import LogHead, checkpoint_json
from verifier.trust import TrustRegistry, trust_json


@pytest.fixture
def url(tmp_path):
    """A database in which ana checked one piece, long enough ago to vest."""
    world = some_points(tmp_path)
    world.check()
    world.database.close()
    return f"sqlite:///{tmp_path / 'site.sqlite3'}"


@pytest.fixture
def run(monkeypatch):
    """The environment is the test's own: no database but the one that is named."""
    for name in ("ASSAY_DATABASE", "ASSAY_DATA"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments):
        parser = argparse.ArgumentParser()
        add_parser(parser.add_subparsers())
        args = parser.parse_args(["points", *arguments])
        return args.run(args)

    return run


def test_a_right_ledger_exits_0(run, url, capsys):
    assert run("audit", "--database", url) == 0
    assert capsys.readouterr().out.startswith("RIGHT  3 transfers, 6 entries, 1 awards")


def test_a_fault_exits_1_and_is_named(run, url, capsys):
    """On paper and as JSON."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER points_entry_no_update"))
        connection.execute(text("UPDATE points_entry SET balance = 1000 WHERE transfer = 3 AND line = 1"))
    engine.dispose()

    assert run("audit", "--database", url) == 1
    assert "FAULT  points_entry 3/1: balance is 1000, it must be 10" in capsys.readouterr().out
    assert run("audit", "--database", url, "--json") == 1
    assert json.loads(capsys.readouterr().out)["fault"]["row"] == "3/1"


def test_a_statement_says_what_and_why(run, url, capsys):
    assert run("statement", "ana", "--database", url) == 0
    assert "+10  pending until 2024-10-05T09:00:00Z  first-check" in capsys.readouterr().out
    assert run("statement", "ana", "--database", url, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["balance"] == {"available": 0, "pending": 10, "held": 0}
    assert told["lines"][0]["explanation"]["fr"].startswith("Vous avez")


def test_funding_is_done_once_for_each_key(run, url, capsys):
    for _ in range(2):
        assert run("fund", "discovery", "50", "--key", "march", "--database", url, "--json") == 0
    told = capsys.readouterr().out

    assert told.count('"transfer": 4') == 2
    assert run("fund", "discovery", "51", "--key", "march", "--database", url) == 2


def test_vesting_moves_what_is_due(run, url, capsys):
    """The award is of 2024, so everything has vested and expired since."""
    assert run("vest", "--database", url) == 0
    assert capsys.readouterr().out == "1 awards vested, 1 expired\n"


def test_the_shipped_rules_are_sound(run, capsys):
    assert run("lint") == 0
    assert capsys.readouterr().out == "the rules are sound\n"


def test_unsound_rules_exit_1(run, tmp_path, capsys):
    (tmp_path / "a.toml").write_text("amount = 'all'")

    assert run("lint", str(tmp_path), "--json") == 1
    assert json.loads(capsys.readouterr().out)[0]["file"] == "a.toml"


@pytest.mark.parametrize("arguments", [["fund", "unknown", "5"], ["fund", "discovery", "0"]])
def test_bad_input_exits_2(run, url, arguments, capsys):
    assert run(*arguments, "--database", url) == 2
    assert capsys.readouterr().err.startswith("assay: ")


@pytest.mark.parametrize("bad", ["no url", "sqlite://", "unheardof://x/y"])
def test_what_is_no_database_exits_2_and_says_no_secret(run, bad, capsys):
    assert run("audit", "--database", bad) == 2
    assert "x/y" not in capsys.readouterr().err


def test_no_database_yet_exits_3(run, tmp_path, monkeypatch, capsys):
    """Looking must not make one: an empty ledger would look like a lost one."""
    monkeypatch.setenv("ASSAY_DATA", str(tmp_path))

    assert run("audit") == 3
    assert "`assay serve` makes it" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_environment_names_the_database(run, url, monkeypatch, capsys):
    monkeypatch.setenv("ASSAY_DATABASE", url)

    assert run("audit") == 0
    assert capsys.readouterr().out


# ---- the log beside a checkpoint


@pytest.fixture
def signed(run, url, tmp_path):
    """Sign for a log: gives the command that audits the ledger beside that."""
    trust = tmp_path / "trust.json"
    trust.write_text(trust_json(TrustRegistry((some_brand(),))), "utf-8")

    def audit(head, *options, **changes):
        path = tmp_path / "checkpoint.json"
        path.write_bytes(checkpoint_json(some_checkpoint(points=head, **changes)))
        return run("audit", "--database", url, "--checkpoint", str(path), "--trust", str(trust), *options)

    return audit


def head_of(url, size=3):
    database = Database.open(url)
    try:
        return LogHead(size, Points(database, shipped_rules(), lambda: 0).growth(size).first.root)
    finally:
        database.close()


def test_a_log_that_grew_out_of_what_was_signed_is_right(signed, url, capsys):
    """The same size, and a smaller one."""
    for size in (3, 1):
        assert signed(head_of(url, size)) == 0
        assert capsys.readouterr().out.startswith("RIGHT  3 transfers")


def test_a_cut_end_is_seen(signed, url, capsys):
    """Every row that is left is right: without a checkpoint nobody could tell."""
    assert signed(LogHead(4, bytes(32)), "--json") == 1
    fault = json.loads(capsys.readouterr().out)["fault"]

    assert fault["table"] == "log"
    assert "signed for 4 entries, and there are 3: the end was cut" in fault["reason"]


def test_a_log_written_anew_is_seen(signed, url, capsys):
    """As long as before, and with other entries."""
    assert signed(LogHead(3, bytes(32))) == 1
    assert "entries were rewritten" in capsys.readouterr().out


def test_a_checkpoint_that_proves_nothing_is_refused(signed, url, capsys):
    """A stranger's, and one that signs for no points: neither right nor wrong."""
    assert signed(head_of(url), key=some_key("stranger")) == 2
    assert "no checkpoint key" in capsys.readouterr().err
    assert signed(None) == 2
    assert "no points" in capsys.readouterr().err
