"""The audit: every row that is changed, lost, doubled or out of place is found, in every column of every table."""

from __future__ import annotations

import pytest

from loyalty.audit import Auditor
from loyalty.results import Reason
from loyalty.rule import rule_of
from loyalty.tables import AWARD, DUE, ENTRY, NONCE, RULE, TRANSFER
from tests.fakes.points import some_rule
from tests.unit.loyalty.ledger_faults import TABLES, FaultyLedger

COLUMNS = [column for table in TABLES for column in table.columns]
every_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    ledger = FaultyLedger(tmp_path_factory.mktemp("ledger"))
    yield ledger
    ledger.close()


def missed(ledger, faults):
    """Audit with each fault; gives how many the database took, and the names of those that were not found."""
    audits = [(fault.name, ledger.audit_with(*fault.statements)) for fault in faults]
    taken = [(name, audit) for name, audit in audits if audit is not None]
    return len(taken), [name for name, audit in taken if audit.fault is None]


def test_a_ledger_without_a_fault_is_right(ledger):
    """Otherwise the audit would find a fault wherever one is looked for."""
    assert ledger.right == Auditor(ledger).audit()
    assert ledger.right.fault is None
    assert (8, ledger.right.transfers) == (ledger.right.awards, ledger.right.head.size)
    assert all(len(ledger.rows(table)) >= 2 for table in TABLES)


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_a_changed_value_is_found(ledger, column):
    """Values that look right, those of other rows, other types, and none at all."""
    taken, not_found = missed(ledger, ledger.changed(column.table, column))

    assert taken >= 3
    assert not_found == []


@every_table
def test_a_lost_row_is_found(ledger, table):
    taken, not_found = missed(ledger, ledger.lost(table))

    assert len(ledger.rows(table)) == taken
    assert not_found == []


@every_table
def test_a_doubled_row_is_found(ledger, table):
    taken, not_found = missed(ledger, ledger.doubled(table))

    assert len(ledger.rows(table)) == taken
    assert not_found == []


@every_table
def test_rows_that_changed_places_are_found(ledger, table):
    taken, not_found = missed(ledger, ledger.swapped(table))

    assert taken >= 1
    assert not_found == []


def test_a_transfer_taken_out_with_all_its_rows_is_found(ledger):
    """As if it had not been.

    Who cuts off the newest leaves an older ledger, right in itself: the head in any receipt given since tells, for
    the log has become shorter.
    """
    columns = {DUE: "lot", NONCE: "id", AWARD: "id", ENTRY: "transfer", TRANSFER: "id"}
    for number in range(1, ledger.right.transfers):
        faults = [(f"DELETE FROM {table.name} WHERE {column} = ?", [number]) for table, column in columns.items()]
        assert ledger.audit_with(*faults).fault is not None, number


def test_the_first_fault_is_named_by_its_row(ledger):
    """Of two faults the earlier one, with table, key and reason."""
    audit = ledger.audit_with(
        ("UPDATE points_entry SET amount = amount + 1 WHERE transfer = 9 AND line = 1", []),
        ("UPDATE points_entry SET balance = balance + 5 WHERE transfer = 4 AND line = 1", []),
    )

    assert (audit.fault.table, audit.fault.row, audit.transfers) == ("points_entry", "4/1", 3)
    assert audit.fault.reason == "balance is 25, it must be 20"


def test_an_award_that_its_rule_would_not_pay_is_found(ledger):
    """All its rows are well formed, but cleo would have had no right to the kept slot."""
    audit = ledger.audit_with(("UPDATE points_award SET claimant = 0 WHERE id = 7", []))

    assert (audit.fault.table, audit.fault.row) == ("points_award", "7")
    assert Reason.SLOTS_TAKEN in audit.fault.reason


def test_a_rule_made_generous_afterwards_is_found(ledger):
    """Its text is what awards cite: a changed one is another rule."""
    for row in ledger.rows(RULE):
        generous = row["body"].replace('"amount":10,', '"amount":99,').replace('"amount":200,', '"amount":999,')
        assert rule_of(generous).amount != rule_of(row["body"]).amount
        audit = ledger.audit_with(("UPDATE points_rule SET body = ? WHERE hash = ?", [generous, row["hash"]]))
        assert audit.fault.table == "points_rule"


def test_a_rule_that_no_award_cites_is_found(ledger):
    """Sound in itself, and never put in force: somebody is preparing something."""
    rule = some_rule(amount=99)
    sql = "INSERT INTO points_rule (hash, id, version, body, recorded_at) VALUES (?, ?, ?, ?, ?)"
    audit = ledger.audit_with((sql, [rule.hash, rule.id, rule.version, rule.body, 0]))

    assert (audit.fault.table, audit.fault.reason) == ("points_rule", "no award cites it")
