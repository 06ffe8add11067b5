"""A forger buys the cheapest genuine piece with a tag, and puts its messages behind the label of an expensive bag.

The weaker rule has a MAC over UID and counter alone, as many tags are configured: such a message is right behind any
label. Ours knows which tag is in which piece, and the MAC covers the label itself.
"""

from __future__ import annotations

import dataclasses

import pytest

from tests.attacks.tag_rules import has_a_message, mac_of_some_label_is_right
from tests.fakes.tags import line_in, tagged_site


def behind(label: str, link: str) -> str:
    return label.partition("?")[0] + "?" + link.partition("?")[2]


def test_the_message_of_another_piece_is_false_behind_this_label():
    site = tagged_site()
    bag, scarf = site.chip.tap(), site.other_chip.tap()
    moved = behind(bag, scarf)
    assert has_a_message(moved)
    found = site.follow(moved, Accept="application/json").json
    outcome = next(f for f in found["findings"] if f["code"] == "possession.shown")

    assert line_in(site.follow(moved).text) == ("rejected", "This tag belongs to another piece.")
    assert (outcome["outcome"], outcome["reason"]) == ("failed", "the tag that answered is another piece's")


def test_a_tag_whose_mac_covers_no_label_is_false_too():
    """The very bytes that the weaker rule takes behind the bag's label, from its own chip, set otherwise."""
    site = tagged_site()
    own = site.chip.file
    site.chip.file = dataclasses.replace(own, mac_input_offset=own.mac_offset)
    link = site.chip.tap()
    keys = (site.chip.meta_read, site.chip.file_read)
    assert mac_of_some_label_is_right(link, link.partition("?")[0], *keys)

    assert line_in(site.follow(link).text)[0] == "rejected"


@pytest.mark.parametrize("onto", ["bag", "scarf"])
def test_a_moved_message_moves_no_floor(onto):
    """Nor does it use up the true tag's next answer."""
    site = tagged_site()
    bag, scarf = site.chip.tap(), site.other_chip.tap()
    moved = behind(bag, scarf) if onto == "bag" else behind(scarf, bag)
    assert has_a_message(moved)
    site.counts(moved)

    assert site.floors() == []
    assert line_in(site.follow(site.chip.tap()).text)[0] == "verified"
