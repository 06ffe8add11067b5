"""How a label is used: copies in circulation are seen, and neither an owner nor a rival looks like them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.fakes.evidence import some_evidence
from verifier.checks.regions import Region, flight_min, region_of
from verifier.checks.scans import check_possession_shown, check_scan_pattern_plausible
from verifier.evidence import Disproved, Possession, Unavailable
from verifier.limits import SCAN_NETWORKS_A_DAY_MAX, SCAN_TRAVEL_NETWORKS_MIN
from verifier.ports import ScanFacts, Sighting
from verifier.verdict import Outcome

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def sighting(network: int, country: str = "FR", *, after: timedelta = timedelta(0), lasting: timedelta = timedelta(0)):
    first = NOON + after
    return Sighting(first.date(), bytes([network]), country, first, first + lasting)


def outcome_of(*sightings: Sighting) -> Outcome:
    return check_scan_pattern_plausible(some_evidence(scans=ScanFacts(len(sightings), sightings))).outcome


@pytest.mark.parametrize(
    ("networks", "outcome"),
    [
        (0, Outcome.PASSED),
        (1, Outcome.PASSED),
        (SCAN_NETWORKS_A_DAY_MAX, Outcome.PASSED),
        (SCAN_NETWORKS_A_DAY_MAX + 1, Outcome.FAILED),
    ],
)
def test_many_networks_in_one_day_are_many_copies(networks, outcome):
    """Both sides of the edge: a family and a shop are a handful, a market is not."""
    assert outcome is outcome_of(*[sighting(network) for network in range(networks)])


def test_the_same_number_of_networks_spread_over_days_is_a_life():
    """A piece that travels is looked at everywhere, one place after the other."""
    days = [sighting(network, after=timedelta(days=network)) for network in range(SCAN_NETWORKS_A_DAY_MAX + 5)]

    assert Outcome.PASSED is outcome_of(*days)


def test_one_network_counts_once_a_day_whatever_it_says_of_its_country():
    """A rival behind one address may send any header a careless proxy believes."""
    lies = [sighting(1, country) for country in ("FR", "US", "JP", "BR", "AU", "AE", "SG") for _ in range(9)]

    assert Outcome.PASSED is outcome_of(*lies)


def two_places(hours: float, *, here: int = SCAN_TRAVEL_NETWORKS_MIN, there: int = SCAN_TRAVEL_NETWORKS_MIN):
    """Paris and Tokyo, so far apart in time, from so many networks each."""
    paris = [sighting(network, "FR", after=-timedelta(hours=6)) for network in range(here)]
    tokyo = [sighting(100 + network, "JP", after=timedelta(hours=hours - 6)) for network in range(there)]
    return [*paris, *tokyo]


@pytest.mark.parametrize(
    ("hours", "outcome"),
    [(0, Outcome.FAILED), (2.999, Outcome.FAILED), (3, Outcome.PASSED), (9, Outcome.PASSED)],
)
def test_a_piece_cannot_be_in_two_places_before_a_flight_lands(hours, outcome):
    """Both sides of the table's hours, which are shorter than any flight there is."""
    assert timedelta(hours=3) == flight_min(Region.EUROPE, Region.EAST_ASIA)
    assert outcome is outcome_of(*two_places(hours))


@pytest.mark.parametrize(
    ("here", "there", "outcome"),
    [
        (SCAN_TRAVEL_NETWORKS_MIN, SCAN_TRAVEL_NETWORKS_MIN, Outcome.FAILED),
        (SCAN_TRAVEL_NETWORKS_MIN - 1, SCAN_TRAVEL_NETWORKS_MIN, Outcome.PASSED),
        (SCAN_TRAVEL_NETWORKS_MIN, SCAN_TRAVEL_NETWORKS_MIN - 1, Outcome.PASSED),
        (1, 1, Outcome.PASSED),
        (9, 1, Outcome.PASSED),
    ],
)
def test_one_network_abroad_is_a_tunnel_and_no_second_piece(here, there, outcome):
    """A phone that puts its private network on and off looks like this every day."""
    assert outcome is outcome_of(*two_places(0, here=here, there=there))


def test_a_network_that_was_in_both_regions_counts_for_neither():
    """A provider whose addresses are placed wrongly would put a piece in two places by itself."""
    moved = [sighting(network, country) for network in range(4) for country in ("FR", "JP")]

    assert Outcome.PASSED is outcome_of(*moved)


def test_a_long_stay_is_near_to_whatever_happens_during_it():
    """Seen in Paris in the morning and in the evening, in Tokyo at noon."""
    paris = [sighting(n, "FR", after=-timedelta(hours=8), lasting=timedelta(hours=16)) for n in range(2)]
    tokyo = [sighting(100 + n, "JP") for n in range(2)]

    assert Outcome.FAILED is outcome_of(*paris, *tokyo)


@pytest.mark.parametrize(
    "countries", [("FR", "DE"), ("FR", "TR"), ("FR", ""), ("FR", "??"), ("AE", "IN"), ("SG", "AU"), ("RU", "US")]
)
def test_nothing_follows_from_neighbours_or_from_countries_between_regions(countries):
    """An hour by train, a country on two continents, no country at all."""
    here, there = ([sighting(10 * side + n, country) for n in range(3)] for side, country in enumerate(countries))

    assert Outcome.PASSED is outcome_of(*here, *there)


def test_days_are_judged_one_by_one():
    """A network has another name on each day, so two days together would count it twice."""
    yesterday = [sighting(n, "FR", after=-timedelta(hours=12, minutes=1)) for n in range(2)]
    today = [sighting(100 + n, "JP", after=-timedelta(hours=12)) for n in range(2)]
    assert {seen.day for seen in yesterday} != {seen.day for seen in today}

    assert Outcome.PASSED is outcome_of(*yesterday, *today)


def test_without_a_scan_log_nothing_is_said():
    """Neither a pass nor an alarm."""
    for evidence in (some_evidence(), some_evidence(scans=Unavailable("away"))):
        assert Outcome.UNKNOWN is check_scan_pattern_plausible(evidence).outcome


def test_a_reason_names_no_country_and_no_network():
    """It is shown to whoever scans: where others were is theirs."""
    finding = check_scan_pattern_plausible(some_evidence(scans=ScanFacts(4, tuple(two_places(0)))))

    assert finding.outcome is Outcome.FAILED
    assert not {"FR", "JP", "france", "japan", "europe", "asia"} & set(finding.reason.replace(",", " ").split())


@pytest.mark.parametrize("shown", list(Possession))
def test_possession_passes_where_it_was_shown(shown):
    """The holder signed in, or the card's code: either is enough."""
    assert Outcome.PASSED is check_possession_shown(some_evidence(possession=shown)).outcome


def test_possession_is_unknown_where_nothing_was_shown():
    """Nobody has to show anything, and nobody is suspected for it."""
    assert Outcome.UNKNOWN is check_possession_shown(some_evidence()).outcome


def test_the_table_of_flights_has_two_ends_and_knows_them_both_ways():
    """Whichever sighting came first."""
    for here in Region:
        assert flight_min(here, here) is None
        for there in Region:
            assert flight_min(here, there) == flight_min(there, here)


def test_every_region_has_countries_and_no_country_two_regions():
    """A country in two regions would be apart from itself."""
    letters = [a + b for a in map(chr, range(65, 91)) for b in map(chr, range(65, 91))]
    assert set(Region) == {region_of(code) for code in letters} - {None}
    assert region_of("fr") is None
    assert date(2026, 3, 2) == sighting(1).day


def test_a_false_proof_of_possession_fails_and_a_used_one_proves_nothing():
    """Both answers need proof: that a message is old is no proof against whoever reloads a page."""
    false, used = Disproved("not of this piece's tag"), Unavailable("used before")
    findings = [check_possession_shown(some_evidence(possession=shown)) for shown in (false, used)]

    assert [finding.outcome for finding in findings] == [Outcome.FAILED, Outcome.UNKNOWN]
    assert [finding.reason for finding in findings] == ["not of this piece's tag", "used before"]
