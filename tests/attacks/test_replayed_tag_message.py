"""A seller sends the buyer a link that his own tap of a genuine piece gave him: the message again, byte for byte.

The weaker rule believes a right MAC. Ours has seen the counter: what is shown twice proves nothing, and says nothing
against the piece either, for whoever opens a page again sends the same.
"""

from __future__ import annotations

from tests.attacks.tag_rules import mac_is_right
from tests.fakes.scans import token_in
from tests.fakes.tags import line_in, tagged_site
from web.store.scan_tables import SCAN


def possession(site, link):
    found = site.follow(link, Accept="application/json").json
    return found["answer"], next(f["outcome"] for f in found["findings"] if f["code"] == "possession.shown")


def test_a_message_that_counted_counts_for_nobody_else():
    site = tagged_site()
    link = site.chip.tap()
    before = possession(site, link)
    site.counts(link)
    assert mac_is_right(link, site.chip.meta_read, site.chip.file_read)

    assert (before, possession(site, link)) == (("verified", "passed"), ("verified", "unknown"))


def test_a_message_that_two_looked_at_counts_for_the_one_who_reported_first():
    """Both saw it as new; the scan that is kept second has no proof of possession, and its page is told."""
    site = tagged_site()
    link = site.chip.tap()
    pages = [site.follow(link, address).text for address in ("203.0.113.7", "198.51.100.7")]
    assert mac_is_right(link, site.chip.meta_read, site.chip.file_read)
    assert {line_in(page)[0] for page in pages} == {"verified"}

    assert [site.report(token_in(page)).status_code for page in pages] == [204, 409]
    assert [row["findings"][-1] for row in site.rows(SCAN)] == ["p", "u"]


def test_a_message_is_used_in_every_spelling():
    """Small letters, another order, a language behind it: the counter is the same."""
    site = tagged_site()
    link = site.chip.tap()
    head, query = link.split("?")
    picc, mac = query.split("&")
    site.counts(link)
    assert mac_is_right(link, site.chip.meta_read, site.chip.file_read)

    spellings = [f"{head}?{mac}&{picc}", f"{head}?{query.lower()}", f"{link}&lang=en"]
    assert {line_in(site.follow(spelling).text)[0] for spelling in spellings} == {"caution"}
