"""`post()`: once for each key, only the ways that value may go, never under a floor, never out of another's lot."""

from __future__ import annotations

from dataclasses import replace

import pytest

from loyalty.book import Book
from loyalty.errors import EventError, FloorError, FlowError, IdempotencyError, LotError, UnknownCampaignError
from loyalty.transfers import FLOWS, Account, AccountKind, Move, Transfer, TransferKind, check_flows
from tests.fakes.points import DAY_S, FUNDS, START_S, some_points

pytestmark = pytest.mark.usefixtures("each_engine")

AVAILABLE, HELD = Account(AccountKind.AVAILABLE, "ana"), Account(AccountKind.HELD, "ana")
LOT = 3


@pytest.fixture
def world(tmp_path):
    """Ana has ten available points, of lot 3."""
    world = some_points(tmp_path)
    assert world.check("ana").id == LOT
    world.clock.pass_days(1)
    world.points.settle_due()
    yield world
    assert world.points.audit().fault is None
    world.database.close()


FOUR = (Move(AVAILABLE, HELD, 4, LOT),)


def some_transfer(kind=TransferKind.HOLD, key="hold:1", moves=FOUR, **changes):
    now_s = START_S + DAY_S
    return replace(Transfer(kind, key, b"\1" * 32, now_s, now_s, moves), **changes)


def post(world, transfer):
    with world.database.writing() as connection:
        return Book(world.database.engine.dialect).post(connection, transfer)


def test_the_same_transfer_again_moves_nothing(world):
    first, again = post(world, some_transfer()), post(world, some_transfer())

    assert (first.number, True) == (again.number, again.repeated)
    assert (world.points.balance("ana").available, world.points.balance("ana").held) == (6, 4)


def test_another_transfer_of_the_same_key_is_refused(world):
    post(world, some_transfer())
    with pytest.raises(IdempotencyError) as caught:
        post(world, some_transfer(body=b"\2" * 32))

    assert caught.value.key == "hold:1"
    assert world.points.balance("ana").held == 4


def test_value_goes_only_the_ways_it_may(world):
    """Every kind of transfer between every pair of kinds of account: 8 x 64, all but those in the table refused."""
    for kind in TransferKind:
        for source in AccountKind:
            for target in AccountKind:
                if (source, target) not in FLOWS[kind]:
                    move = Move(Account(source, "ana"), Account(target, "ana"), 1, LOT)
                    with pytest.raises(FlowError):
                        check_flows(some_transfer(kind, moves=(move,)))
    with pytest.raises(FlowError):
        post(world, some_transfer(TransferKind.CAPTURE))


@pytest.mark.parametrize("amount", [0, -4])
def test_nothing_moves_backwards(world, amount):
    with pytest.raises(FlowError):
        post(world, some_transfer(moves=(Move(AVAILABLE, HELD, amount, LOT),)))


def test_points_never_go_to_another_member(world):
    """They are not transferable: transferable points would be a currency."""
    with pytest.raises(FlowError):
        post(world, some_transfer(moves=(Move(AVAILABLE, Account(AccountKind.HELD, "ben"), 4, LOT),)))


def test_a_members_points_always_belong_to_a_lot(world):
    with pytest.raises(FlowError):
        post(world, some_transfer(moves=(Move(AVAILABLE, HELD, 4),)))


def test_no_account_falls_under_its_floor(world):
    """Eleven of ten; and six after five, in one transfer."""
    for moves in [(Move(AVAILABLE, HELD, 11, LOT),), (Move(AVAILABLE, HELD, 5, LOT), Move(AVAILABLE, HELD, 6, LOT))]:
        with pytest.raises(FloorError):
            post(world, some_transfer(moves=moves))
    with pytest.raises(FloorError) as caught:
        post(world, some_transfer(moves=(Move(AVAILABLE, HELD, 11, LOT),)))

    assert (caught.value.account, caught.value.balance, caught.value.amount) == ("available:ana", 10, 11)


def test_a_lot_gives_no_more_than_it_has(world):
    """The account has twenty, but ten of them are of another lot, which expires later."""
    world.check("ana", 1)
    world.clock.pass_days(1)
    world.points.settle_due()
    with pytest.raises(LotError) as caught:
        post(world, some_transfer(moves=(Move(AVAILABLE, HELD, 11, LOT),)))

    assert (caught.value.lot, caught.value.held, caught.value.amount) == (LOT, 10, 11)


def test_what_was_refused_left_nothing(world):
    before = world.points.head()
    with pytest.raises(FloorError):
        post(world, some_transfer(moves=(Move(AVAILABLE, HELD, 11, LOT),)))

    assert before == world.points.head()


def test_a_campaign_is_funded_once_for_each_key(world):
    first, again = (world.points.fund("discovery", 50, "march") for _ in range(2))

    assert first == again
    with pytest.raises(IdempotencyError):
        world.points.fund("discovery", 51, "march")
    assert world.points.audit().issued == 2 * FUNDS + 50


@pytest.mark.parametrize(
    ("amount", "key"), [(0, "k"), (-1, "k"), (10**12 + 1, "k"), (1, ""), (1, "a:b"), (1, "k" * 65)]
)
def test_funds_and_keys_have_bounds(world, amount, key):
    """A key holds no colon, so that it never stands in for an award's."""
    with pytest.raises(EventError):
        world.points.fund("discovery", amount, key)


def test_a_campaign_that_no_rule_pays_from_is_not_funded(world):
    with pytest.raises(UnknownCampaignError, match="discovery, ownership"):
        world.points.fund("discoverry", 1, "k")
