"""What was seen of signed trust files is never forgotten, and never goes back."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes.trust import ANA, BEN, CLEO, DAN, NOW, published, some_brand, some_trust
from verifier.adapters.trust_store import TrustStore, open_trust, state_folder
from verifier.errors import TrustError, TrustRefusedError, TrustUnavailableError
from verifier.trust import TrustRegistry, trust_json
from verifier.trust_signed import root_fingerprint, signed_trust_json


@pytest.fixture
def store(tmp_path):
    """A store that follows version 1."""
    store = TrustStore(tmp_path / "state")
    store.follow(some_trust(), root_fingerprint(some_trust()), NOW)
    return store


def test_nothing_is_followed_unasked(tmp_path):
    """The first file comes in with a pin, and the refusal says which root it has."""
    store = TrustStore(tmp_path)
    source = published(tmp_path / "site", some_trust())

    with pytest.raises(TrustRefusedError, match=root_fingerprint(some_trust())):
        store.update(source, NOW)
    assert store.names() == ()


def test_a_pin_never_goes_back(store):
    """The same root pinned again is an update like any other."""
    pin = root_fingerprint(some_trust())
    store.follow(some_trust(3), pin, NOW)

    with pytest.raises(TrustRefusedError, match="rollback"):
        store.follow(some_trust(2), pin, NOW)


def test_newer_versions_are_taken(store, tmp_path):
    """At once, where the keys that are trusted have signed the newest; nothing between is read."""
    before, after = store.update(published(tmp_path / "site", some_trust(7)), NOW)

    assert (before.version, after.version) == (1, 7)
    assert store.load("federation") == some_trust(7)
    assert store.update(published(tmp_path / "site", some_trust(7)), NOW)[0].version == 7


def test_a_rotation_is_walked(store, tmp_path):
    """Nobody of the first root has signed version 4; each version between has handed over."""
    rotation = (
        some_trust(2, keys=(ANA, BEN, DAN), signed=(ANA, BEN)),
        some_trust(3, keys=(DAN, BEN), signed=(BEN, DAN)),
        some_trust(4, keys=(DAN,), threshold=1, signed=(BEN, DAN)),
        some_trust(5, keys=(DAN,), threshold=1, signed=(DAN,)),
    )
    assert store.update(published(tmp_path / "site", *rotation), NOW)[1].version == 5


def test_a_gap_in_a_rotation_is_refused(store, tmp_path):
    """What was walked until there is kept."""
    rotation = (
        some_trust(2, keys=(DAN, BEN), signed=(ANA, BEN, DAN)),
        some_trust(4, keys=(DAN, CLEO), signed=(DAN, CLEO)),
    )
    with pytest.raises(TrustUnavailableError, match=r"3\.trust\.json"):
        store.update(published(tmp_path / "site", *rotation), NOW)

    assert store.load("federation").version == 2


def test_a_version_under_another_number_is_refused(store, tmp_path):
    """A walk goes one version at a time."""
    source = published(tmp_path / "site", some_trust(9, keys=(DAN,), threshold=1, signed=(DAN,)))
    third = some_trust(3, keys=(DAN,), threshold=1, signed=(ANA, BEN, DAN))
    (tmp_path / "site" / "2.trust.json").write_text(json.dumps(signed_trust_json(third)), "utf-8")

    with pytest.raises(TrustError, match="is version 3, not 2"):
        store.update(source, NOW)


@pytest.mark.parametrize("number", [1, 2])
def test_a_forged_step_of_a_rotation_is_refused(store, tmp_path, number):
    """The first step, or the second: keys that nobody handed over to."""
    steps = [
        some_trust(2, keys=(BEN, DAN), signed=(ANA, BEN, DAN)),
        some_trust(3, keys=(CLEO,), threshold=1, signed=(CLEO,)),
    ]
    if number == 1:
        steps[0] = some_trust(2, keys=(BEN, DAN), signed=(BEN, DAN))

    with pytest.raises(TrustRefusedError, match="trusted so far"):
        store.update(published(tmp_path / "site", *steps), NOW)
    assert store.load("federation").version == number


def test_only_the_last_version_must_be_good_still(store, tmp_path):
    """Those between have expired in their time, as they should."""
    late, root = NOW + timedelta(days=100), (BEN, DAN)
    rotation = (
        some_trust(2, keys=root, signed=(ANA, BEN, DAN)),
        some_trust(3, keys=root, signed=root, issued_at=late, expires_at=late + timedelta(days=9)),
    )
    assert store.update(published(tmp_path / "site", *rotation), late)[1].version == 3

    source = published(tmp_path / "site", some_trust(4, keys=root, signed=root))
    with pytest.raises(TrustRefusedError, match="expired"):
        store.update(source, late)
    assert store.load("federation").version == 3


def test_a_damaged_memory_is_told(store):
    """It is not taken for no memory, and what stands in it is checked again."""
    path = store.path("federation")
    file = json.loads(path.read_text("utf-8"))
    file["signed"]["version"] = 2
    path.write_text(json.dumps(file), "utf-8")
    with pytest.raises(TrustRefusedError, match="are needed"):
        store.load("federation")

    path.write_text("{", "utf-8")
    with pytest.raises(TrustError, match="not JSON"):
        store.take(some_trust(2), NOW)


def test_what_another_process_took_meanwhile_is_looked_at_again(store, tmp_path, monkeypatch):
    """It rotated a stolen key out while we were reading what that key had signed."""
    source = published(tmp_path / "site", some_trust(3, signed=(ANA, BEN)))
    rotated, change = some_trust(2, keys=(CLEO, DAN), signed=(ANA, BEN, CLEO, DAN)), store._change

    def late(name, decide):
        TrustStore(tmp_path / "state").take(rotated, NOW + timedelta(minutes=2))
        return change(name, decide)

    monkeypatch.setattr(store, "_change", late)
    with pytest.raises(TrustRefusedError, match="trusted so far"):
        store.update(source, NOW)
    assert store.load("federation") == rotated


def test_what_is_forgotten_needs_a_pin_again(store, tmp_path):
    """Forgetting is a decision of a person."""
    assert store.forget("federation")
    assert not store.forget("federation")
    with pytest.raises(TrustRefusedError, match="--pin"):
        store.update(published(tmp_path / "site", some_trust(2)), NOW)


# ---- as commands and the site read it


def test_a_file_pinned_by_hand_is_read_as_ever(tmp_path):
    """No memory, no expiry."""
    path = tmp_path / "trust.json"
    path.write_text(trust_json(TrustRegistry((some_brand(),))), "utf-8")

    assert open_trust(path, tmp_path / "state") == TrustRegistry((some_brand(),))
    assert not (tmp_path / "state").exists()


def test_a_signed_file_is_read_through_the_memory(store, tmp_path):
    """The one that is followed, a newer one, and never an older one again."""
    state = tmp_path / "state"
    first, newer = (Path(published(tmp_path / f"site {n}", some_trust(n))) for n in (1, 2))

    assert open_trust(store.path("federation"), state, now=NOW) == some_trust().trust()
    assert open_trust(first, state, now=NOW) == some_trust().trust()
    assert open_trust(newer, state, now=NOW) == some_trust(2).trust()
    with pytest.raises(TrustRefusedError, match="rollback"):
        open_trust(first, state, now=NOW)


def test_an_unsigned_or_unknown_file_is_never_read(store, tmp_path):
    """Neither what is not signed yet, nor another federation's."""
    for file in (some_trust(2, signed=(ANA,)), some_trust(2, name="another")):
        with pytest.raises(TrustRefusedError):
            open_trust(Path(published(tmp_path / "site", file)), tmp_path / "state", now=NOW)


def test_an_expired_file_that_is_followed_is_given_out_as_such(store, tmp_path):
    """The verifier then says why it cannot answer; a new one that has expired is refused."""
    late = NOW + timedelta(days=365)
    assert open_trust(store.path("federation"), tmp_path / "state", now=late).expiry(late)

    with pytest.raises(TrustRefusedError, match="expired"):
        open_trust(Path(published(tmp_path / "site", some_trust(2))), tmp_path / "state", now=late)


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"ASSAY_STATE": "/s", "ASSAY_DATA": "/d"}, "/s"),
        ({"ASSAY_DATA": "/d", "XDG_STATE_HOME": "/x"}, "/d/state"),
        ({"XDG_STATE_HOME": "/x"}, "/x/assay"),
        ({"ASSAY_STATE": "off", "XDG_STATE_HOME": "/x"}, "/x/assay"),
    ],
)
def test_where_the_memory_lies(environ, folder):
    """One folder for all that is remembered."""
    assert str(state_folder(environ)) == folder
