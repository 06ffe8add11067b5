"""A seller's node leaves out the log that says "stolen", so that the history shown is clean.

The weaker rule reads the status from the events, as an indexer does. Ours reads it from the proved word, and the
history must replay to that word: whoever hides the report shows that something is hidden.
"""

from __future__ import annotations

from provenance_schemas.step_kinds import EntryKind
from tests.fakes.rpc_node import world_over_rpc
from tests.fakes.world import some_world
from verifier.answers import Answer, answer_of
from verifier.policies import CLI
from verifier.verdict import Code, Level, Outcome

REPORTS = {EntryKind.REPORTED_STOLEN: True, EntryKind.REPORT_WITHDRAWN: False}


def stolen_by_events(entries) -> bool:
    """The weaker rule: the last report among the events decides."""
    reports = [entry.kind for entry in entries if entry.kind in REPORTS]
    return bool(reports) and REPORTS[reports[-1]]


def hide_report(method, params, result):
    if method != "eth_getLogs":
        return result
    kind = f"{int(EntryKind.REPORTED_STOLEN):08x}"
    return [log for log in result if log["data"][-24:-16] != kind]


def stolen_world():
    world = some_world()
    world.registry.report(world.bag, EntryKind.REPORTED_STOLEN, 1)
    return world


def test_a_hidden_report_still_counts():
    """Reported in the newest block already, and hidden: rejected all the same."""
    world = stolen_world()
    with world_over_rpc(world) as (node, parts):
        node.lie = hide_report
        told = parts["histories"][0].entries(world.bag, until_block=world.registry.tip, count_max=100)
        assert stolen_by_events(world.registry.entries(world.bag, world.registry.tip))
        assert not stolen_by_events(told)

        verification = world.verify(world.bag_label, CLI, **parts)
    assert verification.verdict.level is Level.REJECTED
    assert verification.verdict.outcome(Code.STATUS_CLEAR) is Outcome.FAILED
    assert answer_of(verification) is Answer.STOLEN


def test_a_hidden_report_leaves_the_history_incomplete():
    """So nothing that rests on the history is called complete either."""
    world = stolen_world()
    world.settle()
    with world_over_rpc(world) as (node, parts):
        node.lie = hide_report
        verdict = world.verify(world.bag_label, CLI, **parts).verdict

    assert verdict.outcome(Code.HISTORY_COMPLETE) is Outcome.UNKNOWN


def test_a_node_that_hides_the_status_word_gets_no_positive_answer():
    """It can refuse to prove the newest word; then the piece is not called clear."""
    world = stolen_world()

    def refuse_latest(method, params, result):
        if method == "eth_getProof" and params[2]["blockHash"] == "0x" + node.block_hash(node.tip).hex():
            raise LookupError("state pruned")
        return hide_report(method, params, result)

    with world_over_rpc(world) as (node, parts):
        node.lie = refuse_latest
        assert world.verify(world.bag_label, CLI, **parts).verdict.level is Level.UNDETERMINED
