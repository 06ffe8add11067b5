"""`assay trust`: a federation is founded, signed by several people, followed, changed and left."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta

import pytest

from tests.fakes.trust import BEN, some_brand, some_checkpoint
from verifier.checkpoints import checkpoint_json
from verifier.cli.main import main
from verifier.cli.trust_choice import chosen_trust
from verifier.errors import TrustError
from verifier.trust import TrustRegistry, trust_json


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run a command in a folder of its own; gives exit code, what it printed and what it said."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASSAY_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("ASSAY_TRUST", raising=False)
    (tmp_path / "brand.json").write_text(trust_json(TrustRegistry((some_brand(),), ("http://127.0.0.1:1/",))), "utf-8")

    def run(*arguments):
        code = main(("trust", *arguments))
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def found(run):
    """Two keys here, one elsewhere; two must sign."""
    keys = ("--key", "keys/ana.key", "--key", "keys/cleo.key", "--root-key", BEN.address)
    return run("init", "federation", "--from", "brand.json", *keys)


def root_of(run, path):
    return json.loads(run("show", path, "--json")[1])["root"]


def test_a_federation_from_its_first_day_to_its_second_version(run, tmp_path):
    """Founded, followed, changed by an edited draft, signed in turn, updated, read by other commands."""
    assert found(run)[0] == 0
    assert stat.S_IMODE((tmp_path / "keys" / "ana.key").stat().st_mode) == 0o600
    assert "127.0.0.1" not in (tmp_path / "1.trust.json").read_text("utf-8")
    code, out, _ = run("show", "1.trust.json")
    assert (code, "signed by 2 of 3 keys" in out, "Not followed here yet" in out) == (0, True, True)

    code, _, err = run("update", "1.trust.json")
    assert code == 1
    assert root_of(run, "1.trust.json") in err
    assert run("update", "1.trust.json", "--pin", root_of(run, "1.trust.json"))[0] == 0

    draft = tmp_path / "trust.toml"
    draft.write_text(draft.read_text("utf-8").replace('["0952132"]', '["0952132", "0952133"]'), "utf-8")
    code, out, _ = run("next", "trust.toml", "--after", "1.trust.json")
    assert (code, "~ Maison: gtin_prefixes" in out, "signed by 0 of" in out) == (0, True, True)
    assert run("show", "2.trust.json")[0] == 1
    assert run("sign", "2.trust.json", "--key", "keys/ana.key")[0] == 0
    assert run("update", "2.trust.json")[0] == 1
    assert run("sign", "2.trust.json", "--key", "keys/cleo.key")[0] == 0

    code, out, _ = run("show", "2.trust.json")
    assert (code, "Beside version 1" in out) == (0, True)
    code, out, _ = run("update", "2.trust.json")
    assert (code, "Before it was version 1" in out) == (0, True)
    assert "Nothing new" in run("update")[1]
    assert run("update", "1.trust.json")[0] == 1


def test_nothing_is_written_over(run):
    """Neither a version, nor a draft, nor a key."""
    assert found(run)[0] == 0
    assert found(run)[0] == 2
    assert run("next", "trust.toml", "--after", "1.trust.json")[0] == 0
    code, _, err = run("next", "trust.toml", "--after", "1.trust.json")
    assert (code, "it was kept" in err) == (2, True)


def test_a_key_that_others_can_read_is_not_used(run, tmp_path):
    """It may have been copied."""
    found(run)
    key = tmp_path / "keys" / "ana.key"
    key.chmod(0o640)
    code, _, err = run("sign", "1.trust.json", "--key", str(key))

    assert (code, "set 600" in err) == (2, True)
    assert key.read_text("utf-8").strip() not in err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("show", "nowhere.json"), 3),
        (("update", "http://127.0.0.1:1/trust.json"), 3),
        (("update",), 2),
        (("show", "keys/ana.key"), 2),
        (("sign", "1.trust.json", "--key", "nowhere.key"), 2),
        (("init", "A name", "--from", "brand.json", "--key", "k", "-o", "elsewhere"), 2),
        (("init", "other", "--from", "brand.json", "-o", "elsewhere"), 2),
        (("init", "other", "--from", "brand.json", "--key", "k", "--threshold", "2", "-o", "elsewhere"), 2),
        (("init", "other", "--from", "brand.json", "--root-key", "0x12", "-o", "elsewhere"), 2),
        (("forget", "federation"), 1),
        (("show", "brand.json"), 0),
    ],
)
def test_exit_codes_tell_bad_input_from_what_is_away(run, arguments, code):
    """1 refused, 2 bad input, 3 not there now."""
    found(run)

    assert run(*arguments)[0] == code


def test_other_commands_read_what_is_followed(run, tmp_path, capsys):
    """No file named: the one federation that is followed."""
    found(run)
    run("update", "1.trust.json", "--pin", root_of(run, "1.trust.json"))
    for path in ("brand.json",):
        (tmp_path / path).unlink()

    assert main(("checkpoint", "seen")) == 0
    assert "Maison" in capsys.readouterr().out


def test_a_trust_file_that_merely_lies_here_never_outranks_what_is_followed(run, tmp_path):
    """Who unpacks a seller's folder, and verifies in it, must not end up with the seller's own trust file."""
    found(run)
    run("sign", "1.trust.json", "--key", "keys/cleo.key")
    assert run("update", "1.trust.json", "--pin", root_of(run, "1.trust.json"))[0] == 0
    (tmp_path / "brand.json").rename(tmp_path / "trust.json")
    with pytest.raises(TrustError, match="--trust FILE"):
        chosen_trust(None)

    assert chosen_trust(tmp_path / "trust.json").expires_at is None
    (tmp_path / "trust.json").unlink()
    assert chosen_trust(None).expires_at is not None


def test_a_trust_file_taken_by_its_place_is_named(run, tmp_path, monkeypatch, capsys):
    """Nothing is followed and none is named: what lies in this folder decides, so a person must see which it is."""
    path = (tmp_path / "brand.json").rename(tmp_path / "trust.json")
    assert main(("checkpoint", "seen", "--json")) == 0
    said = capsys.readouterr()
    assert f"assay: using trust file {path}\n" == said.err
    assert json.loads(said.out)[0]["brand"] == some_brand().name

    assert main(("checkpoint", "seen", "--trust", "trust.json")) == 0
    monkeypatch.setenv("ASSAY_TRUST", "trust.json")
    assert main(("checkpoint", "seen")) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("age", "said"), [(23, ""), (25, "issued 1 day ago"), (24 * 40 + 1, "issued 40 days ago")])
def test_an_old_checkpoint_is_fetched_with_its_age(run, tmp_path, capsys, age, said):
    """Whoever holds back the newest serves an older one, well signed."""
    issued_at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=age)
    (tmp_path / "checkpoint").write_bytes(checkpoint_json(some_checkpoint(1, 1_000, issued_at=issued_at)))

    assert main(("checkpoint", "fetch", "checkpoint", "--trust", "brand.json")) == 0
    err = capsys.readouterr().err
    assert said in err
    assert bool(said) == bool(err)
