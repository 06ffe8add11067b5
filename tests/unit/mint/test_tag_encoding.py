"""What is written into a tag: bytes that a phone and a chip read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mint.errors import InputError
from mint.tag_encoding import NDEF_FILE_BYTES, make_tag_file
from provenance_schemas.labels import parse_label
from tests.fakes.chips import Chip
from tests.fakes.world import some_serial
from verifier.tag_link import covered_text, read_tag_message

SERIAL = some_serial("a tagged bag")
OFFSETS = ("PICCDataOffset", "SDMMACInputOffset", "SDMMACOffset")
LABEL = f"https://id.maison.example/01/09521321000018/21/{SERIAL}"


def test_the_file_is_one_uri_record_of_the_labels_link():
    """By the bytes of the NFC Forum's URI record: length, head, number 4 for https, and the rest as text."""
    made = make_tag_file(LABEL)
    rest = f"id.maison.example/01/09521321000018/21/{SERIAL}?e={'0' * 32}&c={'0' * 16}"

    assert bytes((0, 5 + len(rest), 0xD1, 1, 1 + len(rest), 0x55, 4)) + rest.encode() == made.content


def test_each_offset_points_at_its_place_in_the_file():
    """One wrong offset, and the chip would write its message over the link."""
    made = make_tag_file(LABEL)

    assert made.content[made.picc_offset - 2 :].startswith(b"e=" + b"0" * 32 + b"&")
    assert made.content[made.mac_offset - 2 :] == b"c=" + b"0" * 16
    assert made.content[made.mac_input_offset :].startswith(b"/01/09521321000018/21/")


def test_the_settings_are_those_of_the_data_sheet():
    """Read by all, written with key 0, PICCData under key 2, MAC under key 1; each offset in three bytes, low first."""
    made = make_tag_file(LABEL)
    offsets = [made.picc_offset, made.mac_input_offset, made.mac_offset]

    assert "4000e0c1ff21" + "".join(f"{offset:02x}0000" for offset in offsets) == made.settings.hex()


def test_a_chip_with_this_file_answers_what_its_mac_covers():
    """A chip that knows nothing of labels, only bytes and offsets, and our own reading agree."""
    chip = Chip(make_tag_file(LABEL))
    link = chip.tap()
    message = read_tag_message(link)

    assert covered_text(parse_label(link), message.picc) == chip.covered


def test_a_loopback_label_is_written_with_its_own_scheme():
    """For a demonstration without certificates."""
    made = make_tag_file(LABEL.replace("https://id.maison.example", "http://127.0.0.1:5000"))

    assert made.content[6] == 3
    assert made.content[made.mac_input_offset :].startswith(b"/01/")


def test_a_link_that_fits_by_one_character_is_taken_and_one_more_is_refused():
    """Both sides of the chip's 256 bytes; the error says how much is too much."""
    room = NDEF_FILE_BYTES - len(make_tag_file(LABEL).content)
    longest = LABEL.replace("https://", f"https://{'a' * (room - 1)}.")
    assert len(make_tag_file(longest).content) == NDEF_FILE_BYTES

    with pytest.raises(InputError, match="1 characters too long"):
        make_tag_file(longest.replace("https://", "https://a"))


def test_the_page_for_the_encoders_people_shows_the_very_bytes():
    """docs/tags.md, for the host of 17 characters that it names."""
    page = (Path(__file__).parents[3] / "docs" / "tags.md").read_text("utf-8")
    fields = ("FileOption", "AccessRights", "SDMOptions", "SDMAccessRights", *OFFSETS)
    shown = [re.search(rf"\| {field} \| `([0-9A-F ]+)`", page)[1] for field in fields]

    assert len("id.maison.example") == 17
    assert bytes.fromhex("".join(shown)) == make_tag_file(LABEL).settings
