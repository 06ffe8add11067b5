"""A forger guesses the MAC: it has eight bytes, and a site says of each guess whether it was right.

The weaker rule is a site that lets everybody ask as fast as he can: nothing but arithmetic stands in the way. Ours
counts looks at tags by network, whatever the guess was, and a wrong one changes nothing and tells nothing more.
"""

from __future__ import annotations

from tests.attacks.tag_rules import has_a_message
from tests.fakes.tags import line_in, tagged_site
from web.limits import RATES, LimitName, Limits


def guesses(link, count):
    head, _, _ = link.partition("&c=")
    return [f"{head}&c={number:016X}" for number in range(count)]


def limited(site):
    site.app = site.site.app(
        clock=site.now_s, open_records=site.office.open, tag_keys=site.keys, limits=Limits(clock=lambda: 0.0)
    )
    return site


def test_guesses_end_with_the_limit_of_the_network():
    """So many and no more, and then a moment for each; the neighbour in the same network is the same guesser."""
    site = limited(tagged_site())
    count = RATES[LimitName.TAG].count
    tried = guesses(site.chip.tap(), count + 3)
    assert all(map(has_a_message, tried)), "without a limit each of them is looked at"
    statuses = [site.follow(link, f"198.51.100.{number % 9 + 1}").status_code for number, link in enumerate(tried)]

    assert statuses == [200] * count + [429] * 3


def test_the_owner_elsewhere_is_not_held_up():
    """A guesser uses up his own network's looks; nothing counts by piece, so he cannot silence its tag."""
    site = limited(tagged_site())
    for link in guesses(site.chip.tap(), RATES[LimitName.TAG].count + 1):
        site.follow(link, "198.51.100.1")
    assert has_a_message(site.chip.link_at(1))

    assert line_in(site.follow(site.chip.tap(), "203.0.113.7").text)[0] == "verified"
    assert site.look("198.51.100.1").status_code == 200, "the printed label is looked at as ever"


def test_eight_bytes_outlast_the_guesser():
    """A thousand networks at the limit, for a hundred years: less than one in a million that one guess was right."""
    rate = RATES[LimitName.TAG]
    tried = 1_000 * 100 * 366 * 86_400 * rate.count / rate.period_s

    assert tried / 2**64 < 1e-6
