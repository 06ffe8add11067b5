"""A forger who knows everything public about a piece prints a label for it."""

import re

import pytest

from provenance_schemas import crockford
from provenance_schemas.errors import LabelError
from provenance_schemas.labels import format_label, new_serial, parse_label

HOST = "id.maison.example"
GTIN = "09521321000018"
TRUE = parse_label(format_label(HOST, GTIN, new_serial()))
FORM = re.compile(r"HTTPS://ID\.MAISON\.EXAMPLE/01/\d{14}/21/[0-9A-Z]{20}")


def test_invented_serials_mostly_fail_their_check_character():
    """The weaker rule, the right shape, takes them all; the check character stops 31 of 32 before any look-up."""
    accepted = 0
    for _ in range(3200):
        text = f"HTTPS://ID.MAISON.EXAMPLE/01/{GTIN}/21/{crockford.random_symbols(20)}"
        assert FORM.fullmatch(text)
        try:
            parse_label(text)
            accepted += 1
        except LabelError:
            pass

    assert 0 < accepted < 200


def test_a_well_formed_invention_opens_no_commitment():
    """95 bits cannot be guessed: the public commitment helps nobody to print its label."""
    inventions = (parse_label(format_label(HOST, GTIN, new_serial())) for _ in range(1000))

    assert not any(label.commitment == TRUE.commitment for label in inventions)


def test_a_label_moved_to_another_model_opens_nothing():
    """The commitment binds the GTIN: a true serial under a dearer model's number is another label."""
    moved = parse_label(format_label(HOST, "09521321000025", TRUE.serial))

    assert moved.commitment != TRUE.commitment


@pytest.mark.parametrize("serial", ["1", "12345", "0" * 19, "7" * 21, "00000000000000000001"])
def test_serials_of_another_form_are_refused(serial):
    """Short and counted serials, as weaker systems print them, can be enumerated; ours has no such form."""
    with pytest.raises(LabelError):
        format_label(HOST, GTIN, serial)
