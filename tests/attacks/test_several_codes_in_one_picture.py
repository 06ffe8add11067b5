"""A forger sticks a second code beside the label, larger or more readable than the true one."""

import pytest

from provenance_schemas.labels import format_label, new_serial
from tests.fakes.pictures import as_file, glaring, qr_picture, side_by_side
from verifier.images import read_labels

HOST = "id.maison.example"
GTIN = "09521321000018"
TRUE = format_label(HOST, GTIN, new_serial())
OTHER = format_label(HOST, GTIN, new_serial())
FOREIGN = format_label("id.maison.example.evil.test", GTIN, new_serial())


@pytest.mark.parametrize("forged", [FOREIGN, "https://evil.test/verified"], ids=["look-alike label", "plain link"])
def test_a_large_foreign_code_does_not_hide_the_label(forged):
    """The weaker rule, the first code read wins, goes to the forger; ours finds the label in a later stage."""
    sheet = side_by_side(qr_picture(forged, 10), glaring(qr_picture(TRUE, 3)))
    assert read_labels(as_file(sheet)).texts[0] == forged
    reading = read_labels(as_file(sheet), hosts=[HOST])

    assert reading.texts == (TRUE, forged)
    assert [found.preferred for found in reading.found] == [True, False]


def test_two_labels_of_ours_are_both_reported():
    """A genuine label stuck beside another one: nothing here chooses, the caller sees that there are two."""
    sheet = side_by_side(qr_picture(TRUE), qr_picture(OTHER))
    reading = read_labels(as_file(sheet), hosts=[HOST])

    assert {TRUE, OTHER} == {found.text for found in reading.found if found.preferred}


def test_only_foreign_codes_prefer_nothing():
    """No label of ours in the picture: the texts are reported, none of them as ours."""
    reading = read_labels(as_file(side_by_side(qr_picture(FOREIGN), qr_picture("hello"))), hosts=[HOST])

    assert {FOREIGN, "hello"} == set(reading.texts)
    assert not any(found.preferred for found in reading.found)
