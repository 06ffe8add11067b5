"""`assay bundle make|show` and `assay verify --bundle`, over a node and a gateway on loopback."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from dataclasses import replace

import pytest

from provenance_schemas.ids import BlockRef
from tests.fakes.pictures import qr_picture
from tests.fakes.rpc_node import world_over_rpc
from tests.fakes.trust import CHECKPOINT_KEY, some_checkpoint
from tests.fakes.world import some_serial, some_world
from verifier.bundle_form import open_bundle
from verifier.checkpoints import checkpoint_json
from verifier.cli.main import main
from verifier.trust import TrustRegistry, trust_json
from web.demo.frauds import gateway, serving


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A world behind a node and a gateway, its trust file, and a bundle with its opening made by the command."""
    folder = tmp_path_factory.mktemp("bundles")
    world = some_world()
    with world_over_rpc(world) as (node, _), serving(gateway(world.store)) as url:
        (folder / "trust.json").write_text(trust_json(world.trust))
        where = ["--node", node.url, "--gateway", url, "--trust", str(folder / "trust.json")]
        bundle, opening = folder / "bag.assay.zip", folder / "opening.json"
        made = main(["bundle", "make", world.bag_label, "-o", str(bundle), "--opening", str(opening), *where])
        assert made == 0
        yield folder, world, node, where


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    """No trust file, node or memory of this machine's takes part."""
    for name in ("ASSAY_TRUST", "ASSAY_NODE", "ASSAY_QUORUM", "ASSAY_DATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)


def block_of(folder):
    return "0x" + open_bundle((folder / "bag.assay.zip").read_bytes()).block.hash.hex()


def verify(folder, *options, trust=True):
    given = ["--trust", str(folder / "trust.json")] if trust else []
    return main(["verify", "--bundle", str(folder / "bag.assay.zip"), *given, *map(str, options)])


def test_a_bundle_is_verified_by_the_hash_that_the_user_names(place, capsys):
    """The words say as of which block, how old that is, and who named its hash."""
    folder, world, *_ = place

    assert verify(folder, "--block", block_of(folder)) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"VERIFIED  {world.bag}\nas of block ")
    assert "days ago; its hash was named by you" in out
    assert "a theft for example, is not in a bundle" in out


def test_a_bundle_is_verified_by_the_block_that_nodes_name(place, capsys):
    folder, _, node, _ = place

    assert verify(folder, "--node", node.url) == 0
    assert "named by the node" in capsys.readouterr().out


def test_without_a_root_or_a_trust_file_there_is_no_answer(place, capsys):
    """Exit code 3 both times, and what to bring."""
    folder, world, *_ = place

    assert verify(folder) == 3
    assert "name it with --block, --checkpoint, or --node and --quorum" in capsys.readouterr().out
    assert verify(folder, "--block", block_of(folder), trust=False) == 3
    said = capsys.readouterr()
    assert world.bag.contract in said.out
    assert "no trust file" in said.err


def test_a_node_that_is_away_or_names_another_block_is_no_root(place, capsys):
    folder, _, node, _ = place

    assert verify(folder, "--node", "http://127.0.0.1:9") == 3
    assert "no answer" in capsys.readouterr().out
    assert verify(folder, "--block", "0x" + "11" * 32) == 3
    node.behind = 5
    try:
        assert verify(folder, "--node", node.url) == 3
    finally:
        node.behind = 0
    assert "is not final yet, the nodes say" in capsys.readouterr().out


def test_the_opening_is_private_and_judged(place, capsys):
    """Only its owner can read the file; another serial is no genuine label."""
    folder, world, *_ = place
    opening = folder / "opening.json"
    assert stat.S_IMODE(opening.stat().st_mode) == 0o600
    assert verify(folder, "--block", block_of(folder), "--opening", opening) == 0
    assert "item.committed" in capsys.readouterr().out
    value = json.loads(opening.read_text())
    wrong = folder / "wrong.json"
    wrong.write_text(json.dumps(value | {"serial": some_serial("invented")}))

    assert verify(folder, "--block", block_of(folder), "--opening", wrong) == 1
    wrong.write_text(json.dumps(value | {"token": str(world.scarf)}))
    assert verify(folder, "--block", block_of(folder), "--opening", wrong) == 2
    wrong.write_text(json.dumps(value | {"serial": value["serial"][:-1] + "*"}))
    assert verify(folder, "--block", block_of(folder), "--opening", wrong) == 2
    assert value["serial"][:-1] not in capsys.readouterr().err


def test_a_damaged_bundle_is_refused_and_nothing_is_said_of_the_item(place, capsys):
    folder, *_ = place
    data = (folder / "bag.assay.zip").read_bytes()
    damaged = folder / "damaged.assay.zip"
    damaged.write_bytes(data[:5000] + b"?" + data[5001:])
    options = ["--trust", str(folder / "trust.json"), "--block", block_of(folder)]

    assert main(["verify", "--bundle", str(damaged), *options]) == 3
    said = capsys.readouterr().out
    assert "the bundle is refused" in said
    assert "name it with --block" not in said
    assert main(["bundle", "show", str(damaged)]) == 1
    assert main(["verify", "--bundle", str(damaged), "--json", *options]) == 3
    assert json.loads(capsys.readouterr().out)["level"] == "undetermined"


def test_a_bundle_can_be_looked_into(place, capsys):
    folder, world, *_ = place

    assert main(["bundle", "show", str(folder / "bag.assay.zip"), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["item"], shown["level"], shown["block_hash"]) == (str(world.bag), "verified", block_of(folder))


def test_making_refuses_to_write_over_files_and_what_it_cannot_verify(place, capsys):
    """An old bundle is not lost by accident; a label that opens nothing, and an unknown piece, get no bundle."""
    folder, world, _, where = place
    target = ["-o", str(folder / "bag.assay.zip")]
    assert main(["bundle", "make", str(world.bag), *target, *where]) == 2
    assert main(["bundle", "make", str(world.bag), *target, "--force", *where]) == 0
    fresh = ["-o", str(folder / "none.assay.zip")]

    assert main(["bundle", "make", world.label_of(some_serial("invented")), *fresh, *where]) in (1, 3)
    assert main(["bundle", "make", str(world.bag.batch.item(77)), *fresh, *where]) == 1
    assert main(["bundle", "make", str(world.bag), "--opening", "x.json", *fresh, *where]) == 2
    away = [*where[:1], "http://127.0.0.1:9", *where[2:]]
    assert main(["bundle", "make", str(world.bag), *fresh, *away]) == 3
    assert not (folder / "none.assay.zip").exists()
    assert "cannot be made now" in capsys.readouterr().err


def test_a_bundle_is_made_from_a_picture_of_the_label(place, capsys):
    """As `assay verify` takes one; a file that shows no label is a usage error, not a verdict about a code."""
    folder, world, _, where = place
    picture, target = folder / "label.png", ["-o", str(folder / "picture.assay.zip")]
    qr_picture(world.bag_label).save(picture)

    assert main(["bundle", "make", str(folder / "nothing.png"), *target, *where]) == 2
    assert "neither a label nor a picture" in capsys.readouterr().err
    assert main(["bundle", "make", str(picture), *target, *where]) == 0


def test_a_certificate_is_told_apart_from_a_bundle(place, capsys):
    """The evidence is inside it: its reader is told where, and gets no verdict."""
    folder, *_ = place
    certificate = folder / "certificate.pdf"
    certificate.write_bytes(b"%PDF-1.7 ...")

    assert main(["verify", "--bundle", str(certificate), "--trust", str(folder / "trust.json")]) == 2
    assert "save the bundle attached to it" in capsys.readouterr().err


@pytest.mark.process
def test_a_reader_who_leaves_early_gets_no_rejection(place):
    """Exit code 141, as a shell says it: 1 would mean that the piece is rejected."""
    folder, *_ = place
    command = [sys.executable, "-m", "verifier.cli.main", "bundle", "show", str(folder / "bag.assay.zip")]
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(command, stdout=write, stderr=subprocess.DEVNULL, check=False)
    finally:
        os.close(write)

    assert done.returncode == 141


def test_options_that_do_not_go_together_are_usage_errors(place, capsys):
    folder, world, node, _ = place
    block = block_of(folder)

    assert main(["verify"]) == 2
    assert main(["verify", world.bag_label, "--bundle", str(folder / "bag.assay.zip")]) == 2
    assert main(["verify", world.bag_label, "--block", block]) == 2
    assert verify(folder, "--block", block, "--node", node.url) == 2
    assert main(["verify", "--bundle", str(folder / "nothing.zip"), "--trust", str(folder / "trust.json")]) == 2
    with pytest.raises(SystemExit):
        verify(folder, "--block", "0x12")
    capsys.readouterr()


def checkpoint_file(folder, world, block, name="checkpoint.json"):
    """Write a checkpoint of the world's registry at a block, and a trust file that names its key."""
    registry = world.brand.registry
    checkpoint = some_checkpoint(block=block, chain_id=registry.chain_id, contract=registry.contract)
    (folder / name).write_bytes(checkpoint_json(checkpoint))
    brand = replace(world.brand, checkpoint_keys=(CHECKPOINT_KEY.address,))
    (folder / "keys.json").write_text(trust_json(TrustRegistry((brand,))))
    return folder / name


def test_a_bundle_is_verified_by_a_signed_checkpoint_of_its_block(place, capsys):
    """The signature is the maker's, by a key of the user's own trust file; nobody is asked."""
    folder, world, *_ = place
    bundle = open_bundle((folder / "bag.assay.zip").read_bytes())
    signed = checkpoint_file(folder, world, bundle.block)
    command = ["verify", "--bundle", str(folder / "bag.assay.zip"), "--checkpoint"]

    assert main([*command, str(signed), "--trust", str(folder / "keys.json")]) == 0
    assert "named by checkpoint 1 of" in capsys.readouterr().out
    assert main([*command, str(signed), "--trust", str(folder / "trust.json")]) == 3, "the key is not in this file"
    other = replace(bundle.block, number=bundle.block.number - 1)
    later = checkpoint_file(folder, world, other, "other.json")
    assert main([*command, str(later), "--trust", str(folder / "keys.json")]) == 3
    assert "ask the maker for the checkpoint of that block" in capsys.readouterr().out


def test_a_bundle_is_made_at_a_checkpoints_block(place, capsys):
    """So that the checkpoint is its root: at the final block it would have none yet."""
    folder, world, node, where = place
    block = BlockRef(node.tip - 3, node.block_hash(node.tip - 3), world.registry.blocks[node.tip - 3].mined_at)
    signed = checkpoint_file(folder, world, block)
    options = [*where[:-1], str(folder / "keys.json"), "--checkpoint", str(signed)]
    made = folder / "signed.assay.zip"

    assert main(["bundle", "make", str(world.bag), "-o", str(made), *options]) == 0
    assert open_bundle(made.read_bytes()).block.number == node.tip - 3
    capsys.readouterr()
