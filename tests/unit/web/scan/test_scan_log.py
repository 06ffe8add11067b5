"""The scan log: kept once, counted by network and day, forgotten in time, and nobody's address in it."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from tests.fakes.database import some_database
from tests.fakes.evidence import genuine_world, some_evidence
from tests.fakes.world import HOST
from verifier.errors import ScansUnavailableError
from verifier.judge import judge
from verifier.limits import SCAN_COUNT_DAYS, SCAN_NETWORKS_A_DAY_MAX, SCAN_PATTERN_DAYS, SCAN_SIGHTINGS_MAX
from verifier.policies import PHONE
from verifier.service import Verification
from web.scan.networks import DAY_S, NetworkNames
from web.scan.scan_log import Refusal, SqlScanLog, export_scans, forget_person
from web.scan.scan_tokens import AGE_MAX_S, AnsweredScan, ScanTokens, pack
from web.scan.visitors import Visitor, country_of
from web.store.people import Role, add_person
from web.store.people_tables import PERSON
from web.store.scan_tables import NETWORK_KEY, SCAN, SCAN_SIGHTING

pytestmark = pytest.mark.usefixtures("each_engine")

NOW_S = 1_772_452_800  # 2026-03-02, noon
NOW = datetime.fromtimestamp(NOW_S, UTC)
SOMEBODY = Visitor("203.0.113.7", "FR")


@pytest.fixture
def database():
    database = some_database()
    yield database
    database.close()


@pytest.fixture
def log(database):
    return SqlScanLog(database)


def some_scan(at_s: int = NOW_S) -> AnsweredScan:
    evidence = some_evidence()
    tokens = ScanTokens(bytes(32), genuine_world().trust)
    return tokens.read(tokens.sign(pack(Verification(evidence, judge(evidence, PHONE))), HOST, at_s), HOST, at_s)


def record(log, visitor=SOMEBODY, *, at_s=NOW_S, scan=None, by_holder=False) -> AnsweredScan:
    scan = scan or some_scan(at_s)
    log.record(scan, visitor, at_s, by_holder=by_holder)
    return scan


def rows(database, table):
    with database.reading() as connection:
        return connection.execute(select(table)).mappings().all()


def test_a_scan_is_kept_with_what_draws_its_verdict_again(log, database):
    """Item, blocks, policy, every finding."""
    scan = record(log)
    (row,) = rows(database, SCAN)

    assert (scan.id, str(scan.item), scan.label) == (row["id"], row["item"], row["label"])
    assert ("PHONE", scan.findings, scan.final.hash_start) == (row["policy"], row["findings"], row["final_hash"])
    assert (row["level"], row["country"], row["visit"], row["used_for"]) == ("caution", "FR", None, None)


def test_the_same_scan_is_kept_once(log, database):
    """By the script, and by the form a moment later."""
    scan = some_scan()

    assert [log.record(scan, SOMEBODY, NOW_S, by_holder=False) for _ in range(3)] == [True, False, False]
    assert (len(rows(database, SCAN)), log.facts(scan.label, NOW).checks) == (1, 1)


def test_no_address_and_no_serial_is_kept(log, database):
    """In any table, in any form but a keyed hash."""
    record(log)
    kept = repr([rows(database, table) for table in (SCAN, SCAN_SIGHTING, NETWORK_KEY)])

    assert "203.0" not in kept
    assert genuine_world().serials[genuine_world().bag.token_id] not in kept


def test_one_network_counts_once_a_day_however_often_it_looks(log):
    """Two hundred addresses of one flat, one shop, one rival."""
    label = some_scan().label
    for host in range(1, 201):
        record(log, Visitor(f"203.0.113.{host}", "FR"))
    facts = log.facts(label, NOW)

    assert (facts.checks, len(facts.sightings)) == (200, 1)


@pytest.mark.parametrize(
    ("addresses", "networks"),
    [
        (("203.0.113.1", "203.0.114.1"), 2),
        (("2001:db8:1::1", "2001:db8:1:ffff::9"), 1),
        (("2001:db8:1::1", "2001:db8:2::1"), 2),
        (("", "no address"), 1),
    ],
)
def test_networks_are_told_apart_by_24_and_48_bits(log, addresses, networks):
    """One address, or one home's range, costs nothing to change."""
    for address in addresses:
        record(log, Visitor(address))

    assert networks == len(log.facts(some_scan().label, NOW).sightings)


def test_a_sighting_spans_the_day_from_first_to_last(log):
    """Between them the label was there, or near."""
    label = record(log).label
    record(log, at_s=NOW_S + 3_600)
    (seen,) = log.facts(label, NOW).sightings

    assert (seen.first_at, seen.last_at, seen.country) == (NOW, NOW + timedelta(hours=1), "FR")


def test_the_holders_own_scans_count_nowhere(log, database):
    """They are kept for the holder, and raise nothing against the piece."""
    scan = record(log, by_holder=True)

    assert (log.facts(scan.label, NOW).checks, rows(database, SCAN_SIGHTING)) == (0, [])
    assert rows(database, SCAN)[0]["by_holder"] == 1


@pytest.mark.parametrize(("days", "checks"), [(0, 1), (SCAN_COUNT_DAYS - 1, 1), (SCAN_COUNT_DAYS, 0)])
def test_checks_are_counted_for_thirty_days(log, days, checks):
    """Both sides of the edge."""
    label = record(log).label

    assert checks == log.facts(label, NOW + timedelta(days=days)).checks


@pytest.mark.parametrize(("days", "sightings"), [(SCAN_PATTERN_DAYS - 1, 1), (SCAN_PATTERN_DAYS, 0)])
def test_a_pattern_is_looked_for_in_seven_days(log, days, sightings):
    """A false alarm ends."""
    label = record(log).label

    assert sightings == len(log.facts(label, NOW + timedelta(days=days)).sightings)


def test_another_label_is_another_story(log):
    """Counts are by commitment."""
    record(log)

    assert log.facts(bytes(32), NOW).checks == 0


def test_what_is_read_is_bounded_and_the_newest_comes_first(log, database):
    """A flood of networks has raised the alarm long before."""
    label = some_scan().label
    with database.writing() as connection:
        connection.execute(
            insert(SCAN_SIGHTING),
            [
                {"label": label, "day": NOW_S // DAY_S, "network": number.to_bytes(16), "country": "", "checks": 1}
                | {"first_at": NOW_S + number, "last_at": NOW_S + number}
                for number in range(SCAN_SIGHTINGS_MAX + 5)
            ],
        )
    sightings = log.facts(label, NOW).sightings

    assert len(sightings) == SCAN_SIGHTINGS_MAX > SCAN_NETWORKS_A_DAY_MAX
    assert sightings[0].last_at == NOW + timedelta(seconds=SCAN_SIGHTINGS_MAX + 4)


def test_a_network_has_another_name_each_day(database):
    """Nobody, we neither, can follow one over a month."""
    names = NetworkNames(database)
    today, again, tomorrow = (names.name("203.0.113.7", NOW_S + late) for late in (0, 60, DAY_S))

    assert (today == again, today == tomorrow) == (True, False)


def test_processes_agree_on_the_days_key(database):
    """Whichever draws it first; another secret would count every network twice."""
    first, second = NetworkNames(database), NetworkNames(database)

    assert first.name("203.0.113.7", NOW_S) == second.name("203.0.113.7", NOW_S)


def test_a_purge_destroys_keys_after_a_day_and_networks_after_thirty(log, database):
    """What is gone cannot be asked for by anybody."""
    visit = dataclasses.replace(SOMEBODY, visit="s" * 32)
    record(log, visit)
    assert dataclasses.astuple(log.purge(NOW_S + DAY_S)) == (0, 0, 0)
    assert dataclasses.astuple(log.purge(NOW_S + 2 * DAY_S)) == (0, 1, 0)
    assert dataclasses.astuple(log.purge(NOW_S + 31 * DAY_S)) == (1, 0, 1)

    assert rows(database, SCAN_SIGHTING) == rows(database, NETWORK_KEY) == []
    assert rows(database, SCAN)[0]["visit"] is None


def test_a_log_that_does_not_answer_says_so(log, database):
    """Neither an alarm nor a pass."""
    with database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE scan_sighting")

    with pytest.raises(ScansUnavailableError):
        log.facts(bytes(32), NOW)


# ---- taking a scan


@pytest.fixture
def people(database):
    with database.writing() as connection:
        return [add_person(connection, name, Role.MEMBER, "en", NOW_S).id for name in ("Ada", "Bea")]


def signed_in(person_id, visit="v" * 32):
    return dataclasses.replace(SOMEBODY, person_id=person_id, visit=visit)


def test_a_scan_is_taken_once_and_by_one_person(log, people):
    """The same person may ask again; nobody else, and for nothing else."""
    ada, bea = people
    scan = record(log)

    assert log.take(scan, signed_in(ada), "award", NOW_S) is None
    assert log.take(scan, signed_in(ada), "award", NOW_S + 60) is None
    assert log.take(scan, signed_in(bea), "award", NOW_S) is Refusal.SOMEBODY_ELSES
    assert log.take(scan, signed_in(ada), "another", NOW_S) is Refusal.USED


def test_a_scan_that_somebody_made_signed_in_is_theirs(log, people):
    """Tokens are not for trade."""
    ada, bea = people
    scan = record(log, dataclasses.replace(SOMEBODY, person_id=ada))

    assert log.take(scan, signed_in(bea), "award", NOW_S) is Refusal.SOMEBODY_ELSES


def test_a_scan_of_one_visit_is_not_another_visits(log, people):
    """Signing in keeps the visit, so the scan before it is still one's own; another browser has another visit."""
    scan = record(log, dataclasses.replace(SOMEBODY, visit="a" * 32))

    assert log.take(scan, signed_in(people[0], "b" * 32), "award", NOW_S) is Refusal.SOMEBODY_ELSES
    assert log.take(scan, signed_in(people[0], "a" * 32), "award", NOW_S) is None


def test_a_scan_nobody_reported_is_unknown_and_an_old_one_expired(log, people):
    """A quarter of an hour, both sides."""
    assert log.take(some_scan(), signed_in(people[0]), "award", NOW_S) is Refusal.UNKNOWN
    scan = record(log)
    assert log.take(scan, signed_in(people[0]), "award", NOW_S + AGE_MAX_S + 1) is Refusal.EXPIRED
    assert log.take(scan, signed_in(people[0]), "award", NOW_S + AGE_MAX_S) is None


def test_a_person_who_leaves_leaves_no_name_on_scans(log, database, people):
    """Neither by asking us to forget, nor by the account's deletion."""
    for person_id in people:
        record(log, dataclasses.replace(SOMEBODY, person_id=person_id, visit="s" * 32))
    with database.writing() as connection:
        assert forget_person(connection, people[0]) == 1
        connection.execute(PERSON.delete().where(PERSON.c.id == people[1]))

    assert {row["person_id"] for row in rows(database, SCAN)} == {None}


def test_a_person_can_have_their_scans(log, database, people):
    """Theirs, newest first; neither the label nor anybody else's."""
    scans = [record(log, signed_in(person), at_s=NOW_S + late) for late, person in enumerate([*people, people[0]])]
    with database.reading() as connection:
        told = export_scans(connection, people[0])

    assert [line["id"] for line in told] == [scans[2].id, scans[0].id]
    assert not any(isinstance(value, bytes) for line in told for value in line.values())


@pytest.mark.parametrize(
    ("said", "country"),
    [("FR", "FR"), (" fr ", "FR"), ("", ""), ("XX", ""), ("T1", ""), ("FRA", ""), ("F", ""), ("ÉÉ", ""), ("F\n", "")],
)
def test_a_country_is_two_letters_or_none(said, country):
    """Services say XX where they do not know, and T1 for a hidden way."""
    assert country == country_of(said)
