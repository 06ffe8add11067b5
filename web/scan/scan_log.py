"""The scan log: which label was looked at, when, with which answer; and from how many places lately."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum, unique
from typing import Any, Final

from sqlalchemy import Connection, Row, Table, and_, delete, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from loyalty.adapters.sql_database import Database, DatabaseUnavailableError
from verifier.errors import ScansUnavailableError
from verifier.limits import SCAN_COUNT_DAYS, SCAN_PATTERN_DAYS, SCAN_SIGHTINGS_MAX
from verifier.ports import ScanFacts, Sighting
from web.scan.networks import DAY_S, NetworkNames
from web.scan.scan_tokens import AGE_MAX_S, AnsweredScan, without_possession
from web.scan.visitors import Visitor
from web.store.scan_tables import SCAN, SCAN_SIGHTING
from web.tags.floors import move_floor

_EPOCH: Final = date(1970, 1, 1)
_EXPORT_MAX: Final = 10_000
# Written out: these forms are taken by SQLite and by PostgreSQL.
_PUT_SIGHTINGS: Final = text(
    "INSERT INTO scan_sighting (label, day, network, country, first_at, last_at, checks) "
    "VALUES (:label, :day, :network, :country, :first_at, :last_at, :checks) "
    "ON CONFLICT (label, day, network, country) DO UPDATE SET checks = scan_sighting.checks + excluded.checks, "
    "last_at = CASE WHEN excluded.last_at > scan_sighting.last_at THEN excluded.last_at ELSE scan_sighting.last_at END"
)
_GET_SIGHTINGS: Final = text(
    "SELECT day, network, country, first_at, last_at, SUM(checks) OVER () AS total FROM scan_sighting "
    "WHERE label = :label AND day > :after ORDER BY last_at DESC LIMIT :count_max"
)
_INSERTS: Final[Mapping[str, Callable[[Table], Any]]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@unique
class Refusal(StrEnum):
    """Why a scan is not given out. Append only."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    SOMEBODY_ELSES = "somebody_elses"
    USED = "used"


@dataclass(frozen=True, slots=True)
class Report:
    """One scan, and who reports it."""

    scan: AnsweredScan
    visitor: Visitor
    at_s: int
    """Unix seconds."""
    by_holder: bool = False


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge took away."""

    sightings: int
    keys: int
    visits: int
    """Scans that do not know their visit any more."""


class SqlScanLog:
    """`verifier.ports.ScanLog` over the site's database, and its writing side."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._networks = NetworkNames(database)
        self._insert = _INSERTS[database.dialect]

    def record(self, scan: AnsweredScan, visitor: Visitor, now_s: int, *, by_holder: bool) -> bool:
        """Keep a scan; the second time it is the same one, and False is given. Raises DatabaseUnavailableError."""
        return self.record_all([Report(scan, visitor, now_s, by_holder)]) == 1

    def record_all(self, reports: Sequence[Report]) -> int:
        """Keep scans together, each once; gives how many were new. Raises DatabaseUnavailableError.

        The holder's own scans are kept for the holder, and count nowhere. A tap that came with a scan counts with it,
        or the scan is kept without it: then another scan had shown the same message, or a newer one.
        """
        first = {report.scan.id: report for report in reversed(reports)}
        names = self._names(first.values())
        put = self._insert(SCAN).on_conflict_do_nothing(index_elements=["id"]).returning(SCAN.c.id)
        with self._database.writing() as connection:
            new = connection.execute(put, [_row(report) for report in first.values()]).scalars().all()
            for scan_id in new:
                _count_tap(connection, first[scan_id])
            sightings = _sightings_of([first[scan_id] for scan_id in new], names)
            if sightings:
                connection.execute(_PUT_SIGHTINGS, sightings)
        return len(new)

    def tap_counted(self, scan_id: str) -> bool:
        """Say whether a scan that was kept has a tap that counted. Raises DatabaseUnavailableError."""
        with self._database.reading() as connection:
            found = connection.execute(select(SCAN.c.tap).where(SCAN.c.id == scan_id)).scalar_one_or_none()
        return found is not None

    def _names(self, reports: Iterable[Report]) -> dict[tuple[str, int], bytes]:
        """Name the networks of visitors who are counted, by address and moment."""
        asked = {(report.visitor.address, report.at_s) for report in reports if not report.by_holder}
        return {(address, at_s): self._networks.name(address, at_s) for address, at_s in asked}

    def facts(self, commitment: bytes, at: datetime) -> ScanFacts:
        """Say how a label was looked at. Raises ScansUnavailableError."""
        today = (at.astimezone(UTC).date() - _EPOCH).days
        asked = {"label": commitment, "after": today - SCAN_COUNT_DAYS, "count_max": SCAN_SIGHTINGS_MAX}
        try:
            with self._database.reading() as connection:
                rows = connection.execute(_GET_SIGHTINGS, asked).all()
        except DatabaseUnavailableError as error:
            raise ScansUnavailableError("the scan log does not answer") from error
        lately = (row for row in rows if row.day > today - SCAN_PATTERN_DAYS)
        return ScanFacts(int(rows[0].total) if rows else 0, tuple(map(_sighting, lately)))

    def take(self, scan: AnsweredScan, visitor: Visitor, purpose: str, now_s: int) -> Refusal | None:
        """Use a recorded scan of this visit, once, for the person who is signed in; None when it is theirs now.

        The same person for the same purpose may ask again: whoever pays must make sure to pay once for a scan.
        Raises DatabaseUnavailableError.
        """
        assert visitor.person_id is not None, "only a person can use a scan"
        with self._database.writing() as connection:
            row = connection.execute(select(SCAN).where(SCAN.c.id == scan.id)).mappings().one_or_none()
            refusal = _refusal(row, visitor, purpose, now_s)
            if refusal is None:
                connection.execute(
                    update(SCAN)
                    .where(SCAN.c.id == scan.id)
                    .values(person_id=visitor.person_id, used_for=purpose, used_at=func.coalesce(SCAN.c.used_at, now_s))
                )
        return refusal

    def purge(self, now_s: int) -> Purged:
        """Forget what is too old: networks and visits after 30 days, the keys of networks after a day.

        Raises DatabaseUnavailableError.
        """
        keys = self._networks.forget(now_s)
        before_day = now_s // DAY_S - SCAN_COUNT_DAYS
        old = and_(SCAN.c.visit.is_not(None), SCAN.c.reported_at < now_s - SCAN_COUNT_DAYS * DAY_S)
        with self._database.writing() as connection:
            sightings = connection.execute(delete(SCAN_SIGHTING).where(SCAN_SIGHTING.c.day <= before_day)).rowcount
            visits = connection.execute(update(SCAN).where(old).values(visit=None)).rowcount
        return Purged(sightings, keys, visits)


def export_scans(connection: Connection, person_id: str) -> list[dict[str, Any]]:
    """Give what is kept of a person's own scans, as JSON values, newest first."""
    columns = (SCAN.c.id, SCAN.c.item, SCAN.c.answered_at, SCAN.c.level, SCAN.c.country, SCAN.c.used_for)
    theirs = select(*columns).where(SCAN.c.person_id == person_id).order_by(SCAN.c.answered_at.desc())
    return [dict(row) for row in connection.execute(theirs.limit(_EXPORT_MAX)).mappings()]


def forget_person(connection: Connection, person_id: str) -> int:
    """Take a person's name off their scans, as the deletion of an account asks for; gives how many."""
    theirs = update(SCAN).where(SCAN.c.person_id == person_id)
    return connection.execute(theirs.values(person_id=None, visit=None)).rowcount


def _count_tap(connection: Connection, report: Report) -> None:
    """Move the floor for the tap of a scan just kept; where somebody was faster, take the proof off the scan."""
    tap = report.scan.tap
    if tap is None or move_floor(connection, tap, report.at_s):
        return
    without = {"findings": without_possession(report.scan.findings), "tap": None}
    connection.execute(update(SCAN).where(SCAN.c.id == report.scan.id).values(without))


def _row(report: Report) -> dict[str, Any]:
    scan, visitor = report.scan, report.visitor
    return {
        "id": scan.id,
        "label": scan.label,
        "item": str(scan.item),
        "answered_at": scan.answered_at,
        "reported_at": report.at_s,
        "visit": visitor.visit,
        "person_id": visitor.person_id,
        "by_holder": int(report.by_holder),
        "country": visitor.country,
        "policy": scan.policy.name,
        "level": scan.level.value,
        "findings": scan.findings,
        "final_number": scan.final.number,
        "final_hash": scan.final.hash_start,
        "latest_number": scan.latest.number,
        "latest_hash": scan.latest.hash_start,
        "tap": scan.tap.counter if scan.tap is not None else None,
    }


def _sightings_of(reports: Iterable[Report], names: Mapping[tuple[str, int], bytes]) -> list[dict[str, Any]]:
    """Count what is to be added, by label, day, network and country; the holder's own is left out."""
    found: dict[tuple[bytes, int, bytes, str], list[int]] = defaultdict(list)
    for report in reports:
        if not report.by_holder:
            network = names[report.visitor.address, report.at_s]
            key = (report.scan.label, report.at_s // DAY_S, network, report.visitor.country)
            found[key].append(report.at_s)
    return [
        {"label": label, "day": day, "network": network, "country": country}
        | {"first_at": min(times), "last_at": max(times), "checks": len(times)}
        for (label, day, network, country), times in found.items()
    ]


def _refusal(row: Mapping[Any, Any] | None, visitor: Visitor, purpose: str, now_s: int) -> Refusal | None:
    if row is None:
        return Refusal.UNKNOWN
    # A scan that nobody signed for belongs to the visit that reported it, if there was one.
    owner, asks = (row["person_id"], visitor.person_id) if row["person_id"] else (row["visit"], visitor.visit)
    if owner is not None and owner != asks:
        return Refusal.SOMEBODY_ELSES
    if row["used_for"] not in {None, purpose}:
        return Refusal.USED
    return Refusal.EXPIRED if now_s - row["answered_at"] > AGE_MAX_S else None


def _sighting(row: Row[Any]) -> Sighting:
    first, last = (datetime.fromtimestamp(at, UTC) for at in (row.first_at, row.last_at))
    return Sighting(_EPOCH + timedelta(days=row.day), bytes(row.network), row.country, first, last)
