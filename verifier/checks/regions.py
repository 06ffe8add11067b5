"""Regions of the world, and the least time that any flight takes from one to another.

Coarse on purpose: a country that lies between two regions, or has land in two of them, is in none, and then nothing
follows from it. The times are the distance between the two nearest airports of two regions at 1,000 km/h, rounded
down to whole hours: no airliner is faster over ground for long, and airports, borders and customs only add to it.
Pairs that are not listed are nearer than that.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum, unique
from typing import Final


@unique
class Region(StrEnum):
    """A part of the world that is far from some other."""

    EUROPE = "europe"
    NORTH_AMERICA = "north america"
    SOUTH_AMERICA = "south america"
    GULF = "gulf"
    SOUTH_ASIA = "south asia"
    EAST_ASIA = "east asia"
    SOUTH_EAST_ASIA = "south-east asia"
    OCEANIA = "oceania"


_COUNTRIES: Final = {
    Region.EUROPE: "AD AL AT BA BE BG CH CZ DE DK EE ES FI FR GB GG GR HR HU IE IM IT JE LI LT LU LV MC MD ME MK MT NL "
    "NO PL PT RO RS SE SI SK SM UA VA",
    Region.NORTH_AMERICA: "CA US",
    Region.SOUTH_AMERICA: "AR BO BR CL CO EC PE PY UY VE",
    Region.GULF: "AE BH KW OM QA SA",
    Region.SOUTH_ASIA: "BD BT IN LK MV NP PK",
    Region.EAST_ASIA: "CN HK JP KR MO TW",
    Region.SOUTH_EAST_ASIA: "BN ID KH LA MM MY PH SG TH TL VN",
    Region.OCEANIA: "AU NZ",
}
_REGIONS: Final = {country: region for region, countries in _COUNTRIES.items() for country in countries.split()}

_FLIGHT_H: Final = {
    (Region.EUROPE, Region.NORTH_AMERICA): 1,  # Flores on the Azores, St. John's: 1,950 km
    (Region.EUROPE, Region.SOUTH_AMERICA): 3,  # Tenerife, Fernando de Noronha: 3,930 km
    (Region.EUROPE, Region.SOUTH_ASIA): 3,  # Luhansk, Peshawar: 3,090 km
    (Region.EUROPE, Region.EAST_ASIA): 3,  # Luhansk, Kashgar: 3,060 km
    (Region.EUROPE, Region.SOUTH_EAST_ASIA): 5,  # Luhansk, Myitkyina: 5,600 km
    (Region.EUROPE, Region.OCEANIA): 8,  # Luhansk, Cocos Islands: 8,780 km
    (Region.NORTH_AMERICA, Region.SOUTH_AMERICA): 1,  # Key West, San Andres: 1,330 km
    (Region.NORTH_AMERICA, Region.GULF): 7,  # Grise Fiord, Turaif: 7,350 km
    (Region.NORTH_AMERICA, Region.SOUTH_ASIA): 7,  # Grise Fiord, Gilgit: 7,430 km
    (Region.NORTH_AMERICA, Region.EAST_ASIA): 2,  # Adak, Nemuro: 2,960 km
    (Region.NORTH_AMERICA, Region.SOUTH_EAST_ASIA): 6,  # Adak, Basco: 6,280 km
    (Region.NORTH_AMERICA, Region.OCEANIA): 6,  # Hilo, Kerikeri: 6,940 km
    (Region.SOUTH_AMERICA, Region.GULF): 8,  # Fernando de Noronha, Tabuk: 8,190 km
    (Region.SOUTH_AMERICA, Region.SOUTH_ASIA): 10,  # Fernando de Noronha, Gwadar: 10,660 km
    (Region.SOUTH_AMERICA, Region.EAST_ASIA): 11,  # Easter Island, Minamitori: 11,820 km
    (Region.SOUTH_AMERICA, Region.SOUTH_EAST_ASIA): 11,  # Easter Island, Merauke: 11,530 km
    (Region.SOUTH_AMERICA, Region.OCEANIA): 6,  # Easter Island, Chatham Islands: 6,170 km
    (Region.GULF, Region.EAST_ASIA): 2,  # Sur, Ngari: 2,290 km
    (Region.GULF, Region.SOUTH_EAST_ASIA): 3,  # Sur, Sittwe: 3,460 km
    (Region.GULF, Region.OCEANIA): 5,  # Sur, Cocos Islands: 5,600 km
    (Region.SOUTH_ASIA, Region.OCEANIA): 2,  # Port Blair, Cocos Islands: 2,690 km
    (Region.EAST_ASIA, Region.OCEANIA): 3,  # Sanya, Christmas Island: 3,230 km
}


def region_of(country: str) -> Region | None:
    """Give the region of a country (ISO 3166-1, two capital letters); None where it is in none of ours."""
    return _REGIONS.get(country)


def flight_min(here: Region, there: Region) -> timedelta | None:
    """Give the least time from one region to another; None where that may be no time at all."""
    hours = _FLIGHT_H.get((here, there)) or _FLIGHT_H.get((there, here))
    return None if hours is None else timedelta(hours=hours)
