"""Another brand that uses the same system encodes a chip with its own keys and our label's link, UID and all.

The weaker rule is a service that checks tags of all its customers and says "genuine" when any of them made it. Ours
asks the keys of the house whose label it is.
"""

from __future__ import annotations

import pytest

from tests.attacks.tag_rules import mac_is_right
from tests.fakes.chips import Chip
from tests.fakes.tags import CHEAP, UID, line_in, some_keys, tagged_site


@pytest.fixture(name="site")
def _site():
    return tagged_site()


def another_brands_chip(site, folder):
    keys = some_keys(folder).make(cost=CHEAP)
    return Chip(site.chip.file, UID, keys.meta_read, keys.file_read(UID))


def test_a_tag_of_another_brands_keys_is_false_on_our_label(site, tmp_path):
    chip = another_brands_chip(site, tmp_path)
    link = chip.tap()
    assert mac_is_right(link, chip.meta_read, chip.file_read), "the other brand's own service would take it"

    assert line_in(site.follow(link).text)[0] == "rejected"


def test_our_tag_is_nothing_under_the_keys_of_another_brand(site, tmp_path):
    """A site that holds the wrong keys: neither for nor against, as the house's file does not open for it."""
    link = site.chip.tap()
    assert mac_is_right(link, site.chip.meta_read, site.chip.file_read)
    some_keys(tmp_path).make(cost=CHEAP)
    site.app = site.site.app(
        clock=site.now_s, open_records=site.office.open, tag_keys=some_keys(tmp_path, "another brand's own")
    )

    assert line_in(site.follow(link).text) == ("undetermined", "The tag’s answer cannot be checked right now.")


def test_a_factory_new_chip_is_false(site):
    """All keys zero, as every chip leaves the factory: encoded with our link by whoever bought a roll of them."""
    link = Chip(site.chip.file, UID).tap()
    assert mac_is_right(link, bytes(16), bytes(16))

    assert line_in(site.follow(link).text)[0] == "rejected"
