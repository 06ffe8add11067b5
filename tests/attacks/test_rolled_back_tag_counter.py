"""A thief who had the piece for an afternoon tapped it fifty times, and sells with a new link for each customer.

The weaker rule remembers the messages that it saw, and takes any other: each of the fifty is new to it. Ours remembers
the highest counter: once the piece is tapped again by its owner, all that came before is behind it.
"""

from __future__ import annotations

from tests.attacks.tag_rules import mac_is_right
from tests.fakes.tags import line_in, tagged_site


def test_links_from_before_are_behind_the_counter():
    site = tagged_site()
    hoard = [site.chip.tap() for _ in range(50)]
    seen = {site.chip.tap()}
    site.counts(next(iter(seen)))
    assert all(mac_is_right(link, site.chip.meta_read, site.chip.file_read) and link not in seen for link in hoard)

    assert {line_in(site.follow(link).text)[0] for link in hoard[::7]} == {"caution"}


def test_a_floor_never_falls():
    """Reports of old links, in any order, leave it where it is."""
    site = tagged_site()
    hoard = [site.chip.tap() for _ in range(6)]
    assert site.counts(hoard[4]) == 204
    assert mac_is_right(hoard[0], site.chip.meta_read, site.chip.file_read)
    for link in hoard[:4]:
        site.counts(link)

    assert site.floors() == [(5, 4)]
    assert [line_in(site.follow(link).text)[0] for link in hoard] == ["caution"] * 5 + ["verified"]


def test_until_then_the_hoard_is_good_in_rising_order_only():
    """What remains, said plainly: links taken while the piece was in other hands, until it is tapped again."""
    site = tagged_site()
    hoard = [site.chip.tap() for _ in range(4)]
    assert all(mac_is_right(link, site.chip.meta_read, site.chip.file_read) for link in hoard)
    site.counts(hoard[2])

    assert [line_in(site.follow(link).text)[0] for link in hoard] == ["caution"] * 3 + ["verified"]
