"""Somebody keeps a verifier from seeing the next version of the trust file, in which a stolen contract is gone.

The weaker rule takes a genuine file for ever: no newer one is known. Ours ends with the file: from its expiry on there
is neither a yes nor a no, and the words say what to do. It never turns into a no: that would be the freezer's choice.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes.trust import NOW, published, some_trust
from tests.fakes.world import some_world
from verifier.adapters.trust_store import TrustStore, open_trust
from verifier.cli.main import main
from verifier.policies import CLI, POLICIES
from verifier.service import Verifier
from verifier.trust import TrustRegistry
from verifier.trust_signed import check_next, check_threshold, root_fingerprint
from verifier.verdict import Code, Level


@pytest.fixture
def world():
    return some_world()


def frozen(world, folder, *, age):
    """Follow a version that is `age` old when the label is scanned; gives what a verifier then trusts."""
    issued_at = (world.now - age).replace(microsecond=0)
    file = some_trust(
        1,
        entries=TrustRegistry((world.brand,)),
        issued_at=issued_at,
        expires_at=issued_at + timedelta(days=30),
    )
    store = TrustStore(folder)
    store.follow(file, root_fingerprint(file), issued_at)
    check_threshold(file, file.root)  # the weaker rule: it is genuine, and nothing newer is known
    check_next(file, file)
    return Verifier(
        open_trust(store.path(file.name), folder, now=world.now), lambda _: world.access(), now=lambda: world.now
    )


@pytest.mark.parametrize(
    ("age", "answers"), [(timedelta(days=29), True), (timedelta(days=30), False), (timedelta(days=900), False)]
)
def test_a_frozen_file_answers_until_it_expires(world, tmp_path, age, answers):
    """That is how long a freeze can last."""
    verifier = frozen(world, tmp_path, age=age)
    assert (verifier.verify_label(world.bag_label, CLI).verdict.level is Level.VERIFIED) is answers


def test_an_expired_file_rejects_nothing(world, tmp_path):
    """Genuine, foreign and invented labels, and tokens, under every policy."""
    verifier = frozen(world, tmp_path, age=timedelta(days=31))
    for policy in POLICIES.values():
        for label in (world.bag_label, world.bag_label.replace("MAISON", "MAIS0N")):
            assert verifier.verify_label(label, policy).verdict.level is Level.UNDETERMINED
        verdict = verifier.verify_item(world.bag, policy).verdict
        assert verdict.level is Level.UNDETERMINED
    reason = next(
        f.reason for f in verifier.verify_label(world.bag_label, CLI).verdict.findings if f.code is Code.ISSUER_TRUSTED
    )
    assert "expired" in reason
    assert "assay trust update" in reason


def test_the_same_expired_file_served_again_brings_nothing(tmp_path, capsys, monkeypatch):
    """An update says that there is nothing new; it lengthens no life. A file with a later end is no longer signed."""
    monkeypatch.setenv("ASSAY_STATE", str(tmp_path))
    old = NOW - timedelta(days=200)
    file = some_trust(1, issued_at=old, expires_at=old + timedelta(days=30))
    TrustStore(tmp_path).follow(file, root_fingerprint(file), old)
    assert main(("trust", "show", published(tmp_path / "site", file))) == 1
    assert "expired" in capsys.readouterr().out

    longer = replace(file, version=2, expires_at=NOW + timedelta(days=200))
    assert main(("trust", "update", published(tmp_path / "site", longer))) == 1
    assert TrustStore(tmp_path).load("federation") == file
    capsys.readouterr()
