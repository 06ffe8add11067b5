"""A bundle of the same contract address on another chain, where the forger is everybody.

The weaker rule looks at contract and token alone. Ours holds the chain's number against the trust file and against what
every registration folded, so that a twin on a test network is another brand's, or nobody's.
"""

from __future__ import annotations

import json
from dataclasses import replace

from provenance_schemas.canonical import canonical_bytes
from provenance_schemas.ids import ItemId
from tests.fakes.bundle_desk import BundleDesk, outcome
from tests.fakes.world import some_world
from verifier.bundle_archive import read_archive, write_archive
from verifier.bundle_form import open_bundle
from verifier.trust import TrustRegistry


def same_contract_and_token(data: bytes, item: ItemId) -> bool:
    """The weaker rule."""
    named = open_bundle(data).item
    return (named.contract, named.token_id) == (item.contract, item.token_id)


def on_chain(data: bytes, chain_id: int) -> bytes:
    """Say of a bundle that it is of another chain."""
    members = read_archive(data)
    item = ItemId.parse(json.loads(members["bundle.json"])["item"])
    trust = json.loads(members["trust.json"])
    trust["registry"]["chain_id"] = chain_id
    named = {"type": "assay/bundle-1", "item": str(ItemId(chain_id, item.contract, item.token_id))}
    return write_archive(members | {"bundle.json": canonical_bytes(named), "trust.json": canonical_bytes(trust)})


def test_a_bundle_moved_to_another_chain_is_refused(tmp_path, capsys):
    """Each registration folded its own chain's number: under another the history does not replay."""
    desk = BundleDesk(some_world(), tmp_path, capsys)
    genuine = desk.make(desk.world.bag)
    moved = on_chain(genuine, 1)
    assert same_contract_and_token(moved, desk.world.bag)

    code, verdict = desk.verify(moved, block=open_bundle(genuine).block.hash)
    assert code == 3
    assert outcome(verdict, "issuer.trusted") == "unknown"


def test_a_twin_contract_on_another_chain_is_not_the_brands(tmp_path, capsys):
    """A genuine bundle of a chain that the trust file does not name, under a block that the victim was told of."""
    desk = BundleDesk(some_world(), tmp_path, capsys)
    twin = desk.make(desk.world.bag)
    brand = desk.world.brand
    desk.world.trust = TrustRegistry((replace(brand, registry=replace(brand.registry, chain_id=1)),))
    assert same_contract_and_token(twin, desk.world.bag)

    code, verdict = desk.verify(twin)
    assert (code, verdict["level"]) == (3, "undetermined")
    assert outcome(verdict, "issuer.trusted") == "unknown"
