"""`assay mint tag`: from the first keys to the encoder's file, on a house whose ledger is not asked."""

from __future__ import annotations

import json

import pytest

from mint import tag_keys
from mint.identity import identity_json
from mint.key_files import write_secret
from mint.records import Records
from mint.tag_book import TagBook
from mint.tags import read_answer
from provenance_schemas.labels import parse_label
from tests.fakes.chips import Chip
from tests.fakes.office import FakeOffice
from tests.fakes.site import SiteWorld
from tests.fakes.tags import CHEAP, PASSPHRASE
from verifier.cli.main import main
from verifier.tag_link import read_tag_message

UID, OTHER = "04DE5F1EACC040", "04:95:8c:aa:5c:5e:80"


@pytest.fixture(scope="module")
def world():
    world = SiteWorld()
    world.items = world.register(77, 2)
    return world


@pytest.fixture
def house(world, tmp_path, monkeypatch):
    """A house's folder with two pieces; the passphrase of its tags is where the site would find it."""
    folder = tmp_path / "house"
    folder.mkdir(mode=0o700)
    office = FakeOffice(world, folder)
    for reference, item in zip(("BAG-1", "BAG-2"), world.items, strict=True):
        office.add(reference, item)
    (folder / "house.json").write_text(identity_json(office.identity))
    office.open().book.database.founded_as("a house of tests")
    write_secret(tmp_path / "passphrase", PASSPHRASE + "\n")
    write_secret(tmp_path / "station", "the station's own phrase\n")
    # Work of half a second a command proves nothing here; the default is in a constant of the signature.
    monkeypatch.setattr(tag_keys.seal, "__kwdefaults__", {"cost": CHEAP})
    monkeypatch.setattr(tag_keys.TagKeyFolder.make, "__kwdefaults__", {"cost": CHEAP})
    monkeypatch.setenv("ASSAY_TAG_PASSPHRASE_FILE", str(tmp_path / "passphrase"))
    return folder


def run(house, capsys, *words):
    """Run a command; gives its exit code and what it printed, as JSON where that is what it is."""
    code = main(["mint", "tag", *words, "--data", str(house), "--json"])
    said = capsys.readouterr()
    return code, json.loads(said.out) if said.out else said.err


def test_from_keys_to_a_chip_that_answers(house, capsys, tmp_path):
    """A tag that was encoded with nothing but the file for the station writes messages that the house reads."""
    assert run(house, capsys, "new-keys")[1]["version"] == 1
    assert run(house, capsys, "register", UID, "BAG-1")[0] == 0
    out, station = tmp_path / "encode.json", str(tmp_path / "station")
    code, made = run(house, capsys, "personalise", "BAG-1", "--out", str(out), "--station-passphrase-file", station)
    assert (code, made["tags"], out.stat().st_mode & 0o777) == (0, 1, 0o600)
    assert main(["mint", "tag", "open-file", str(out), "--station-passphrase-file", station]) == 0
    (row,) = json.loads(capsys.readouterr().out)["tags"]
    chip = Chip(WrittenFile(row), bytes.fromhex(row["uid"]), *(bytes.fromhex(row["keys"][number]) for number in (2, 1)))

    assert said_by_the_house(house, chip.tap(3)) == ("answered", 3)
    assert main(["mint", "tag", "forget-file", str(out)]) == 0
    assert not out.exists()


class WrittenFile:
    """File and settings, as the station got them."""

    def __init__(self, row):
        self.content, self.settings = bytes.fromhex(row["file"]), bytes.fromhex(row["fileSettings"])


def said_by_the_house(house, link):
    records = Records.open(house)
    keys = tag_keys.TagKeyFolder(house, lambda _: PASSPHRASE)
    token = records.piece("BAG-1").token_id
    found = read_answer(parse_label(link), read_tag_message(link), token, TagBook(records.book.database), keys)
    records.close()
    return found.said.value, found.counter


def test_a_file_of_tags_is_registered_listed_and_retired(house, capsys, tmp_path):
    """CSV in, all rows or none; the list is the house's own, with UIDs."""
    run(house, capsys, "new-keys")
    path = tmp_path / "tags.csv"
    path.write_text(f"uid,piece\n{UID},BAG-1\n{OTHER},BAG-9\n")
    code, said = run(house, capsys, "register", "--file", str(path))
    assert (code, "row 3, piece" in said) == (2, True)
    assert run(house, capsys, "list")[1] == []
    path.write_text(f"uid,piece\n{UID},BAG-1\n{OTHER},BAG-2\n")
    assert run(house, capsys, "register", "--file", str(path))[0] == 0
    assert run(house, capsys, "retire", OTHER)[1] == {"piece": "BAG-2", "state": "retired"}

    listed = run(house, capsys, "list")[1]
    assert sorted((row["uid"], row["piece"], row["state"]) for row in listed) == [
        ("04958CAA5C5E80", "BAG-2", "retired"),
        (UID, "BAG-1", "active"),
    ]
    assert [row["uid"] for row in run(house, capsys, "list", "BAG-1")[1]] == [UID]


def test_what_a_tag_holds_is_printed_with_zeros_in_its_message(house, capsys):
    """For an encoder that fetches its keys elsewhere: link, file, settings, offsets."""
    code, printed = run(house, capsys, "ndef", "BAG-1")
    content = bytes.fromhex(printed["file"])

    assert code == 0
    assert printed["link"].endswith("?e=" + "0" * 32 + "&c=" + "0" * 16)
    assert content[printed["piccDataOffset"] :][:32] == b"0" * 32
    assert content[printed["sdmMacOffset"] :] == b"0" * 16


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("register", UID), "give a UID and a piece"),
        (("register", UID, "BAG-1", "--file", "x.csv"), "give a UID and a piece"),
        (("register", "04", "BAG-1"), "uid: an NTAG 424 DNA has 14"),
        (("retire", UID), "no tag of this house"),
        (("ndef", "BAG-9"), "no piece 'BAG-9'"),
        (("personalise", "BAG-1", "--out", "x"), "no tag in use"),
    ],
)
def test_bad_input_names_what_is_wrong(house, capsys, words, reason):
    run(house, capsys, "new-keys")
    code, said = run(house, capsys, *words)

    assert code == 2
    assert reason in said


def test_a_stations_file_is_never_written_over_another(house, capsys, tmp_path):
    """Somebody's chips may be half encoded from the one that lies there."""
    run(house, capsys, "new-keys")
    run(house, capsys, "register", UID, "BAG-1")
    words = (
        "personalise",
        "BAG-1",
        "--out",
        str(tmp_path / "x"),
        "--station-passphrase-file",
        str(tmp_path / "station"),
    )
    assert run(house, capsys, *words)[0] == 0
    before = (tmp_path / "x").read_bytes()

    code, said = run(house, capsys, *words)
    assert (code, "stands there already" in said) == (2, True)
    assert before == (tmp_path / "x").read_bytes()


def test_without_a_passphrase_nobody_is_asked_in_the_dark(house, capsys, monkeypatch):
    """A script without a terminal gets an error, and no keys are made."""
    monkeypatch.delenv("ASSAY_TAG_PASSPHRASE_FILE")
    code, said = run(house, capsys, "new-keys")

    assert (code, "passphrase" in said) == (2, True)
    assert list((house / "keys").glob("tags-*")) == []
