"""What each part of the site gives to a person who asks for their data, and does when they leave."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection

from loyalty.points import Points
from loyalty.results import Line
from web.accounts.hooks import AccountHooks, Tie
from web.custody.holdings import Holdings
from web.parts import Parts
from web.scan.scan_log import export_scans, forget_person
from web.store.people import Person

_PAGE: Final = 200
_PAGES_MAX: Final = 50


def account_hooks(parts: Parts) -> AccountHooks:
    """Gather what every part of the site has to say."""
    holdings, jobs = parts.custody.holdings, parts.custody.jobs

    def scans_of(person: Person) -> list[dict[str, Any]]:
        with parts.database.reading() as connection:
            return export_scans(connection, person.id)

    def take_name_off_scans(connection: Connection, person: Person) -> None:
        forget_person(connection, person.id)

    return AccountHooks(
        export_parts={
            "pieces": holdings.export,
            "requests": lambda person: jobs.export(person.id),
            "scans": scans_of,
            "points": lambda person: export_points(parts.points, person.id),
        },
        on_delete=(holdings.leave, take_name_off_scans),
        ties=lambda connection, person: ties_of(holdings, connection, person),
    )


def ties_of(holdings: Holdings, connection: Connection, person: Person) -> frozenset[Tie]:
    """Say what a person's pieces mean for their leaving."""
    counts = {
        Tie.CLAIMING: holdings.open_count(connection, person.id),
        Tie.HELD: holdings.held_count(connection, person.id),
    }
    return frozenset(tie for tie, count in counts.items() if count)


def export_points(points: Points, member: str) -> list[dict[str, Any]]:
    """Give every award of a member, newest first."""
    lines: list[dict[str, Any]] = []
    before: int | None = None
    for _ in range(_PAGES_MAX):
        statement = points.statement(member, limit=_PAGE, before=before)
        lines += map(_line, statement.lines)
        if (before := statement.older) is None:
            break
    return lines


def _line(line: Line) -> dict[str, Any]:
    return {
        "award": line.award,
        "item": str(line.item),
        "rule": line.rule,
        "amount": line.amount,
        "left": line.left,
        "state": line.state.value,
        "happened_at": line.happened_at,
        "recorded_at": line.recorded_at,
        "vests_at": line.vests_at,
        "expires_at": line.expires_at,
    }
