"""A forged certificate or screenshot: a seller edits what a genuine bundle says, or makes a whole chain of his own.

The weaker rule is what a reader of a printed certificate can do: believe what stands on it, and that the file opens.
Ours believes the hash of a block that did not come with the file, and draws every check anew.
"""

from __future__ import annotations

import json

import pytest

from provenance_schemas.canonical import canonical_bytes
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.bundle_desk import BundleDesk, outcome
from tests.fakes.bundle_mutations import Draft
from tests.fakes.world import some_world
from verifier.bundle_archive import read_archive, write_archive
from verifier.bundle_form import open_bundle
from verifier.cli.main import main


def believes_the_print(data: bytes) -> bool:
    """The weaker rule: the file opens, and it says that all is well."""
    return json.loads(read_archive(data)["checks.json"])["level"] == "verified"


@pytest.fixture
def desk(tmp_path, capsys):
    return BundleDesk(some_world(), tmp_path, capsys)


def test_the_checks_of_a_stolen_piece_are_rewritten(tmp_path, capsys):
    """The seller writes "verified" over "rejected" and makes the archive right again."""
    world = some_world()
    world.registry.report(world.bag, EntryKind.REPORTED_STOLEN, 1)
    world.settle()
    desk = BundleDesk(world, tmp_path, capsys)
    genuine = desk.make(world.bag)
    members = read_archive(genuine)
    checks = json.loads(members["checks.json"])
    checks |= {"level": "verified", "answer": "verified"}
    checks["findings"]["status.clear"] = "passed"
    forged = write_archive(members | {"checks.json": canonical_bytes(checks)})
    assert believes_the_print(forged)

    code, verdict = desk.verify(forged)
    assert (code, verdict["level"]) == (3, "undetermined")
    assert desk.verify(genuine)[0] == 1


def test_a_step_is_rewritten_and_everything_hashed_again(desk):
    """The forger edits a service record and re-hashes all up to the header: only the block's own hash is left."""
    world = desk.world
    genuine = desk.make(world.bag)
    draft = Draft.of(genuine)
    index = next(i for i, (_, block) in enumerate(draft.blocks) if b'"kind":"serviced"' in block)
    draft.put_block(index, draft.blocks[index][1].replace(b"serviced.", b"restored."), "root")
    draft.heal("root")
    forged = draft.write()
    assert believes_the_print(forged)
    assert desk.verify(forged)[0] == 0, "under the forger's own hash everything holds together"

    code, verdict = desk.verify(forged, block=open_bundle(genuine).block.hash)
    assert (code, verdict["level"]) == (3, "undetermined")
    assert {finding["outcome"] for finding in verdict["findings"]} == {"unknown"}


def test_an_invented_chain_is_worth_nothing_without_a_root(desk, capsys):
    """A perfect world of the forger's own, under the brand's own contract and code: nobody else names its block."""
    data = desk.make(desk.world.bag)
    (desk.folder / "given.assay.zip").write_bytes(data)
    assert believes_the_print(data)
    genuine_code, _ = desk.verify(data)

    alone = main(["verify", "--bundle", str(desk.folder / "given.assay.zip"), "--json"])
    verdict = json.loads(capsys.readouterr().out)
    assert (genuine_code, alone) == (0, 3)
    assert outcome(verdict, "chain.final") == "unknown"


def test_the_bundle_of_another_piece_is_no_proof_of_this_one(desk):
    """A genuine bundle beside a copied bag: the label in the hand does not open its commitment."""
    world = desk.world
    other, _ = world.register(901, 2)
    world.settle()
    data = desk.make(world.bag)
    opening = {
        "type": "assay/opening-1",
        "gtin": world.label(other).split("/")[4],
        "serial": world.serials[other.token_id],
        "token": str(world.bag),
    }
    (desk.folder / "opening.json").write_text(json.dumps(opening))
    assert desk.verify(data)[0] == 0, "the bundle itself is genuine"

    code, verdict = desk.verify(data, "--opening", str(desk.folder / "opening.json"))
    assert (code, verdict["answer"]) == (1, "not_genuine")
    assert outcome(verdict, "item.committed") == "failed"


def test_a_renamed_bundle_is_refused(desk):
    """The same file with the token of the seller's own piece in place of the bag's."""
    data = desk.make(desk.world.bag)
    members = read_archive(data)
    renamed = members["bundle.json"].replace(str(desk.world.bag).encode(), str(desk.world.scarf).encode())
    forged = write_archive(members | {"bundle.json": renamed})
    assert believes_the_print(forged)

    assert desk.verify(forged)[0] == 3
