"""A bundle from before a theft: the thief shows what the record said last month.

The weaker rule takes a genuine file for today's answer. A bundle cannot know what came after its block, so ours never
says that the piece is clear today: it names the block, the age and what may be missing, and the live answer is another.
"""

from __future__ import annotations

from provenance_schemas.step_kinds import EntryKind
from tests.fakes.bundle_desk import BundleDesk, outcome
from tests.fakes.world import some_world
from verifier.cli.main import main
from verifier.policies import CLI
from verifier.verdict import Level


def test_a_bundle_from_before_a_theft_says_of_when_it_is(tmp_path, capsys):
    """It stays true as of its block, and every answer says so; the label itself says stolen."""
    world = some_world()
    desk = BundleDesk(world, tmp_path, capsys)
    before = desk.make(world.bag)
    world.registry.report(world.bag, EntryKind.REPORTED_STOLEN, 1)
    world.settle()
    code, verdict = desk.verify(before)
    assert (code, verdict["level"]) == (0, "verified"), "the weaker rule stops here"

    assert outcome(verdict, "chain.fresh") == "unknown"
    block = verdict["finalBlock"]
    files = ["--bundle", str(tmp_path / "given.assay.zip"), "--trust", str(tmp_path / "trust.json")]
    main(["verify", *files, "--block", block["hash"]])
    said = capsys.readouterr().out
    assert f"as of block {block['number']}" in said
    assert "What was recorded since, a theft for example, is not in a bundle" in said
    assert world.verify(world.bag_label, CLI).verdict.level is Level.REJECTED
    assert desk.verify(desk.make(world.bag))[1]["answer"] == "stolen"


def test_an_old_block_under_a_new_root_is_refused(tmp_path, capsys):
    """Whoever holds today's block hash does not take last month's record."""
    world = some_world()
    desk = BundleDesk(world, tmp_path, capsys)
    before = desk.make(world.bag)
    world.registry.report(world.bag, EntryKind.REPORTED_STOLEN, 1)
    world.settle()
    today = desk.maker.access().chain.tips().final.hash

    assert desk.verify(before, block=today)[0] == 3
