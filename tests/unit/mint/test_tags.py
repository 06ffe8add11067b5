"""Tags in the house's own table: registered whole or not at all, retired for good, made ready for the encoder."""

from __future__ import annotations

import dataclasses
import json

import pytest

from mint.database import HouseDatabase
from mint.errors import FaultsError, InputError, KeyFileError
from mint.key_files import write_secret
from mint.limits import TAGS_OF_A_PIECE_MAX
from mint.tag_book import TagBook, TagState
from mint.tag_keys import KEY_NUMBERS, TagKeyFolder, TagKeys, from_file, seal, unseal
from mint.tags import NewTag, parse_uid, personalisation, read_new_tags, register_tags, retire_tag
from tests.fakes.database import some_place
from tests.fakes.office import FakeOffice
from tests.fakes.site import SiteWorld
from tests.fakes.tags import CHEAP, OTHER_UID, PASSPHRASE, UID, some_keys
from verifier.key_diversification import diversify

MASTER = bytes(range(16))


@pytest.fixture(scope="module")
def world():
    world = SiteWorld()
    world.items = world.register(77, 3)
    return world


@pytest.fixture
def office(world):
    office = FakeOffice(world)
    for reference, item in zip(("BAG-1", "BAG-2", "BAG-3"), world.items, strict=True):
        office.add(reference, item, confirmed=reference != "BAG-3")
    return office


@pytest.fixture
def keys(office):
    keys = some_keys(office.folder)
    keys.make(cost=CHEAP)
    return keys


def new(office, uid, reference="BAG-1", row=1):
    return NewTag(uid, office.open().piece(reference), "tags.csv", row)


def faults_of(call):
    with pytest.raises(FaultsError) as caught:
        call()
    return [(fault.row, fault.field) for fault in caught.value.faults]


# ---- the table


def test_a_tag_is_found_by_uid_and_by_piece(office, keys):
    """Under a name that we drew: nothing of the UID is in it."""
    (tag,) = register_tags(office.open(), [new(office, UID)], keys)
    book = TagBook(office.open().book.database)

    assert [tag] == book.of_piece(tag.token_id) == book.all()
    assert tag == book.of_uid(UID)
    assert (len(tag.id), UID.hex() in tag.id, book.versions()) == (32, False, {1})


def test_a_file_registers_all_its_tags_or_none(office, keys, tmp_path):
    """Every broken row is named at once, with what is wrong; the good ones wait for them."""
    path = tmp_path / "tags.csv"
    path.write_text("uid;piece\n04:DE:5F:1E:AC:C0:40;BAG-1\n04958caa5c5e;BAG-2\n;BAG-1\n04958CAA5C5E80;BAG-99\n")
    found = faults_of(lambda: read_new_tags(office.open(), path))
    assert found == [(3, "uid"), (4, "uid"), (5, "piece")]
    path.write_text("uid,piece\n04:DE:5F:1E:AC:C0:40,BAG-1\n04958CAA5C5E80,BAG-2\n")
    tags = register_tags(office.open(), read_new_tags(office.open(), path), keys)

    assert [tag.uid for tag in tags] == [UID, OTHER_UID]


def test_what_cannot_be_a_tag_of_a_piece_is_refused_before_anything_is_written(office, keys):
    """Known, twice, not registered yet, too many: none of the rows is kept."""
    register_tags(office.open(), [new(office, UID)], keys)
    many = [bytes([4, 0, 0, 0, 0, 0, number]) for number in range(TAGS_OF_A_PIECE_MAX)]
    for given, expected in (
        ([new(office, OTHER_UID), new(office, UID, row=2)], [(2, "uid")]),
        ([new(office, OTHER_UID), new(office, OTHER_UID, "BAG-2", 2)], [(2, "uid")]),
        ([new(office, OTHER_UID, "BAG-3")], [(1, "piece")]),
        ([new(office, uid) for uid in many], [(1, "piece")]),
    ):
        assert expected == faults_of(lambda given=given: register_tags(office.open(), given, keys))

    assert [tag.uid for tag in TagBook(office.open().book.database).all()] == [UID]


@pytest.mark.parametrize("text", ["", "04de5f1eacc0", "04de5f1eacc04g", "04de5f1eacc040ff", "0x04de5f1eacc040"])
def test_a_uid_of_another_form_is_refused(text):
    """Four bytes are a random id: such a chip was set so that nobody can know it again."""
    with pytest.raises(InputError, match="14 hexadecimal digits"):
        parse_uid(text)


def test_a_retired_tag_stays_in_the_table(office, keys):
    """What it answers later is known for what it is; its place is free for another."""
    register_tags(office.open(), [new(office, UID)], keys)
    retire_tag(office.open(), UID)
    register_tags(office.open(), [new(office, OTHER_UID)], keys)
    found = TagBook(office.open().book.database).all()

    assert [(tag.uid, tag.state) for tag in found] == [(UID, TagState.RETIRED), (OTHER_UID, TagState.ACTIVE)]
    with pytest.raises(InputError, match="no tag of this house"):
        retire_tag(office.open(), b"\x04" * 7)


def test_nothing_is_registered_without_keys(office):
    with pytest.raises(InputError, match="new-keys"):
        register_tags(office.open(), [new(office, UID)], some_keys(office.folder))


@pytest.mark.usefixtures("each_engine")
def test_the_table_is_the_same_on_both_engines_and_made_for_an_older_house(tmp_path):
    """A house that was founded before tags gets their table by being opened; what is written is read again."""
    place = some_place(tmp_path / "house.sqlite3")
    database = HouseDatabase(place)
    with database.transaction():
        database.execute("DROP TABLE tag")
    database.close()
    book = TagBook(HouseDatabase(place))
    assert book.all() == []
    with book.database.transaction():
        tag = book.add(UID, (7 << 32) + 1, 3, "2026-12-01T10:00:00+00:00")
        book.retire(tag, "2026-12-02T10:00:00+00:00")

    assert [dataclasses.replace(tag, state=TagState.RETIRED)] == book.of_piece(tag.token_id) == book.all()
    assert ({3}, UID) == (book.versions(), book.of_uid(UID).uid)
    book.database.close()


# ---- keys


def test_a_chips_keys_are_diversified_and_the_one_that_reads_uids_is_common():
    """By AN10922, from the UID, the key's number and our purpose; written out for whoever encodes otherwise."""
    keys = TagKeys(1, MASTER)
    made = {number: keys.of_chip(UID, number) for number in KEY_NUMBERS}

    assert made[1] == keys.file_read(UID) == diversify(MASTER, UID + b"\x01assay/tag/1")
    assert made[2] == keys.meta_read == diversify(MASTER, b"assay/tag/1\x02meta read")
    assert made[2] == keys.of_chip(OTHER_UID, 2)
    assert len(set(made.values())) == 5
    assert all(made[number] != keys.of_chip(OTHER_UID, number) for number in KEY_NUMBERS if number != 2)


def test_a_master_key_is_sealed_and_for_its_owner_alone(office, keys):
    """Neither in the file nor in a repr; mode 600."""
    path = keys.place(1)
    master = keys.of(1).master

    assert path.stat().st_mode & 0o777 == 0o600
    assert master.hex() not in path.read_text().lower()
    assert master.hex() not in repr(keys.of(1)).lower()
    assert some_keys(office.folder).of(1).master == master


def test_a_key_file_opens_with_its_passphrase_at_its_place_and_unchanged(office, keys):
    """A wrong passphrase, another version's file under this name, a changed byte, a file others can read."""
    keys.make(cost=CHEAP)
    with pytest.raises(KeyFileError, match="passphrase is wrong"):
        some_keys(office.folder, "another passphrase").of(1)
    first, second = keys.place(1), keys.place(2)
    genuine = json.loads(first.read_text())
    for changed, reason in (
        (json.loads(second.read_text()), "is tag keys, version 2"),
        (genuine | {"sealed": "00" * 32}, "wrong, or the file was changed"),
        (genuine | {"cost": 3}, "damaged"),
        (genuine | {"cost": 2**30}, "damaged"),
        (genuine | {"salt": "zz"}, "damaged"),
        (genuine | {"type": "assay/other"}, "is no"),
    ):
        first.unlink()
        write_secret(first, json.dumps(changed))
        with pytest.raises(KeyFileError, match=reason):
            some_keys(office.folder).of(1)
    second.chmod(0o640)
    with pytest.raises(KeyFileError, match="mode is 640"):
        some_keys(office.folder).of(2)


def test_a_next_version_needs_the_passphrase_of_the_last(office, keys):
    """The site has one passphrase for all of them: two could not be opened together."""
    with pytest.raises(KeyFileError, match="passphrase is wrong"):
        some_keys(office.folder, "another passphrase").make(cost=CHEAP)

    assert keys.versions() == [1]
    assert keys.make(cost=CHEAP).version == 2


def test_a_short_passphrase_is_refused(office):
    with pytest.raises(KeyFileError, match="at least 12"):
        some_keys(office.folder, "too short").make(cost=CHEAP)

    assert some_keys(office.folder).versions() == []


def test_a_server_takes_the_passphrase_from_a_private_file(office, keys, tmp_path):
    """Or says which variable is missing."""
    file = tmp_path / "passphrase"
    write_secret(file, PASSPHRASE + "\n")
    assert TagKeyFolder(office.folder, from_file(file)).of(1).version == 1

    with pytest.raises(KeyFileError, match="ASSAY_TAG_PASSPHRASE_FILE"):
        TagKeyFolder(office.folder, from_file(None)).of(1)


# ---- the encoding station


def test_the_stations_file_holds_what_a_chip_is_written_with(office, keys):
    """Its five keys, its link, its settings; sealed it shows none of it."""
    (tag,) = register_tags(office.open(), [new(office, UID)], keys)
    content = personalisation(office.open(), [tag], keys)
    sealed = seal("assay/tag-personalisation-1", content.encode(), PASSPHRASE, about="1 tags", cost=CHEAP)
    (row,) = json.loads(content)["tags"]

    assert (row["uid"], row["piece"], row["keyVersion"]) == (UID.hex().upper(), "BAG-1", 1)
    assert bytes.fromhex(row["keys"][1]) == keys.of(1).file_read(UID)
    assert row["link"].encode()[8:] in bytes.fromhex(row["file"])
    assert not [word for word in (row["uid"], *row["keys"], row["link"]) if word.lower() in sealed.lower()]
    opened = unseal(office.folder, "assay/tag-personalisation-1", sealed.encode(), PASSPHRASE)
    assert content.encode() == opened
