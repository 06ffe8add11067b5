"""What a member reads: balance, a why for each line, and a receipt that needs no trust in us."""

from __future__ import annotations

import hashlib
import json

import pytest

from loyalty.errors import UnknownAwardError
from loyalty.leaves import leaf_of
from loyalty.merkle import is_included
from loyalty.results import Balance, LineState
from loyalty.rulebook import shipped_rules
from provenance_schemas.canonical import canonical_bytes
from tests.fakes.points import DAY_S, START_S, some_item, some_points

pytestmark = pytest.mark.usefixtures("each_engine")


@pytest.fixture
def world(tmp_path):
    world = some_points(tmp_path)
    yield world
    world.database.close()


def test_somebody_without_points_has_an_empty_statement(world):
    statement = world.points.statement("nobody")

    assert (Balance(0, 0, 0, None, 0, None, 0), (), None) == (statement.balance, statement.lines, statement.older)


def test_a_balance_says_what_comes_next(world):
    """Two checks vest together tomorrow, the claim in a month; the first to expire are those of today."""
    world.check(item=0)
    world.check(item=1)
    world.claim(item=0)

    assert Balance(0, 220, 0, START_S + DAY_S, 20, START_S + 730 * DAY_S, 220) == world.points.balance("ana")
    world.clock.pass_days(1)
    world.points.settle_due()
    assert Balance(20, 200, 0, START_S + 30 * DAY_S, 200, START_S + 730 * DAY_S, 220) == world.points.balance("ana")


def test_each_line_says_why(world):
    """The rule in both languages, the piece by its public name, both clocks, and what proves it."""
    award = world.check(item=7)
    (line,) = world.points.statement("ana").lines
    rule = next(rule for rule in shipped_rules().rules if rule.id == "first-check")

    assert (award.id, 10, 10, LineState.PENDING) == (line.award, line.amount, line.left, line.state)
    assert (line.happened_at, line.recorded_at, line.settled_at) == (START_S - 60, START_S, None)
    assert (rule.explanation, rule.hash, some_item(7)) == (line.explanation, line.rule_hash, line.item)
    assert (award.vests_at, award.expires_at, award.id - 1) == (line.vests_at, line.expires_at, line.leaf_index)


def test_a_line_follows_its_points(world):
    world.check()
    states = []
    for days in (0, 1, 729):
        world.clock.pass_days(days)
        world.points.settle_due()
        (line,) = world.points.statement("ana").lines
        states.append((line.state, line.left, line.settled_at))

    vested_at = START_S + DAY_S
    assert [
        (LineState.PENDING, 10, None),
        (LineState.AVAILABLE, 10, vested_at),
        (LineState.EXPIRED, 0, START_S + 730 * DAY_S),
    ] == states


def test_a_long_statement_comes_in_pages_newest_first(world):
    for item in range(5):
        world.check(item=item)
    first = world.points.statement("ana", limit=3)
    second = world.points.statement("ana", limit=3, before=first.older)

    assert [line.item.index + 2 for line in first.lines + second.lines] == [6, 5, 4, 3, 2]
    assert second.older is None


def test_a_statement_is_of_one_member_alone(world):
    world.check("ana")
    world.check("ben")

    assert [line.award for line in world.points.statement("ben").lines] == [4]


def test_a_receipt_leads_to_the_head_of_the_log(world):
    """Text, salt and path are enough: the verifier below asks us for nothing more."""
    award = world.check()
    for item in range(1, 4):
        world.check(item=item)
    receipt = world.points.receipt("ana", award.id)
    leaf = leaf_of(receipt.text, receipt.nonce)

    assert receipt.head == world.points.head()
    assert is_included(leaf, receipt.leaf_index, receipt.head.size, receipt.path, receipt.head.root)
    assert leaf == next(line.leaf_hash for line in world.points.statement("ana").lines if line.award == award.id)


def test_a_receipts_text_is_canonical_and_cites_rule_and_facts(world):
    award = world.check()
    receipt, (line,) = world.points.receipt("ana", award.id), world.points.statement("ana").lines
    told = json.loads(receipt.text)

    assert canonical_bytes(told).decode() == receipt.text
    assert (line.rule_hash.hex(), line.facts_hash.hex()) == (told["award"]["rule"], told["award"]["facts"])
    assert sum(entry["amount"] for entry in told["entries"]) == 0


def test_any_change_to_a_receipt_is_seen(world):
    """Every byte of its text, its salt and its path."""
    award = world.check()
    receipt = world.points.receipt("ana", award.id)

    def holds(text, nonce, path):
        return is_included(leaf_of(text, nonce), receipt.leaf_index, receipt.head.size, path, receipt.head.root)

    assert holds(receipt.text, receipt.nonce, receipt.path)
    for place, letter in enumerate(receipt.text):
        other = "8" if letter != "8" else "9"
        assert not holds(receipt.text[:place] + other + receipt.text[place + 1 :], receipt.nonce, receipt.path)
    for place in range(32):
        flipped = bytes(byte ^ (1 if number == place else 0) for number, byte in enumerate(receipt.nonce))
        assert not holds(receipt.text, flipped, receipt.path)
    assert not holds(receipt.text, receipt.nonce, tuple(hashlib.sha256(one).digest() for one in receipt.path))


def test_nobody_gets_anothers_receipt(world):
    award = world.check("ana")
    for member, number in (("ben", award.id), ("ana", award.id + 1), ("ana", 1)):
        with pytest.raises(UnknownAwardError):
            world.points.receipt(member, number)
