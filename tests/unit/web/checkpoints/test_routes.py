"""`/.well-known/assay/...`: what was signed, as it was signed, for anybody."""

from __future__ import annotations

import hashlib

import pytest

from loyalty.merkle import is_consistent
from mint.checkpoint_folder import CheckpointFolder
from tests.fakes.site import some_site
from tests.fakes.trust import after, some_checkpoint
from verifier.checkpoints import checkpoint_json, parse_checkpoint
from web.doctor.house_checks import look_at_checkpoints
from web.doctor.lines import Weight

NEWEST = "/.well-known/assay/checkpoint"


@pytest.fixture(scope="module")
def site():
    return some_site()


@pytest.fixture
def get(site, tmp_path):
    """Ask a site whose house has signed twice."""
    folder = CheckpointFolder(tmp_path / "checkpoints")
    first = some_checkpoint()
    for checkpoint in (first, after(first, 1_300)):
        folder.add(checkpoint)
    client = site.app(data=tmp_path).test_client()
    return lambda path: client.get(path, headers={"Host": site.host})


def test_the_newest_checkpoint_is_published(get, tmp_path):
    """Byte for byte as it is kept; any page may fetch it, and it is not kept for long."""
    answer = get(NEWEST)

    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert answer.data == (tmp_path / "checkpoints" / "2.json").read_bytes()
    assert parse_checkpoint(answer.data).sequence == 2
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_every_checkpoint_is_published_for_ever(get):
    """A number has one content; what was never signed is not there."""
    answer = get("/.well-known/assay/checkpoints/1")

    assert answer.data == checkpoint_json(some_checkpoint())
    assert "immutable" in answer.headers["Cache-Control"]
    for path in ("3", "0", "-1", "01x", "9" * 20, "..%2f1"):
        assert get(f"/.well-known/assay/checkpoints/{path}").status_code == 404


def test_a_damaged_file_is_not_published(get, tmp_path):
    """It is unavailable, which is no contradiction."""
    (tmp_path / "checkpoints" / "2.json").write_bytes(b"{}")

    assert get(NEWEST).status_code == 503
    assert get("/.well-known/assay/checkpoints/1").status_code == 200


def test_a_site_from_a_backup_does_not_say_what_is_newest(get, tmp_path):
    """A newer one may be published: the older one would be a rollback. Each by its number is what it was."""
    folder = CheckpointFolder(tmp_path / "checkpoints")
    folder.mark_restored()
    assert get(NEWEST).status_code == 503
    assert get("/.well-known/assay/checkpoints/2").status_code == 200

    folder.unmark()
    assert get(NEWEST).status_code == 200


def test_the_doctor_says_that_nothing_is_signed_after_restoring(tmp_path):
    """Until somebody says what was published last."""
    (before,) = look_at_checkpoints(tmp_path)
    CheckpointFolder(tmp_path / "checkpoints").mark_restored()
    (after_restoring,) = look_at_checkpoints(tmp_path)

    assert (before.weight, after_restoring.weight) == (Weight.OK, Weight.WARN)
    assert "assay mint checkpoint --after" in after_restoring.do


def test_a_site_without_a_house_publishes_nothing(site):
    """It verifies, and signs for nothing."""
    client = site.app().test_client()
    for path in (NEWEST, "/.well-known/assay/checkpoints/1"):
        assert client.get(path, headers={"Host": site.host}).status_code == 404


def test_the_log_of_points_is_proved_to_have_grown(get, site):
    """From one signed head to another; anybody can check it, and it names nobody."""
    points = site.points
    size = points.head().size
    growth = points.growth(1, size)
    answer = get(f"/.well-known/assay/points/consistency?from=1&to={size}").get_json()

    assert (answer["from"], answer["to"]) == (1, size)
    path = tuple(bytes.fromhex(one[2:]) for one in answer["path"])
    assert is_consistent(1, growth.first.root, size, growth.second.root, path)
    assert not is_consistent(1, hashlib.sha256(b"").digest(), size, growth.second.root, path)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("from=1", 400),
        ("from=-1&to=1", 400),
        ("from=a&to=1", 400),
        ("from=٣&to=4", 400),
        (f"from=1&to={'9' * 16}", 400),
        ("from=2&to=1", 404),
        ("from=1&to=999999", 404),
        ("from=0&to=0", 200),
    ],
)
def test_sizes_that_cannot_be_are_refused(get, query, status):
    """Bad input, or a size that the log has not reached."""
    assert get(f"/.well-known/assay/points/consistency?{query}").status_code == status
