"""Whoever registers in a bad world gets a clear error that says what to do, and nothing half-written."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mint.localnet.start import ensure_localnet
from mint.lock import FolderLock
from tests.integration.bad_world_support import answering, lying
from tests.integration.crash_support import INIT, ROOT, CrashHouse, clean_environment, piece_row
from tests.integration.test_bad_world_reading import NOBODY, png_header

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Iterator[CrashHouse]:
    house = CrashHouse(tmp_path_factory.mktemp("house"))
    try:
        assert house.run(*INIT).code == 0
        yield house
    finally:
        house.stop()


def written(house: CrashHouse) -> tuple[list[str], list[str]]:
    """What the house knows: its pieces, and everything it ever planned."""
    return (
        [row["reference"] for row in house.rows("SELECT reference FROM piece")],
        [row["key"] for row in house.rows("SELECT key FROM intent")],
    )


def as_csv(path: Path, rows: list[dict[str, object]]) -> Path:
    """Write rows as a brand's own table, lists cut at `|`."""
    with path.open("w", newline="", encoding="utf-8") as file:
        names = list(dict.fromkeys(name for row in rows for name in row))
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        for row in rows:
            writer.writerow({k: "|".join(v) if isinstance(v, list) else v for k, v in row.items()})
    return path


# ---- input


@pytest.fixture
def folder(house, tmp_path) -> Path:
    """A folder of input files: one good picture, and files that are none."""
    (tmp_path / "front.jpg").write_bytes((house.data.parent / "front.jpg").read_bytes())
    (tmp_path / "notes.jpg").write_text("Dear Sir, the bag is genuine.\n" * 40)
    (tmp_path / "bomb.png").write_bytes(png_header(60_000, 60_000) + b"\0" * 100)
    return tmp_path


BROKEN = {
    "a wrong check digit": ({"gtin": "09521321000019"}, "gtin", "its last digit should be 8"),
    "another company's number": ({"gtin": "04012345678901"}, "gtin", "they begin with 09521321"),
    "a country that is none": ({"country": "France"}, "country", "two capitals"),
    "no reference": ({"reference": ""}, "reference", "the piece's own number"),
    "a text renamed .jpg": ({"images": ["notes.jpg=Front"]}, "images", "notes.jpg"),
    "an image bomb": ({"images": ["bomb.png=Front"]}, "images", "60000"),
    "a picture that is not there": ({"images": ["gone.jpg=Front"]}, "images", "gone.jpg"),
    "too few marks": ({"marks": ["One"]}, "marks", "at least 3"),
    "an unknown field": ({"colour": "Noir"}, "colour", "the fields are reference, gtin"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_row_is_named_with_its_field_and_nothing_is_written(house, folder, fault):
    """The good rows beside it are not registered either; exit 2."""
    change, field, advice = BROKEN[fault]
    rows = [piece_row("GOOD-1"), piece_row("BAD-2") | change, piece_row("GOOD-3")]
    before = written(house)
    ended = house.run("mint", "register", as_csv(folder / "pieces.csv", rows))

    assert ended.code == 2
    assert "nothing was written" in ended.err
    assert f"pieces.csv, row 3, {field}: " in ended.err
    assert "row 2" not in ended.err
    assert advice in ended.err
    assert before == written(house)


def test_all_broken_rows_are_told_at_once_and_the_good_ones_can_go_ahead(house, folder):
    """`--skip-broken` registers the others and writes down what is wrong, as data."""
    rows = [piece_row("SKIP-1"), piece_row("SKIP-2", gtin="1"), piece_row("SKIP-1"), piece_row("SKIP-4", country="")]
    faults = folder / "faults.json"
    file = as_csv(folder / "mixed.csv", rows)
    told = house.run("mint", "register", file)
    went = house.run("mint", "register", file, "--skip-broken", faults)

    assert told.code == 2
    assert all(f"row {row}, " in told.err for row in (3, 4, 5))
    assert went.code == 0
    assert [(one["row"], one["field"]) for one in json.loads(faults.read_text())] == [
        (3, "gtin"),
        (4, "reference"),
        (5, "country"),
    ]
    assert [ref for ref in written(house)[0] if ref.startswith("SKIP")] == ["SKIP-1"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"reference,gtin\n", b"[{]", b'{"a": 1'])
@pytest.mark.parametrize("name", ["pieces.csv", "pieces.json"])
def test_a_file_that_is_none_is_a_clear_error(house, folder, name, content):
    """Empty, binary, only a header, cut off: exit 2, the file named, nothing written."""
    (folder / name).write_bytes(content)
    before = written(house)
    ended = house.run("mint", "register", folder / name)

    assert ended.code == 2
    assert ended.err.startswith("assay: ")
    assert before == written(house)


def test_a_second_registration_names_the_token_that_the_piece_has(house, folder):
    """Nothing is registered twice, and the other pieces of the file are not registered beside it."""
    (item,) = house.register(as_csv(folder / "first.csv", [piece_row("TWICE")]))
    before = written(house)
    ended = house.run("mint", "register", as_csv(folder / "again.csv", [piece_row("TWICE"), piece_row("NEW")]))

    assert ended.code == 2
    assert f"TWICE is registered already, as token {item.rpartition('/')[2]}" in ended.err
    assert before == written(house)


# ---- nodes


@pytest.mark.parametrize("what", ["down", "nonsense", "another chain", "no contract"])
def test_a_node_that_is_not_ours_gets_nothing(house, folder, what):
    """Nothing is planned, signed or sent; the message says what to do."""
    lies = {
        "another chain": lambda method, params, result: "0x1" if method == "eth_chainId" else result,
        "no contract": lambda method, params, result: "0x" if method == "eth_getCode" else result,
    }
    file, before = as_csv(folder / "pieces.csv", [piece_row("NODE-1")]), written(house)
    if what == "down":
        ended = house.run("mint", "register", file, "--node", NOBODY)
    elif what == "nonsense":
        with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello") as node:
            ended = house.run("mint", "register", file, "--node", node)
    else:
        with lying(ensure_localnet(house.ledger).url, lies[what]) as node:
            ended = house.run("mint", "register", file, "--node", node)

    assert (1 if what in lies else 3) == ended.code
    assert ("name the right node with --node" if what in lies else "assay mint resume") in ended.err
    assert before == written(house)
    house.run("mint", "status")  # the trust file names the house's own node again


def test_a_node_that_loses_what_it_was_sent_is_resumed_at_the_true_one(house, folder):
    """It takes transactions and forgets them, and answers no receipt: nothing is lost, nothing sent as another one."""

    def lie(method, params, result):
        if method == "eth_getTransactionReceipt":
            raise ConnectionResetError("the node hangs up")
        return result

    file = as_csv(folder / "pieces.csv", [piece_row("LOSES-1")])
    with lying(ensure_localnet(house.ledger).url, lie) as node:
        ended = house.run("mint", "register", file, "--node", node)

    assert ended.code == 3
    assert "nothing is lost" in ended.err
    assert house.run("mint", "resume").code == 0
    assert house.run("mint", "register", file).code == 2
    audit = house.audit()
    assert (audit.lost, audit.doubled) == ([], [])


# ---- the folder


ALWAYS_FULL_KIB = 60
"""The outbox alone writes more than that for one piece."""


@pytest.mark.parametrize("file_max_kib", [1, 40, 60, 80, 160, 900])
def test_a_full_disk_keeps_what_was_saved_and_nothing_by_halves(house, folder, file_max_kib):
    """Wherever the disk fills up: exit 3 and what to do, or it was enough. With room again the house goes on."""
    reference = f"FULL-{file_max_kib}"
    file = as_csv(folder / "pieces.csv", [piece_row(reference, marks=[f"{n} {'x' * 100}" for n in range(5)])])
    before = written(house)
    ended = house.run("mint", "register", file, file_max_bytes=file_max_kib * 1024)
    assert ended.code == 3 if file_max_kib <= ALWAYS_FULL_KIB else ended.code in {0, 3}
    if ended.code == 3:
        assert "make room" in ended.err or "assay mint resume" in ended.err
    half = written(house)
    if reference not in half[0]:
        assert before == half
    assert house.run("mint", "resume").code == 0
    again = house.run("mint", "register", file)

    assert (2 if reference in half[0] else 0) == again.code
    audit = house.audit()
    assert (audit.lost, audit.doubled) == ([], [])


def test_two_processes_do_not_write_in_one_folder(house, folder):
    """The second one names the first and does nothing; reading goes on."""
    file, before = as_csv(folder / "pieces.csv", [piece_row("LOCKED")]), written(house)
    with FolderLock(house.data)():
        ended, status = house.run("mint", "register", file), house.run("mint", "status")

    assert ended.code == 3
    assert "is writing in" in ended.err
    assert "try again when it has ended" in ended.err
    assert status.code == 0
    assert before == written(house)


def test_two_commands_at_once_register_everything_once(house, folder):
    """Whoever comes second waits for nobody: he is told, or it is his turn already."""
    files = [as_csv(folder / f"{name}.csv", [piece_row(name)]) for name in ("RACE-A", "RACE-B")]
    command = [sys.executable, "-m", "verifier.cli.main", "mint", "register", files[0], "--data", house.data]
    with subprocess.Popen(command, cwd=ROOT, env=clean_environment(), stderr=subprocess.DEVNULL) as other:
        codes = [house.run("mint", "register", files[1]).code]
        codes.append(other.wait(timeout=120))
    retried = [house.run("mint", "register", file).code for file in files]

    assert 0 in codes
    assert set(codes) <= {0, 3}
    assert set(retried) <= {0, 2}
    audit = house.audit()
    assert (audit.lost, audit.doubled) == ([], [])
    assert {"RACE-A", "RACE-B"} <= set(written(house)[0])
