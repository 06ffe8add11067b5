"""What was promised, held against what is there when everything has come to rest."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from loyalty.points import Points
from loyalty.rulebook import shipped_rules
from mint.house import House
from mint.ownership import on_ledger
from provenance_schemas.ids import ItemId
from provenance_schemas.step_kinds import Status
from tests.bench.faults_load import Record
from tests.bench.faults_stack import Stack
from web.points.earning import RewardLaterError


@dataclass
class Truth:
    """What does not add up. Both are empty in a good world."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)


def find_truth(stack: Stack, record: Record) -> Truth:
    """Read everything back.

    1. The queue: nothing open, nothing failed, nothing refused that was promised.
    2. Points: each promised award is there, none twice, and the ledger of points adds up.
    3. Pieces: each promised claim is its holder's on the registry, each report stands there.
    4. Scans: each that was answered is kept, once.
    5. The house: outbox, book and registry agree, as after any kill.
    """
    truth = Truth()
    _jobs(stack, record, truth)  # 1.
    _points(stack, record, truth)  # 2.
    _pieces(stack, record, truth)  # 3.
    _scans(stack, record, truth)  # 4.
    audit = stack.house.audit()  # 5.
    truth.lost += audit.lost
    truth.doubled += audit.doubled
    truth.counted["transactions"], truth.counted["pieces"] = audit.transactions, audit.pieces
    return truth


def _jobs(stack: Stack, record: Record, truth: Truth) -> None:
    rows = stack.rows("SELECT id, kind, subject, state, note, result FROM job")
    truth.counted["jobs"] = len(rows)
    for row in rows:
        if row["state"] != "done" and row["note"] != RewardLaterError.__name__:
            truth.lost.append(f"job {row['kind']} is {row['state']}: {row['note']} {row['result']}")
    known = {row["id"] for row in rows}
    truth.lost += [f"registration {reference} is gone" for job, reference in record.registrations if job not in known]
    reported = Counter(row["subject"] for row in rows if row["kind"] == "report")
    truth.lost += [f"report of {holding} is gone" for holding in record.reports if not reported[holding]]
    truth.doubled += [f"{holding} was reported {count} times" for holding, count in reported.items() if count > 1]


def _points(stack: Stack, record: Record, truth: Truth) -> None:
    awards = stack.rows("SELECT id, member, item, rule_id FROM points_award")
    truth.counted["awards"] = len(awards)
    known = {(row["member"], str(row["id"])) for row in awards}
    truth.lost += [f"award {number} is gone" for person, number in record.awards if (person, number) not in known]
    once = Counter((row["rule_id"], row["member"], row["item"]) for row in awards)
    truth.doubled += [f"{key[0]} was paid {count} times" for key, count in once.items() if count > 1]
    fault = Points(stack.database(), shipped_rules(), time.time).audit().fault
    if fault is not None:
        truth.lost.append(f"points: {fault}")
    paid = {row["item"] for row in awards if row["rule_id"] == "claim"}
    items = {row["id"]: row["item"] for row in stack.rows("SELECT id, item FROM holding")}
    # The reward of a piece that its owner reported first waits until the report is taken back.
    due = [one for _, one in record.claims if one not in record.reports]
    truth.lost += [f"claim {one} was not rewarded" for one in due if items.get(one) not in paid]


def _pieces(stack: Stack, record: Record, truth: Truth) -> None:
    holdings = {row["id"]: row for row in stack.rows("SELECT id, person_id, item, address, state FROM holding")}
    held = Counter(row["item"] for row in holdings.values() if row["state"] == "held")
    truth.doubled += [f"{item} is held {count} times" for item, count in held.items() if count > 1]
    truth.counted["claims"] = len(record.claims)
    house = House.open(stack.data)
    try:
        for person, one in record.claims:
            row = holdings.get(one)
            if row is None or (row["person_id"], row["state"]) != (person, "held"):
                truth.lost.append(f"claim {one} is {row['state'] if row else 'gone'}")
                continue
            standing = on_ledger(house, ItemId.parse(row["item"]).token_id)
            if standing.owner != row["address"]:
                truth.lost.append(f"claim {one}: the registry names another owner")
            if one in record.reports and not standing.status & Status.LOST:
                truth.lost.append(f"claim {one}: its report is not on the registry")
        for _, reference in record.registrations:
            if house.book.piece(reference) is None:
                truth.lost.append(f"{reference} is not in the book")
    finally:
        house.close()


def _scans(stack: Stack, record: Record, truth: Truth) -> None:
    kept = Counter(row["person_id"] for row in stack.rows("SELECT person_id FROM scan"))
    truth.counted["scans"] = kept.total()
    truth.lost += [f"a scan of {reference} is gone" for person, reference in record.scans if not kept[person]]
    truth.doubled += [f"a person's one scan was kept {count} times" for count in kept.values() if count > 1]
