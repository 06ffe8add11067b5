"""The command line through a piece's life: actors, card, sale, claim, handing on, reports, voided steps."""

import io
import json
import stat
from datetime import UTC, datetime

import pytest
import zxingcpp
from PIL import Image

from mint.items import register_pieces
from tests.integration.mint_house import some_house, some_piece
from verifier.cli.main import main

pytestmark = pytest.mark.process

MADE, SOLD = "2026-01-02T09:00:00+01:00", "2026-02-02T09:00:00+01:00"
FRIEND = "0x" + "5b" * 20


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    with some_house(tmp_path_factory.mktemp("house")) as house:
        register_pieces(house, [some_piece(house, "BAG", quantity=2)])
        yield house.data_dir


@pytest.fixture
def assay(folder, capsys, monkeypatch):
    """Run a command on the house with a line on stdin; give its exit code, and its JSON or its words on stderr."""
    monkeypatch.setenv("ASSAY_DATA", str(folder))
    monkeypatch.delenv("ASSAY_NODE", raising=False)

    def run(*arguments, stdin=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{stdin}\n"))
        code = main([*map(str, arguments), "--json"])
        captured = capsys.readouterr()
        return (code, json.loads(captured.out)) if captured.out else (code, captured.err)

    return run


def read(picture):
    """Read a printed code as a phone would."""
    return zxingcpp.read_barcodes(Image.open(picture))[0].text


def test_a_piece_is_sold_claimed_reported_and_handed_on(assay, tmp_path):
    """Each command does on the ledger what it says; the key that was made is readable by its owner alone."""
    assert assay("mint", "actor", "add", "paris", "--role", "boutique")[0] == 0
    label, card = (assay("mint", kind, "BAG-001", "--out", tmp_path)[1][0]["file"] for kind in ("label", "card"))
    hidden = read(card).partition("#")[2]
    assert "--renew" in assay("mint", "card", "BAG-001", "--out", tmp_path)[1]
    claim = ("claim", "-", "--label", read(label), "--new-key")
    assert "sold" in assay(*claim, tmp_path / "early.key", stdin=hidden)[1]
    assert assay("mint", "step", "BAG-001", "sold", "--at", SOLD, "--actor", "paris")[0] == 0

    mine = tmp_path / "mine.key"
    claimed = assay(*claim, mine, stdin=hidden)[1]
    shown = assay("mint", "status", "BAG-001")[1]
    assert (shown["owner"], shown["in_stock"]) == (claimed["owner"], False)
    assert stat.S_IMODE(mine.stat().st_mode) == 0o600

    report = ("mint", "report", "stolen", "BAG-001", "--reason", "theft")
    hand_on = ("transfer", "BAG-001", "--to", FRIEND, "--key", mine)
    assert "--key" in assay(*report)[1]
    assert assay(*report, "--key", mine)[0] == 0
    assert "stolen" in assay(*hand_on)[1]
    assert assay("mint", "report", "withdraw", "BAG-001", "--reason", "recovered", "--key", mine)[0] == 0
    assert assay(*hand_on)[0] == 0
    assert assay("mint", "status", "BAG-001")[1]["owner"].lower() == FRIEND


def test_an_actor_records_is_disputed_and_a_step_is_voided(assay):
    """`list` tells what the ledger says of each; a removed one records nothing more."""
    for name, role in (("pantin", "maker"), ("rome", "maker")):
        assert assay("mint", "actor", "add", name, "--role", role)[0] == 0
    assert assay("mint", "step", "BAG-002", "manufactured", "--at", MADE, "--actor", "pantin")[0] == 0

    assert assay("mint", "void", "BAG-002", "1", "--reason", "The wrong piece.", "--actor", "pantin")[0] == 0
    assert assay("mint", "actor", "remove", "rome")[0] == 0
    assert assay("mint", "actor", "dispute", "pantin", "--since", "yesterday")[0] == 2
    midnight = datetime.now(UTC).strftime("%Y-%m-%dT00:00:00Z")
    assert assay("mint", "actor", "dispute", "pantin", "--since", midnight)[0] == 0

    states = {actor["name"]: actor["state"] for actor in assay("mint", "actor", "list")[1]}
    assert (states["pantin"], states["rome"], states["house"]) == ("disputed", "ended", "active")
    assert assay("mint", "step", "BAG-002", "manufactured", "--at", MADE, "--actor", "rome")[0] == 2
    assert assay("mint", "status", "BAG-002")[1]["entries"] == 2
