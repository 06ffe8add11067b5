"""Checkpoints of a real house on the embedded ledger: signed, kept, anchored, published, and held against nodes."""

from __future__ import annotations

import contextlib
import io
import json
from dataclasses import replace

import pytest

from loyalty.merkle import is_consistent
from mint.checkpoint_folder import CheckpointFolder
from mint.checkpoints import anchor_checkpoint, is_anchored, issue_checkpoint, issue_for, ledger_topic
from mint.errors import CheckpointKeptError, CheckpointRefusedError, HouseWriteError, LedgerUnavailableError
from tests.fakes.points import some_points
from tests.fakes.trust import some_block
from tests.integration.mint_house import some_house
from verifier.checkpoints import LogHead, checkpoint_digest, checkpoint_json, disagreements, verify_checkpoint
from verifier.cli.main import main
from verifier.errors import ChainUnavailableError
from verifier.trust import load_trust
from web.checkpoints.issuing import ANCHOR_EVERY, CheckpointChores, HouseAwayError, points_head

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with some_house(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture(scope="module", autouse=True)
def first(house):
    """Sign and anchor the first one through the command line, while the house signs for no points; what it printed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        assert main(("mint", "checkpoint", "--json", "--data", str(house.data_dir))) == 0
    return json.loads(printed.getvalue())


class Chain:
    """The house's own chain, with switches."""

    def __init__(self, chain, **lies) -> None:
        self._chain = chain
        self.lies = lies

    def tips(self):
        tips = self._chain.tips()
        return replace(tips, final=self.lies.get("final", tips.final))

    def block_at(self, number):
        return self.lies.get("block") or self._chain.block_at(number)

    def read(self, items, actors, at):
        if "away" in self.lies:
            raise ChainUnavailableError("no answer")
        state = self._chain.read(items, actors, at)
        return replace(state, code_hash=self.lies.get("code_hash", state.code_hash))


def test_a_house_signs_what_strangers_can_check(house):
    """With the key that its trust file names, for the block its node calls final; one after the other."""
    earlier = issue_for(house, lambda last: LogHead(3, bytes(32)))
    second = issue_for(house, lambda last: LogHead(last.size + 1, bytes(32)))
    (brand,) = load_trust(house.trust_file).brands

    assert verify_checkpoint(earlier, brand) == house.chain().block_at(earlier.block.number)
    assert second.previous == checkpoint_digest(earlier)
    assert second.points == LogHead(4, bytes(32))
    assert disagreements(earlier, second) == ()
    assert house.checkpoints.last() == second
    assert house.memory.load(brand.registry).checkpoint == second


def test_nothing_new_is_signed_once(house, tmp_path):
    """The same block and the same log give the same checkpoint."""
    folder, final = CheckpointFolder(tmp_path), house.chain().tips().final
    first = issue_checkpoint(house, Chain(house.chain(), final=final), folder)

    assert issue_checkpoint(house, Chain(house.chain(), final=final), folder) == first
    assert [path.name for path in tmp_path.glob("*.json")] == ["1.json"]


LIES = {
    "another chain": ({"block": some_block(3)}, CheckpointRefusedError, "another chain"),
    "a node that went back": ({"final": some_block(0)}, LedgerUnavailableError, "older"),
    "another contract": ({"code_hash": bytes(32)}, CheckpointRefusedError, "not the house's registry"),
    "no answer": ({"away": True}, LedgerUnavailableError, "no answer"),
}


@pytest.mark.parametrize("name", LIES)
def test_the_house_signs_for_no_other_story(house, tmp_path, name):
    """Not even by mistake: a node swapped, restored from an old copy, or lying."""
    lies, error, why = LIES[name]
    folder = CheckpointFolder(tmp_path)
    issue_checkpoint(house, Chain(house.chain()), folder)

    with pytest.raises(error, match=why):
        issue_checkpoint(house, Chain(house.chain(), **lies), folder, lambda last: LogHead(1, bytes(32)))
    assert folder.last().sequence == 1


def test_the_house_signs_for_no_shorter_log(house, tmp_path):
    """The log of points that was signed for stays as long as it was."""
    folder = CheckpointFolder(tmp_path)
    issue_checkpoint(house, house.chain(), folder, lambda last: LogHead(5, bytes(32)))

    with pytest.raises(CheckpointRefusedError, match="shrank"):
        issue_checkpoint(house, house.chain(), folder, lambda last: LogHead(4, bytes(32)))


def test_a_folder_from_an_old_copy_signs_no_number_twice(house):
    """The memory knows that a higher one was signed."""
    last = issue_for(house, lambda last: LogHead((last.size if last else 0) + 1, bytes(32)))
    path = house.checkpoints.folder / f"{last.sequence}.json"
    content = path.read_bytes()
    path.unlink()
    try:
        with pytest.raises(CheckpointRefusedError, match="put the newer files back"):
            issue_for(house, lambda last: LogHead(99, bytes(32)))
    finally:
        path.write_bytes(content)


def test_a_kept_checkpoint_is_never_replaced(house, tmp_path):
    """Nor is a damaged one taken for none."""
    folder = CheckpointFolder(tmp_path)
    first = issue_checkpoint(house, house.chain(), folder)
    with pytest.raises(CheckpointKeptError):
        folder.add(replace(first, issuance=5))
    assert folder.get(1) == first
    assert folder.get(2) is None

    (tmp_path / "2.json").write_bytes(checkpoint_json(first))
    with pytest.raises(HouseWriteError, match="holds checkpoint 1"):
        folder.last()


def test_a_checkpoint_is_anchored_once(house):
    """The lane of the house's relayer counts them; an older one is not anchored after a newer one."""
    older = issue_for(house, lambda last: LogHead((last.size if last else 0) + 1, bytes([7] * 32)))
    newer = issue_for(house, lambda last: LogHead(last.size + 1, bytes([8] * 32)))
    contract = anchor_checkpoint(house, newer)
    call = house.dispatch.ledger.call
    lane = (house.identity.roles["relayer"], ledger_topic(house.identity.registry))
    _, size, count, _ = call("CheckpointAnchor", contract, "lane", lane)

    assert (size, count) == (newer.sequence, 2)
    assert is_anchored(house, newer.sequence)
    assert not is_anchored(house, newer.sequence + 1)
    assert anchor_checkpoint(house, newer) == anchor_checkpoint(house, older) == contract
    assert call("CheckpointAnchor", contract, "lane", lane)[2] == 2


def test_the_worker_signs_every_hour_with_the_points(house, tmp_path):
    """The head it signs has grown out of the one before; a log that was cut or rewritten is refused."""
    world = some_points(tmp_path / "points")
    folder = house.checkpoints
    now = folder.last().issued_at.timestamp() + 1
    chores = CheckpointChores(lambda: house, world.points, lambda: now)
    assert chores.issue() is None

    head = points_head(world.points)(None)
    world.points.fund(world.points.rules.campaigns[0], 5, "one-more")
    grown = points_head(world.points)(head)
    growth = world.points.growth(head.size, grown.size)
    assert is_consistent(head.size, head.root, grown.size, grown.root, growth.path)
    with pytest.raises(CheckpointRefusedError, match="cut"):
        points_head(world.points)(LogHead(grown.size + 1, bytes(32)))
    with pytest.raises(CheckpointRefusedError, match="does not begin"):
        points_head(world.points)(LogHead(1, bytes(32)))


def test_the_worker_anchors_one_in_a_day(house, tmp_path):
    """Nothing is due before the day is full; a house that is away is no bug of ours."""
    world = some_points(tmp_path / "points")

    def away():
        raise LedgerUnavailableError("the node is away")

    chores = CheckpointChores(lambda: house, world.points, lambda: 0.0)
    chores.anchor()
    assert house.checkpoints.last().sequence < ANCHOR_EVERY
    for work in (CheckpointChores(away, world.points).issue, CheckpointChores(away, world.points).anchor):
        with pytest.raises(HouseAwayError):
            work()


def test_the_command_line_signs_and_anchors(house, first, tmp_path, capsys):
    """What it prints is what strangers verify. It refuses to leave the points out once they were signed for."""
    kept = house.checkpoints.folder / "1.json"
    state = ("--state", str(tmp_path / "state"), "--trust", str(house.trust_file))

    assert first["checkpoint"] == json.loads(kept.read_bytes())
    assert is_anchored(house, 1)
    assert main(("checkpoint", "show", str(kept), *state)) == 0
    assert main(("checkpoint", "fetch", str(kept), *state)) == 0
    assert main(("checkpoint", "fetch", "other.example", *state)) == 2
    assert main(("checkpoint", "seen", *state)) == 0
    assert "number 1" in capsys.readouterr().out
    issue_for(house, lambda last: LogHead((last.size if last else 0) + 1, bytes(32)))
    assert main(("mint", "checkpoint", "--data", str(house.data_dir))) == 1
    assert "the site's worker" in capsys.readouterr().err
