"""A token id is used a second time: a cheap piece under the number, the history and the label of a dear one.

The contract never gives an id twice. Should a node tell of a second registration all the same, the weaker rule takes
the newest event for an id; ours replays, and a second registration replays to nothing.
"""

from __future__ import annotations

from dataclasses import replace

from tests.attacks.mount import some_world
from tests.fakes.world import put_directory
from verifier.issuance import Registration
from verifier.policies import CLI, MINT_READBACK
from verifier.verdict import Code, Level, Outcome


def newest_registration(logs, batch):
    """The weaker rule: the last event for an id says what it is."""
    found = [log.issuance for log in logs if isinstance(log.issuance, Registration) and log.subject == batch]
    return found[-1]


def second_registration(world):
    """An event that registers batch 77 again, with other passports."""
    root = put_directory({"0": {"0.json": b"{}"}}, world.store)
    first = next(log for log in world.registry.logs if log.issuance)
    registration = replace(first.issuance, passports=root.digest, block_number=world.registry.tip)
    count, stock_account, _, *rest = first.words
    words = (count, stock_account, root.digest, *rest)
    return replace(first, words=words, issuance=registration, block_number=world.registry.tip)


def test_a_second_registration_of_a_batch_is_not_believed():
    world = some_world()
    forged = second_registration(world)
    told = newest_registration([*world.registry.logs, forged], world.bag.batch.batch)
    assert told.passports == forged.issuance.passports
    world.node.tell = lambda logs: [*logs, forged]

    for subject, policy in ((world.bag_label, CLI), (world.bag, MINT_READBACK)):
        verdict = world.verify(subject, policy).verdict
        assert verdict.level is Level.UNDETERMINED
        assert verdict.outcome(Code.HISTORY_COMPLETE) is Outcome.UNKNOWN


def test_a_registration_told_instead_of_the_first_is_not_believed():
    """The batch's own words name its passports."""
    world = some_world()
    forged = second_registration(world)
    world.node.tell = lambda logs: [forged if log.issuance else log for log in logs]

    assert world.verify(world.bag_label, CLI).verdict.level is Level.UNDETERMINED
    assert world.verify(world.bag, CLI).evidence.passport.item == world.bag
