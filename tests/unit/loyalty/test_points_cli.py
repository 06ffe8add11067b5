"""`assay points`: what it prints and how it exits."""

from __future__ import annotations

import argparse
import json

import pytest
from sqlalchemy import create_engine, text

from loyalty.cli.points import add_parser
from tests.fakes.points import some_points


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
