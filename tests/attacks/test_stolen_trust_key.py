"""One root key of the trust file is stolen. Its thief adds a brand of his own, or makes himself the only root.

The weaker rule accepts a file that any key of the root has signed. Ours counts distinct keys of the root before and of
the root after, up to the threshold of each; and what one key signs twice, or under another's name, counts once.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes.trust import ANA, BEN, CLEO, DAN, NOW, published, some_brand, some_trust
from verifier.adapters.trust_store import TrustStore
from verifier.cli.main import main
from verifier.trust import TrustRegistry
from verifier.trust_signed import root_fingerprint, signers, trust_request, with_signature

THIEF = DAN
LOOT = TrustRegistry((some_brand(), some_brand(name="Thief", hosts=("id.thief.example",))))


def signed_by_anybody(file, root) -> bool:
    """The weaker rule."""
    return bool(signers(file) & set(root.keys))


def twice():
    file = some_trust(2, entries=LOOT, signed=(ANA,))
    (one,) = file.signatures
    return replace(file, signatures=(one, (BEN.address, one[1]), one))


FORGED = {
    "a brand added": some_trust(2, entries=LOOT, signed=(ANA,)),
    "signed twice, and in another's name": twice(),
    "with a stranger's key beside": some_trust(2, entries=LOOT, signed=(ANA, THIEF)),
    "a root of his own": some_trust(2, keys=(THIEF, ANA), entries=LOOT, signed=(ANA, THIEF)),
    "a lower threshold": some_trust(2, threshold=1, entries=LOOT, signed=(ANA,)),
    "signatures of another version": replace(
        some_trust(2, entries=LOOT, signed=(ANA,)), signatures=some_trust(1, signed=(BEN, CLEO)).signatures
    ),
}


@pytest.mark.parametrize("name", FORGED)
def test_one_stolen_key_changes_nothing(name, tmp_path, monkeypatch, capsys):
    """Each of these has a genuine signature of a genuine key, or looks like it."""
    monkeypatch.setenv("ASSAY_STATE", str(tmp_path / "state"))
    store = TrustStore(tmp_path / "state")
    first = some_trust()
    store.follow(first, root_fingerprint(first), NOW)
    forged = FORGED[name]
    if name == "signatures of another version":
        forged = with_signature(forged, ANA.address, ANA.sign(trust_request(forged)))
    assert signed_by_anybody(forged, first.root)

    assert main(("trust", "update", published(tmp_path / "mirror", forged))) == 1
    assert "are needed" in capsys.readouterr().err
    assert store.load("federation") == first


def test_the_others_rotate_the_stolen_key_away(tmp_path, monkeypatch, capsys):
    """Two honest people are enough to change the root; from then on the thief's signature is a stranger's."""
    monkeypatch.setenv("ASSAY_STATE", str(tmp_path / "state"))
    store, first = TrustStore(tmp_path / "state"), some_trust(keys=(ANA, BEN, THIEF))
    store.follow(first, root_fingerprint(first), NOW)
    rotated = some_trust(2, keys=(ANA, BEN, CLEO), signed=(ANA, BEN))
    assert main(("trust", "update", published(tmp_path / "site", rotated))) == 0

    again = some_trust(3, keys=(ANA, BEN, CLEO), entries=LOOT, signed=(THIEF, CLEO))
    assert main(("trust", "update", published(tmp_path / "mirror", again))) == 1
    assert store.load("federation") == rotated
    capsys.readouterr()
