"""A forger holds the key that encrypts who answers, read out of one chip, and writes any UID and any counter he likes.

That key is common to all tags of a version, so the weaker rule, which believes whatever decrypts, falls with one chip.
Ours believes the MAC, whose key is made from the UID of each chip and is in no other.
"""

from __future__ import annotations

import dataclasses

from tests.attacks.tag_rules import decrypts
from tests.fakes.tags import line_in, tagged_site


def test_a_message_made_with_the_common_key_alone_is_false():
    """The right UID, a counter far ahead, and a MAC made up."""
    site = tagged_site()
    forged = dataclasses.replace(site.chip, file_read=b"\x01" * 16).link_at(5_000_000)
    assert decrypts(forged, site.chip.meta_read)

    assert line_in(site.follow(forged).text)[0] == "rejected"
    site.counts(forged)
    assert site.floors() == []


def test_the_key_of_one_opened_chip_makes_no_message_of_another():
    """A forger who opened the scarf's chip has its keys, and only its."""
    site = tagged_site()
    forged = dataclasses.replace(site.chip, file_read=site.other_chip.file_read).link_at(9)
    assert decrypts(forged, site.chip.meta_read)

    assert site.chip.file_read != site.other_chip.file_read
    assert line_in(site.follow(forged).text)[0] == "rejected"


def test_a_message_with_one_bit_changed_is_false():
    """Of the counter's ciphertext, or of the MAC: to make an old message new."""
    site = tagged_site()
    link = site.chip.tap()
    assert decrypts(link, site.chip.meta_read)
    last = f"{int(link[-1], 16) ^ 1:X}"

    assert line_in(site.follow(link[:-1] + last).text)[0] == "rejected"
    assert line_in(site.follow(link).text)[0] == "verified"
