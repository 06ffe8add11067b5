"""A house that came back from a backup signs no number twice: first it learns what was published last."""

from __future__ import annotations

import shutil
import threading
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from mint.checkpoint_folder import CheckpointFolder
from mint.checkpoint_return import NONE, take_back
from mint.checkpoints import CHECKPOINT_KEY, anchor_checkpoint, issue_for
from mint.errors import CheckpointRefusedError, LedgerUnavailableError
from tests.fakes.points import some_points
from tests.fakes.trust import signed
from tests.integration.mint_house import some_house
from verifier.checkpoints import LogHead, checkpoint_digest, checkpoint_json, checkpoint_request, signed_by
from verifier.cli.main import main
from web.checkpoints.issuing import CheckpointChores

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with some_house(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture
def lost(house, tmp_path):
    """Publish up to 4, and bring the house back from a backup that ends with 2; gives the mirror that has them all.

    `1.json` and so on, and a site's archive of the same.
    """
    folder, mirror = house.checkpoints.folder, tmp_path / "mirror"
    shutil.rmtree(folder, ignore_errors=True)
    house.memory.forget(house.identity.registry)
    for size in range(1, 5):
        issue_for(house, lambda last, size=size: LogHead(size, bytes([size] * 32)))
    shutil.copytree(folder, mirror)
    site = mirror / ".well-known" / "assay"
    (site / "checkpoints").mkdir(parents=True)
    for number in range(1, 5):
        shutil.copy(folder / f"{number}.json", site / "checkpoints" / str(number))
    shutil.copy(folder / "4.json", site / "checkpoint")
    for number in (3, 4):
        (folder / f"{number}.json").unlink()
    house.memory.forget(house.identity.registry)
    house.checkpoints.mark_restored()
    return mirror


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@contextmanager
def served(folder):
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def signed_anew(house, checkpoint, **changes):
    """Sign with the house's own key."""
    signer = house.dispatch.keys.signer(CHECKPOINT_KEY)
    changed = replace(checkpoint, **changes)
    return signed_by(changed, signer.address, signer.sign_hashed(checkpoint_request(changed)))


def test_nothing_is_signed_until_the_newest_is_known(house, lost, tmp_path, caplog):
    """Neither by hand nor by the worker, which says so once and goes on."""
    world = some_points(tmp_path / "points")
    chores = CheckpointChores(lambda: house, world.points, lambda: 2e9)
    with pytest.raises(CheckpointRefusedError, match="assay mint checkpoint --after"):
        issue_for(house, lambda last: LogHead(9, bytes(32)))

    assert [chores.issue(), chores.issue()] == [None, None]
    assert [record.message for record in caplog.records if "--after" in record.message] == [caplog.records[0].message]
    assert house.checkpoints.last().sequence == 2


@pytest.mark.parametrize("source", ["a file", "a site", "a mirror of files"])
def test_the_published_ones_come_back_and_the_house_signs_on(house, lost, source):
    """From a file with its neighbours, a site's archive, or files on any web server; as they were, byte for byte."""
    with served(lost) as url:
        place = {"a file": str(lost / "4.json"), "a site": url, "a mirror of files": f"{url}/4.json"}[source]
        assert main(("mint", "checkpoint", "--after", place, "--data", str(house.data_dir))) == 0
    following = issue_for(house, lambda last: LogHead(last.size + 1, bytes(32)))

    for number in (3, 4):
        name = f"{number}.json"
        assert (house.checkpoints.folder / name).read_bytes() == (lost / name).read_bytes()
    assert (following.sequence, following.previous) == (5, checkpoint_digest(house.checkpoints.get(4)))
    assert house.memory.load(house.identity.registry).checkpoint == following


def test_a_stranger_s_checkpoint_is_not_taken_back(house, lost):
    """Signed by another key, or following another one than those that are there."""
    three, four = (CheckpointFolder(lost).get(number) for number in (3, 4))
    cases = {
        "no checkpoint key": ("4.json", signed(four)),
        "is not the checkpoint that": ("4.json", signed_anew(house, four, previous=bytes([1] * 32))),
        "follows another": ("3.json", signed_anew(house, three, previous=bytes([1] * 32))),
    }
    for why, (name, content) in cases.items():
        (lost / name).write_bytes(checkpoint_json(content))
        with pytest.raises(CheckpointRefusedError, match=why):
            take_back(house, str(lost / name))

        assert house.checkpoints.restored
        assert house.checkpoints.last().sequence == 2


def test_a_chain_of_checkpoints_that_begins_elsewhere_is_not_taken_back(house, lost):
    """Its links hold one another, and none holds the last one that the house has."""
    three, four = (CheckpointFolder(lost).get(number) for number in (3, 4))
    other = signed_anew(house, three, previous=bytes([1] * 32))
    (lost / "3.json").write_bytes(checkpoint_json(other))
    following = signed_anew(house, four, previous=checkpoint_digest(other))
    (lost / "4.json").write_bytes(checkpoint_json(following))
    with pytest.raises(CheckpointRefusedError, match="does not follow"):
        take_back(house, str(lost / "4.json"))

    assert house.checkpoints.last().sequence == 2


def test_a_source_that_is_older_or_has_a_gap_frees_nothing(house, lost):
    """The house's own old site, asked by mistake, says nothing of what is newer."""
    with pytest.raises(CheckpointRefusedError, match="nothing newer than checkpoint 2"):
        take_back(house, str(lost / "2.json"))
    (lost / "3.json").unlink()
    with pytest.raises(LedgerUnavailableError, match="no such file"):
        take_back(house, str(lost / "4.json"))

    assert house.checkpoints.restored
    assert house.checkpoints.last().sequence == 2


def test_the_operator_may_say_that_none_is_newer(house, lost):
    """Once; where nothing was brought back there is nothing to say."""
    assert take_back(house, NONE) == ()
    assert not house.checkpoints.restored
    assert issue_for(house, lambda last: LogHead(8, bytes(32))).sequence == 3
    with pytest.raises(CheckpointRefusedError, match="no backup"):
        take_back(house, NONE)


def test_what_was_seen_or_anchored_is_not_said_away(house, lost):
    """The memory and the chain know of a newer one, whatever the operator believes. An anchor stays: the last test."""
    four = CheckpointFolder(lost).get(4)
    house.memory.adopt(house.identity.registry, four, (four.key,))
    with pytest.raises(CheckpointRefusedError, match="seen by this house"):
        take_back(house, NONE)
    house.memory.forget(house.identity.registry)
    anchor_checkpoint(house, four)
    with pytest.raises(CheckpointRefusedError, match="anchored on chain"):
        take_back(house, NONE)
    assert house.checkpoints.restored

    assert [one.sequence for one in take_back(house, str(lost / "4.json"))] == [3, 4]
