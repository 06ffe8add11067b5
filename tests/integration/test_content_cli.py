"""`assay content`: what an operator types to check, save and bring back a house's documents."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing

import pytest

from mint.adapters.ledger_names import ledger_names
from mint.content_health import read_health
from mint.content_names import BookNames, every
from mint.items import register_pieces
from mint.steps import EvidenceInput, StepInput, record_steps
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.tampering_proxy import tampering_proxy
from tests.integration.mint_house import some_house, some_piece
from verifier.adapters.rpc_client import RpcClient
from verifier.adapters.sql_store import SqlStore
from verifier.cli.main import main
from verifier.policies import MINT_READBACK
from verifier.service import Verifier
from verifier.verdict import Level, Outcome
from verifier.wiring import open_registry
from web.content_chore import ContentChore

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Three pieces with a picture, one with a step that has a certificate."""
    with some_house(tmp_path_factory.mktemp("house")) as house:
        register_pieces(house, [some_piece(house, "BAG", quantity=3)])
        certificate = house.data_dir / "certificate.pdf"
        certificate.write_bytes(b"%PDF-1.7 made in Pantin")
        record_steps(
            house,
            [
                StepInput(
                    subject="BAG-001",
                    kind=EntryKind.INSPECTED,
                    happened_at=house.now(),
                    evidence=(EvidenceInput(certificate),),
                )
            ],
        )
        yield house


@pytest.fixture
def assay(house, capsys, monkeypatch):
    """Run a command on the house; give its exit code, stdout and stderr."""
    monkeypatch.setenv("ASSAY_DATA", str(house.data_dir))
    for name in ("ASSAY_NODE", "ASSAY_BLOCKS_COPY", "ASSAY_IPFS_API", "ASSAY_IPFS_GATEWAYS"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments):
        code = main(["content", *(str(argument) for argument in arguments)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_book_and_ledger_name_the_same_documents(house):
    """Each without the other; what the book holds is not named by the ledger a second time."""
    book = BookNames(house.book.database)
    ledger = (house.node_url, house.identity.registry)

    assert {name.cid for name in every([book])} == {name.cid for name in every([ledger_names(*ledger)])}
    assert list(every([ledger_names(*ledger, book)])) == []


@pytest.mark.parametrize("source", [(), ("--book",)])
def test_one_copy_is_told_as_too_few(assay, source):
    """Exit code 4: all is well, and nothing may happen to that disk."""
    code, out, _ = assay("audit", *source)

    assert code == 4
    assert "There is one copy only" in out


def test_a_second_copy_is_filled_by_a_repair_and_then_all_is_well(assay, tmp_path, monkeypatch):
    """Missing everywhere at first: 1; repaired: 0; and from then on two good copies."""
    monkeypatch.setenv("ASSAY_BLOCKS_COPY", str(tmp_path / "second.sqlite3"))
    empty, repaired, again = assay("audit"), assay("audit", "--repair", "--json"), assay("audit", "--sample", 1)
    found = json.loads(repaired[1])

    assert [empty[0], repaired[0], again[0]] == [1, 0, 0]
    assert "audit --repair" in empty[1]
    assert (found["copies_verified_min"], found["copies"][1]["repaired"]) == (2, found["blocks"])
    assert "Every block is good in 2 copies." in again[1]


def test_a_gateway_that_does_not_answer_leaves_it_undetermined(assay, monkeypatch):
    """Exit code 3."""
    with tampering_proxy("http://127.0.0.1:1") as proxy:
        url = proxy.url
    monkeypatch.setenv("ASSAY_IPFS_GATEWAYS", url)
    code, out, _ = assay("audit", "--book")

    assert code == 3
    assert "did not answer" in out


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ASSAY_IPFS_API", "127.0.0.1:5001"),
        ("ASSAY_IPFS_API", "http://user:secret@127.0.0.1:5001"),
        ("ASSAY_IPFS_GATEWAYS", "http://127.0.0.1:1 http://127.0.0.1:1/"),
        ("ASSAY_IPFS_TOKEN_FILE", "/nowhere/token"),
    ],
)
def test_settings_that_name_no_copy_are_bad_input(assay, monkeypatch, variable, value):
    """Exit code 2, the variable's name, and nothing of a password."""
    monkeypatch.setenv(variable, value)
    code, _, err = assay("audit", "--book")

    assert code == 2
    assert variable in err
    assert "secret" not in err


def test_the_drill(assay, house, tmp_path, monkeypatch):
    """Back up, lose the whole block store, restore, and a stranger verifies the piece again."""
    backup = tmp_path / "content.car"
    code, out, _ = assay("backup", "-o", backup, "--json")
    assert (code, json.loads(out)["size_bytes"]) == (0, backup.stat().st_size)
    elsewhere = tmp_path / "restored"
    elsewhere.mkdir()
    shutil.copy(house.data_dir / "house.json", elsewhere / "house.json")
    paths = (house.data_dir / "house.sqlite3", elsewhere / "house.sqlite3")
    with closing(sqlite3.connect(paths[0])) as book, closing(sqlite3.connect(paths[1])) as saved:
        book.backup(saved)
    monkeypatch.setenv("ASSAY_DATA", str(elsewhere))
    assert assay("audit", "--book")[0] == 1
    code, out, _ = assay("restore", backup)
    assert (code, out.startswith("house: ")) == (0, True)
    assert assay("audit", "--book")[0] == 4

    assert _verified_from(house, elsewhere / "blocks.sqlite3") is Level.VERIFIED


def _verified_from(house, blocks):
    store = SqlStore(blocks)
    client = RpcClient(house.node_url)
    verifier = Verifier(house.identity.trust(house.node_url), lambda brand: open_registry(brand, client, store))
    verdict = verifier.verify_item(house.identity.item(house.piece("BAG-001").token_id), MINT_READBACK).verdict
    store.close()
    assert verdict.level is Level.VERIFIED, [f for f in verdict.findings if f.outcome is not Outcome.PASSED]
    return verdict.level


def test_a_backup_is_refused_where_it_should_be(assay, tmp_path):
    """A file that is there: 2. One that is no backup: 2, with the reason. No such copy: 2."""
    backup = tmp_path / "content.car"
    backup.write_bytes(b"not a CAR at all")

    assert assay("backup", "-o", backup)[0] == 2
    code, _, err = assay("restore", backup)
    assert (code, "inside a section" in err) == (2, True)
    assert assay("restore", backup, "--to", "nowhere")[0] == 2


def test_the_workers_chore_keeps_the_health_of_the_house(house, monkeypatch):
    """One run looks at everything, book and ledger, and writes down what it knows."""
    for name in ("ASSAY_BLOCKS_COPY", "ASSAY_IPFS_API", "ASSAY_IPFS_GATEWAYS"):
        monkeypatch.delenv(name, raising=False)
    ContentChore(house.data_dir, lambda: (RpcClient(house.node_url),)).run()
    health = read_health(house.data_dir)

    assert (health.copies, health.copies_verified_min, health.healthy) == (("house",), 1, False)
    assert health.round_ended_at == health.checked_at > 0


def test_a_site_without_a_house_has_nothing_to_audit(tmp_path):
    """It only verifies, by a trust file."""
    ContentChore(tmp_path, tuple).run()

    assert list(tmp_path.iterdir()) == []
