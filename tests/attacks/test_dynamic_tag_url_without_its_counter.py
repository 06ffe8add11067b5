"""A dealer taps a genuine bag once and writes the link into a thousand cheap tags that always say the same.

The weaker rule is that of systems in use: the link's MAC is right, so the tag is genuine. It was right when the chip
made it, and stays right for ever: the very same bytes pass in every copy. Ours lets each counter count once.
"""

from __future__ import annotations

from tests.attacks.tag_rules import mac_is_right
from tests.fakes.tags import line_in, tagged_site


def test_a_link_that_was_recorded_once_is_new_to_one_customer_only():
    """The first copy that is looked at takes the counter with it: all others say that it was used."""
    site = tagged_site()
    recorded = site.chip.tap()
    first = line_in(site.follow(recorded, "203.0.113.7").text)
    assert site.counts(recorded) == 204
    copies = [site.follow(recorded, f"198.51.{number}.9").text for number in range(5)]
    assert all(mac_is_right(recorded, site.chip.meta_read, site.chip.file_read) for _ in copies)

    assert first[0] == "verified"
    assert {line_in(page)[0] for page in copies} == {"caution"}
    assert all("tap again" in line_in(page)[1] for page in copies)


def test_a_copy_says_the_same_again_at_the_next_tap_and_the_chip_does_not():
    """What the page tells a customer to do tells the two apart."""
    site = tagged_site()
    recorded = site.chip.tap()
    site.counts(recorded)
    assert mac_is_right(recorded, site.chip.meta_read, site.chip.file_read)
    again = [line_in(site.follow(link).text)[0] for link in (recorded, recorded, site.chip.tap())]

    assert again == ["caution", "caution", "verified"]


def test_a_link_that_was_never_reported_dies_with_the_owners_next_tap():
    """The window: a link that nobody reported is new until the piece itself is tapped, and no longer."""
    site = tagged_site()
    recorded = site.chip.tap()
    assert line_in(site.follow(recorded).text)[0] == "verified"
    assert mac_is_right(recorded, site.chip.meta_read, site.chip.file_read)
    site.counts(site.chip.tap())

    assert line_in(site.follow(recorded).text)[0] == "caution"
