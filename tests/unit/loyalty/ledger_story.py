"""A ledger in which everything has happened once: the ground for faults and crashes."""

from __future__ import annotations

from loyalty.book import Book
from loyalty.results import Reversal
from loyalty.transfers import Account, AccountKind, Move, Transfer, TransferKind
from tests.fakes.points import PointsWorld, some_points


def some_story(folder) -> PointsWorld:
    """Funds, checks by three members, a claim, vesting, expiry, reversals, a hold captured and one let go."""
    world = some_points(folder, funds=1000)
    first = world.check("ana", 0).id
    world.check("ana", 1)
    returned = world.check("ben", 0).id
    claimed = world.claim("cleo", 0).id
    world.check("cleo", 0, claimant=True)
    world.clock.pass_days(1)
    world.points.settle_due()
    world.points.reverse(returned, Reversal.FRAUD, "case-1")
    spend(world, TransferKind.HOLD, first, 7, AccountKind.AVAILABLE, AccountKind.HELD)
    spend(world, TransferKind.CAPTURE, first, 3, AccountKind.HELD, AccountKind.REDEEMED)
    spend(world, TransferKind.RELEASE, first, 2, AccountKind.HELD, AccountKind.AVAILABLE)
    world.clock.pass_days(40)
    world.check("ben", 1)
    world.points.settle_due()
    world.clock.pass_days(690)
    world.check("dora", 2)
    world.points.settle_due()
    world.points.fund("discovery", 77, "second")
    world.check("dora", 3)
    assert claimed
    return world


def spend(world, kind, lot, amount, source, target, member="ana"):
    """Move points of one lot as a redemption would."""
    ends = [Account(end, "" if end is AccountKind.REDEEMED else member) for end in (source, target)]
    now_s = int(world.clock())
    moves = (Move(*ends, amount, lot),)
    with world.database.writing() as connection:
        Book(world.database.engine.dialect).post(
            connection, Transfer(kind, f"{kind}:{lot}:{amount}", b"\1" * 32, now_s, now_s, moves, lot)
        )
