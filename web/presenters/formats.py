"""Dates, ages and serials as people write them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from provenance_schemas.document_parts import Place
from web.presenters.catalogue import Words
from web.presenters.countries import country_text

_TIED: Final = "\u00a0"
"""A space that no line breaks at: a number stays with its unit."""
_MINUTE_S: Final = 60
_HOUR_S: Final = 60 * _MINUTE_S
_DAY_S: Final = 24 * _HOUR_S


def date_text(moment: datetime, words: Words) -> str:
    """Write the day in UTC, as `2 March 2026`."""
    moment = moment.astimezone(UTC)
    day = words.first_of_month if moment.day == 1 else str(moment.day)
    return f"{day}{_TIED}{words.months[moment.month - 1]} {moment.year}"


def moment_text(moment: datetime, words: Words) -> str:
    """Write day and minute, as `2 March 2026, 14:05 UTC`."""
    return f"{date_text(moment, words)}, {moment.astimezone(UTC):%H:%M}{_TIED}UTC"


def machine_text(moment: datetime) -> str:
    """Write a moment for a `datetime` attribute."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def age_text(age_s: float, words: Words) -> str:
    """Write an age in its one fitting unit, from two of it on; a clock ahead of ours gives 0 s."""
    seconds, minutes, hours, days = words.age_units
    whole_s = max(0, int(age_s))
    if whole_s < 2 * _MINUTE_S:
        return f"{whole_s}{_TIED}{seconds}"
    if whole_s < 2 * _HOUR_S:
        return f"{whole_s // _MINUTE_S}{_TIED}{minutes}"
    if whole_s < 2 * _DAY_S:
        return f"{whole_s // _HOUR_S}{_TIED}{hours}"
    return f"{whole_s // _DAY_S}{_TIED}{days}"


def serial_text(serial: str) -> str:
    """Write a serial in groups of four, to be compared with a label character by character."""
    return " ".join(serial[i : i + 4] for i in range(0, len(serial), 4))


def place_text(place: Place, words: Words) -> str:
    """Write a place: name, city and country, none of them twice."""
    parts = [place.name, place.city, country_text(place.country, words.language) if place.country else ""]
    return ", ".join(dict.fromkeys(part for part in parts if part))
