"""How the label is being used. Needs a scan log or its holder; without one it stays unknown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import combinations

from verifier.checks.regions import Region, flight_min, region_of
from verifier.evidence import Absent, Disproved, Evidence, Possession, Unavailable
from verifier.limits import SCAN_NETWORKS_A_DAY_MAX, SCAN_TRAVEL_NETWORKS_MIN
from verifier.ports import Sighting
from verifier.verdict import Code, Finding, failed, passed, unknown


def check_scan_pattern_plausible(evidence: Evidence) -> Finding:
    """Look for a label in more places than one piece can be.

    1. Too many networks in one day: many people hold "this piece".
    2. Two regions in less time than a flight takes, each seen by several networks: it is in two places.

    Each day is judged by itself, for a network has another name on each. Within a day a network counts once however
    often it looks, so that one rival cannot raise an alarm from his desk.
    """
    code, facts = Code.SCAN_PATTERN_PLAUSIBLE, evidence.scans
    if isinstance(facts, Absent):
        return unknown(code, "no scan log was consulted")
    if isinstance(facts, Unavailable):
        return unknown(code, facts.why)
    days: dict[date, list[Sighting]] = defaultdict(list)
    for sighting in facts.sightings:
        days[sighting.day].append(sighting)
    busiest = max((len({seen.network for seen in day}) for day in days.values()), default=0)
    if busiest > SCAN_NETWORKS_A_DAY_MAX:
        return failed(code, f"looked at from {busiest} networks in one day")
    if any(_is_in_two_places(day) for day in days.values()):
        return failed(code, "seen in two places in less time than a flight between them takes")
    return passed(code, "the label is looked at as one piece would be")


def check_possession_shown(evidence: Evidence) -> Finding:
    """Pass where the holder showed what only the holder has; that nothing was shown proves nothing.

    A proof that was used before, or that cannot be looked at, is none, and says nothing against anyone either.
    """
    code, shown = Code.POSSESSION_SHOWN, evidence.possession
    if isinstance(shown, Absent):
        return unknown(code, "nothing was shown that only the holder has")
    if isinstance(shown, Unavailable):
        return unknown(code, shown.why)
    if isinstance(shown, Disproved):
        return failed(code, shown.why)
    if shown is Possession.TAG:
        return passed(code, "the tag in the piece answered, with a message that was not seen before")
    return passed(code, "something was shown that only the holder has")


def _is_in_two_places(day: Sequence[Sighting]) -> bool:
    """Say whether two regions, out of each other's reach, each have enough networks that saw the label.

    A network that itself was in several regions is a tunnel, or misplaced: it counts for none.
    """
    homes: dict[bytes, set[Region]] = defaultdict(set)
    for seen in day:
        if (region := region_of(seen.country)) is not None:
            homes[seen.network].add(region)
    placed = [(seen, next(iter(homes[seen.network]))) for seen in day if len(homes[seen.network]) == 1]
    apart: dict[tuple[Region, Region], set[bytes]] = defaultdict(set)
    for (here, region), (there, other) in combinations(placed, 2):
        least = flight_min(region, other)
        if least is not None and _between(here, there) < least:
            apart[region, other].add(here.network)
            apart[other, region].add(there.network)
    return any(
        min(len(networks), len(apart[other, region])) >= SCAN_TRAVEL_NETWORKS_MIN
        for (region, other), networks in apart.items()
    )


def _between(here: Sighting, there: Sighting) -> timedelta:
    """Give the least time between two sightings, each of which is a span."""
    return max(here.first_at - there.last_at, there.first_at - here.last_at, timedelta(0))
