"""A rival has a piece of the house in hand for a minute, and wants the world to be warned of it.

With the label photographed he looks at it a thousand times, from his office, from his phone, through a tunnel to the
other side of the world. Rules that count looks, or that hold any two countries in an hour against a piece, give him
his warning. Ours counts networks, asks for several of them on each side of an impossible journey, and never counts
what the holder does. What it cannot stop is a rival with many networks; his warning ends a week after he does.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from provenance_schemas.labels import parse_label
from tests.fakes.scans import ScanSite, token_in
from verifier.limits import SCAN_NETWORKS_A_DAY_MAX
from verifier.ports import ScanFacts
from verifier.verdict import Code, Outcome
from web.scan.networks import DAY_S


@pytest.fixture
def shop() -> ScanSite:
    return ScanSite()


def facts_of(shop: ScanSite, days_later: int = 0) -> ScanFacts:
    at = datetime.fromtimestamp(shop.now_s() + days_later * DAY_S, UTC)
    return shop.log.facts(parse_label(shop.site.label).commitment, at)


def warns_by_count(facts: ScanFacts) -> bool:
    """The first weaker rule: nobody looks at one bag so often."""
    return facts.checks > SCAN_NETWORKS_A_DAY_MAX


def warns_by_country(facts: ScanFacts) -> bool:
    """The second weaker rule: two countries on one day."""
    return len({seen.country for seen in facts.sightings}) > 1


def what_the_next_customer_sees(shop: ScanSite) -> str:
    shop.started()
    return shop.look(Accept="application/json").json


def pattern(answer) -> str:
    (finding,) = [found for found in answer["findings"] if found["code"] == Code.SCAN_PATTERN_PLAUSIBLE]
    return finding["outcome"]


def test_a_rival_who_looks_a_hundred_times_from_his_desk_raises_nothing(shop):
    """Every address of one office is one network."""
    for number in range(100):
        assert shop.scan(f"203.0.113.{number}", "FR").status_code == 204
    assert warns_by_count(facts_of(shop))

    answer = what_the_next_customer_sees(shop)
    assert (pattern(answer), answer["level"]) == (Outcome.PASSED, "verified")


def test_a_rival_with_one_tunnel_raises_nothing(shop):
    """Paris and Tokyo in the same minute, over and over."""
    for number in range(20):
        shop.scan(f"203.0.113.{number}", "FR")
        shop.scan(f"198.51.100.{number}", "JP")
    assert warns_by_country(facts_of(shop))

    answer = what_the_next_customer_sees(shop)
    assert (pattern(answer), answer["level"]) == (Outcome.PASSED, "verified")


def test_a_rival_who_sends_countries_of_his_own_is_not_believed(shop):
    """The header is our proxy's; without the setting nobody's is read."""
    shop.country_header = ""
    shop.started()
    for number, country in enumerate(("FR", "JP", "US", "BR", "AU")):
        said = {"X_Country": country, "CF_IPCountry": country}
        token = token_in(shop.look(f"203.0.{number}.1", **said).text)
        assert shop.report(token, f"203.0.{number}.1", **said).status_code == 204

    assert {seen.country for seen in facts_of(shop).sightings} == {""}


def test_a_rival_with_many_networks_is_heard_for_a_week_and_no_longer(shop):
    """What remains: a caution, never a rejection, that ends by itself."""
    for number in range(SCAN_NETWORKS_A_DAY_MAX + 1):
        shop.scan(f"203.0.{number}.1", "FR")
    warned = what_the_next_customer_sees(shop)

    assert (warned["level"], warned["answer"]) == ("caution", "unusual_activity")
    assert len(facts_of(shop, days_later=6).sightings) == SCAN_NETWORKS_A_DAY_MAX + 1
    assert facts_of(shop, days_later=7).sightings == ()
