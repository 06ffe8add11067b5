"""A stolen contract was taken out of the trust file. Somebody serves the version before, in which it still stands.

The weaker rule checks the signatures: they are genuine, as they were when it was published. Ours remembers the highest
version it has seen, and a federation's name; what is older comes back on no way: update, file, pin.
"""

from __future__ import annotations

import pytest

from tests.fakes.trust import ANA, BEN, CLEO, DAN, NOW, published, some_brand, some_trust
from verifier.adapters.trust_store import TrustStore
from verifier.cli.main import main
from verifier.trust import TrustRegistry
from verifier.trust_signed import check_threshold, check_time, root_fingerprint

STOLEN = some_brand(name="Stolen", hosts=("id.stolen.example",))
BEFORE = some_trust(4, entries=TrustRegistry((STOLEN,)))
AFTER = some_trust(5)


@pytest.fixture
def state(tmp_path, monkeypatch):
    """A verifier that has seen version 5."""
    monkeypatch.setenv("ASSAY_STATE", str(tmp_path / "state"))
    TrustStore(tmp_path / "state").follow(AFTER, root_fingerprint(AFTER), NOW)
    return tmp_path


@pytest.mark.parametrize("way", ["update", "pin", "trust"])
def test_what_was_withdrawn_comes_back_on_no_way(state, capsys, way):
    """As the server's newest version, as a first pin, as the file a command is to use."""
    source = published(state / "mirror", BEFORE)
    check_threshold(BEFORE, AFTER.root)
    check_time(BEFORE, NOW)

    options = {
        "update": ("trust", "update", source),
        "pin": ("trust", "update", source, "--pin", root_fingerprint(BEFORE)),
        "trust": ("verify", "https://id.stolen.example/01/09521321000018/21/X", "--trust", source),
    }[way]
    assert main(options) in (1, 2)
    assert "rollback" in capsys.readouterr().err
    assert TrustStore(state / "state").load("federation") == AFTER


def test_a_rotated_root_stays_rotated(state, capsys):
    """Keys that have handed over sign a version with a higher number: they are nobody's keys now."""
    handed_over = some_trust(6, keys=(CLEO, DAN), signed=(ANA, BEN, CLEO, DAN))
    assert main(("trust", "update", published(state / "site", handed_over))) == 0
    late = some_trust(9, entries=TrustRegistry((STOLEN,)))
    check_threshold(late, AFTER.root)

    published(state / "site", late)
    assert main(("trust", "update", published(state / "mirror", late))) in (1, 3)
    assert TrustStore(state / "state").load("federation") == handed_over
    capsys.readouterr()
