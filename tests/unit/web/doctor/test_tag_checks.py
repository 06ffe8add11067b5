"""What the doctor says of tags: nothing where there are none, and what is missing before a customer finds it."""

from __future__ import annotations

import pytest

from mint.identity import identity_json
from mint.key_files import write_secret
from tests.fakes.office import FakeOffice
from tests.fakes.site import SiteWorld
from tests.fakes.tags import CHEAP, PASSPHRASE, UID, encoded, some_keys
from web.backup.sealing import key_files
from web.doctor.lines import Weight
from web.doctor.tag_checks import look_at_tags
from web.settings import read_settings


@pytest.fixture(scope="module")
def world():
    world = SiteWorld()
    world.items = world.register(77, 1)
    return world


@pytest.fixture
def office(world, tmp_path):
    office = FakeOffice(world, tmp_path)
    office.add("BAG-1", world.items[0])
    (tmp_path / "house.json").write_text(identity_json(office.identity))
    office.open().book.database.founded_as("a house of tests")
    return office


def said(office, passphrase=PASSPHRASE):
    file = office.folder / "passphrase"
    file.unlink(missing_ok=True)
    write_secret(file, passphrase + "\n")
    environ = {"ASSAY_DATA": str(office.folder)} | ({"ASSAY_TAG_PASSPHRASE_FILE": str(file)} if passphrase else {})
    return [(line.weight, line.said) for line in look_at_tags(read_settings(environ))]


def test_a_house_without_tags_hears_nothing_of_them(office):
    assert said(office) == [(Weight.OK, "no tag is in use")]


def test_tags_whose_keys_open_are_right(office):
    """As the site will open them. A backup takes the key file along with the others."""
    keys = some_keys(office.folder)
    keys.make(cost=CHEAP)
    encoded(office, keys, "BAG-1", UID)

    assert said(office) == [(Weight.OK, "1 tags, 1 versions of keys that open")]
    assert keys.place(1) in key_files(office.folder)


@pytest.mark.parametrize(
    ("passphrase", "weight", "word"),
    [("", Weight.WARN, "names no file"), ("another passphrase", Weight.FAIL, "passphrase is wrong")],
)
def test_a_site_that_cannot_open_them_is_told(office, passphrase, weight, word):
    keys = some_keys(office.folder)
    keys.make(cost=CHEAP)
    encoded(office, keys, "BAG-1", UID)
    ((found, text),) = said(office, passphrase)

    assert found is weight
    assert word in text
    assert UID.hex() not in text.lower()


def test_a_lost_key_file_is_named(office):
    """Without it every tag of that version is mute."""
    keys = some_keys(office.folder)
    keys.make(cost=CHEAP)
    encoded(office, keys, "BAG-1", UID)
    keys.place(1).unlink()
    ((weight, text),) = said(office)

    assert (weight, "tags-1.json is missing" in text) == (Weight.FAIL, True)
