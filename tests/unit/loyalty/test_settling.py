"""Vesting, expiry and reversal, always of lots that an award made."""

from __future__ import annotations

from itertools import permutations

import pytest

from loyalty.book import Book
from loyalty.errors import IdempotencyError, NothingLeftError, UnknownAwardError
from loyalty.results import LineState, Reversal, Settled
from loyalty.settling import CHUNK_LOTS
from loyalty.transfers import Account, AccountKind, Move, Transfer, TransferKind
from tests.fakes.points import DAY_S, START_S, some_points

pytestmark = pytest.mark.usefixtures("each_engine")

CHECK_VESTS, CLAIM_VESTS, EXPIRES = START_S + DAY_S, START_S + 30 * DAY_S, START_S + 730 * DAY_S


@pytest.fixture
def world(tmp_path):
    world = some_points(tmp_path)
    yield world
    assert world.points.audit().fault is None
    world.database.close()


def balances(world, member="ana"):
    found = world.points.balance(member)
    return found.pending, found.available, found.held


def hold(world, amount, lot, kind=TransferKind.HOLD, ends=(AccountKind.AVAILABLE, AccountKind.HELD), member="ana"):
    source, target = (Account(end, "" if end is AccountKind.REDEEMED else member) for end in ends)
    now_s = int(world.clock())
    transfer = Transfer(
        kind, f"{kind}:{now_s}:{lot}", b"\1" * 32, now_s, now_s, (Move(source, target, amount, lot),), lot
    )
    with world.database.writing() as connection:
        return Book(world.database.engine.dialect).post(connection, transfer)


@pytest.mark.parametrize(("moment_s", "vested"), [(CHECK_VESTS - 1, 0), (CHECK_VESTS, 1), (CHECK_VESTS + 9, 1)])
def test_points_vest_at_their_time_and_not_before(world, moment_s, vested):
    world.check()
    world.clock.now_s = moment_s

    assert vested == world.points.vest_due()
    assert ((10, 0, 0), (0, 10, 0))[vested] == balances(world)


@pytest.mark.parametrize(("moment_s", "expired"), [(EXPIRES - 1, 0), (EXPIRES, 1)])
def test_points_expire_at_their_time_and_not_before(world, moment_s, expired):
    world.check()
    world.clock.now_s = moment_s

    assert Settled(1, expired) == world.points.settle_due()


def test_a_sweep_again_moves_nothing(world):
    """It may be run by two processes, or twice: what was moved is not due any more."""
    world.check()
    world.claim()
    world.clock.now_s = EXPIRES
    first, again = world.points.settle_due(), world.points.settle_due()

    assert (Settled(2, 2), Settled(0, 0)) == (first, again)


def test_the_order_of_sweeps_does_not_matter(tmp_path):
    """One sweep before the end and two after it, in every order: the same balances in the end."""
    ended = set()
    for number, order in enumerate(permutations("vVE")):
        (tmp_path / str(number)).mkdir()
        world = some_points(tmp_path / str(number))
        world.check("ana", 0)
        world.clock.pass_days(700)
        world.check("ana", 1)
        for sweep in order:
            world.clock.now_s = EXPIRES - 1 if sweep.islower() else EXPIRES
            (world.points.vest_due if sweep in "vV" else world.points.expire_due)()
        world.clock.now_s = EXPIRES
        world.points.settle_due()
        ended.add(balances(world))
        assert world.points.audit().fault is None
        world.database.close()

    assert {(0, 10, 0)} == ended


def test_a_lot_that_nobody_vested_in_time_expires_from_pending(world):
    world.check()
    world.clock.now_s = EXPIRES

    assert world.points.expire_due() == 1
    assert Settled(0, 0) == world.points.settle_due()
    assert balances(world) == (0, 0, 0)


def test_expiry_never_takes_what_is_held_or_spent(world):
    """Of ten points, four are held and three spent: three expire; the four expire when the hold is let go."""
    lot = world.check().id
    world.clock.now_s = CHECK_VESTS
    world.points.settle_due()
    hold(world, 7, lot)
    hold(world, 3, lot, TransferKind.CAPTURE, (AccountKind.HELD, AccountKind.REDEEMED))
    world.clock.now_s = EXPIRES

    assert Settled(0, 1) == world.points.settle_due()
    assert balances(world) == (0, 0, 4)
    assert Settled(0, 0) == world.points.settle_due()
    hold(world, 4, lot, TransferKind.RELEASE, (AccountKind.HELD, AccountKind.AVAILABLE))
    assert balances(world) == (0, 4, 0)
    assert Settled(0, 1) == world.points.settle_due()
    assert balances(world) == (0, 0, 0)


def test_more_than_one_chunk_is_moved_and_never_more_than_the_limit(world):
    """The site's writers wait for one chunk, not for a whole night's work."""
    for number in range(CHUNK_LOTS + 3):
        world.check(f"m{number}", number)
    world.clock.now_s = CHECK_VESTS

    assert world.points.vest_due(limit=2) == 2
    assert world.points.vest_due() == CHUNK_LOTS + 1


@pytest.mark.parametrize("moment_s", [START_S, CLAIM_VESTS])
def test_a_returned_piece_takes_its_points_back(world, moment_s):
    """Pending or vested: whatever is left of the award goes."""
    award = world.claim()
    world.clock.now_s = moment_s
    world.points.settle_due()
    first, again = (world.points.reverse(award.id, Reversal.RETURNED, "return-1") for _ in range(2))
    world.clock.now_s = EXPIRES

    assert first == again
    assert balances(world) == (0, 0, 0)
    assert LineState.REVERSED is world.points.statement("ana").lines[0].state
    assert Settled(0, 0) == world.points.settle_due()


def test_a_reversal_leaves_what_was_spent_and_other_awards(world):
    lot = world.check().id
    world.check(item=1)
    world.clock.now_s = CHECK_VESTS
    world.points.settle_due()
    hold(world, 4, lot)
    world.points.reverse(lot, Reversal.FRAUD, "case-1")

    assert balances(world) == (0, 10, 4)
    with pytest.raises(NothingLeftError):
        world.points.reverse(lot, Reversal.FRAUD, "case-2")


def test_what_is_no_award_is_not_reversed(world):
    """Transfer 1 funds a campaign; 99 is not there."""
    for number in (1, 99):
        with pytest.raises(UnknownAwardError):
            world.points.reverse(number, Reversal.MISTAKE, "k")


def test_one_key_reverses_one_award(world):
    first, second = world.check().id, world.check(item=1).id
    world.points.reverse(first, Reversal.MISTAKE, "k")
    with pytest.raises(IdempotencyError):
        world.points.reverse(second, Reversal.MISTAKE, "k")

    assert world.points.balance("ana").pending == 10
