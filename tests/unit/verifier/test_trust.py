"""The trust file: written and read back, and every fault names its field."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime

import pytest

from tests.fakes.registry import some_address
from tests.fakes.world import World
from verifier.errors import TrustError
from verifier.trust import TRUST_TYPE, Place, TrustRegistry, load_trust, parse_trust, trust_json

BRAND = World().brand


def some_file():
    trust = TrustRegistry((BRAND,), ("http://127.0.0.1:8545",), ("https://gateway.example/",))
    return json.loads(trust_json(trust))


def edited(path, value):
    """Set the value at a JSON Pointer; `...` takes it out."""
    file = some_file()
    *parents, last = [int(name) if name.isdigit() else name for name in path.split("/")[1:]]
    at = file
    for name in parents:
        at = at[name]
    if value is ...:
        del at[last]
    elif isinstance(at, list) and last == len(at):
        at.append(value)
    else:
        at[last] = value
    return json.dumps(file)


def test_what_is_written_is_read_back():
    trust = TrustRegistry((BRAND,), ("http://127.0.0.1:8545",), ("https://gateway.example/",))
    assert parse_trust(trust_json(trust)) == trust


def test_nodes_and_gateways_may_be_left_out():
    file = some_file()
    del file["nodes"], file["gateways"]
    assert parse_trust(json.dumps(file)) == TrustRegistry((BRAND,))


REGISTRY = "/brands/0/registry"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/nodes", "http://127.0.0.1:8545"),
        ("/nodes", {}),
        ("/nodes", 5),
        ("/nodes", None),
        ("/nodes/0", "ftp://node.example"),
        ("/nodes/0", ""),
        ("/nodes/0", "http://a b"),
        ("/gateways/0", 5),
        ("/gateways/0", "file:///etc/passwd"),
        ("/brands", ...),
        ("/brands", []),
        ("/brands", {}),
        ("/brands/0", []),
        ("/brands/0/name", ...),
        ("/brands/0/name", ""),
        ("/brands/0/name", 5),
        ("/brands/0/hosts", ...),
        ("/brands/0/hosts", []),
        ("/brands/0/hosts", "id.maison.example"),
        ("/brands/0/hosts/0", "ID.MAISON.EXAMPLE"),
        ("/brands/0/hosts/0", "https://id.maison.example"),
        ("/brands/0/hosts/0", "id.maison.example/"),
        ("/brands/0/hosts/0", "a" * 300),
        ("/brands/0/gtin_prefixes", []),
        ("/brands/0/gtin_prefixes/0", "095"),
        ("/brands/0/gtin_prefixes/0", 9521321),
        ("/brands/0/gtin_prefixes/0", "٠٩٥٢"),
        (REGISTRY, ...),
        (REGISTRY, "0x00"),
        (f"{REGISTRY}/chain_id", ...),
        (f"{REGISTRY}/chain_id", 0),
        (f"{REGISTRY}/chain_id", True),
        (f"{REGISTRY}/chain_id", 1.5),
        (f"{REGISTRY}/contract", "0x5FbDB2315678afecb367f032d93F642f64180aA3"),
        (f"{REGISTRY}/contract", "0x00"),
        (f"{REGISTRY}/contract", None),
        (f"{REGISTRY}/code_hash", "0x" + "0" * 63),
        (f"{REGISTRY}/code_hash", "0x" + "A" * 64),
        (f"{REGISTRY}/deployed_block", -1),
        (f"{REGISTRY}/deployed_block_hash", ...),
        (f"{REGISTRY}/fresh_max_s", 0),
        (f"{REGISTRY}/fresh_max_s", "120"),
        (f"{REGISTRY}/colour", "red"),
        ("/brands/0/colour", "red"),
        ("/colour", "red"),
    ],
)
def test_a_fault_names_its_file_and_field(path, value):
    """A file that is not understood whole is not used in part."""
    with pytest.raises(TrustError) as refusal:
        parse_trust(edited(path, value), source="house.json")

    assert str(refusal.value).startswith(f"house.json: {path}")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 100_000])
def test_what_is_no_trust_file_at_all_is_refused(text):
    with pytest.raises(TrustError):
        parse_trust(text)


@pytest.mark.parametrize("value", ["assay/trust-9", None, ...])
def test_another_version_is_refused(value):
    """A reader of this version would leave out what it does not know."""
    with pytest.raises(TrustError, match=TRUST_TYPE):
        parse_trust(edited("/type", value))


def test_two_brands_cannot_share_a_host():
    """The first one would answer for the other's labels."""
    with pytest.raises(TrustError, match="one host belongs to one brand"):
        parse_trust(edited("/brands/1", some_file()["brands"][0]))


def test_a_file_that_is_not_there_or_too_long_or_no_text_is_refused(tmp_path):
    path = tmp_path / "trust.json"
    with pytest.raises(TrustError, match="cannot be read"):
        load_trust(path)
    with pytest.raises(TrustError, match="cannot be read"):
        load_trust(tmp_path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(TrustError, match="UTF-8"):
        load_trust(path)
    path.write_bytes(b" " * (2**20 + 1))
    with pytest.raises(TrustError, match="1 MiB"):
        load_trust(path)


def test_a_file_on_disk_is_read(tmp_path):
    path = tmp_path / "trust.json"
    path.write_text(json.dumps(some_file()), "utf-8")
    assert load_trust(path).brands == (BRAND,)


def test_a_brand_is_found_by_its_host_and_by_its_contract():
    trust = TrustRegistry((BRAND,))
    registry = BRAND.registry

    assert trust.brand_of("id.maison.example") == BRAND
    assert trust.brand_of("id.maison.example.evil.example") is None
    assert trust.brand_by_contract(registry.chain_id, registry.contract) == BRAND
    assert trust.brand_by_contract(registry.chain_id + 1, registry.contract) is None


def test_a_signed_file_is_never_read_by_hand():
    """Its versions and its end would count for nothing."""
    for value in ('{"type": "assay/trust-2"}', '{"signed": {}, "signatures": []}'):
        with pytest.raises(TrustError, match=r"signed|not a field"):
            parse_trust(value)


# ---- a brand with several registries

OLD = BRAND
NEW = dataclasses.replace(
    BRAND,
    registry=dataclasses.replace(BRAND.registry, contract=some_address("the newer registry")),
    valid_from=datetime(2026, 11, 1, tzinfo=UTC),
    checkpoint_keys=(some_address("checkpoints"),),
)
NEW_PLACE = Place(NEW.registry.chain_id, NEW.registry.contract)
SUCCEEDED = dataclasses.replace(OLD, successor=NEW_PLACE, valid_until=datetime(2026, 11, 1, tzinfo=UTC))


@pytest.mark.parametrize("brands", [(SUCCEEDED, NEW), (NEW, SUCCEEDED)])
def test_the_newest_registry_of_a_host_comes_first(brands):
    """In whatever order the file names them; all of it comes back from the file."""
    trust = parse_trust(trust_json(TrustRegistry(brands)))

    assert trust.brands == brands
    assert trust.brands_of("id.maison.example") == (NEW, SUCCEEDED)
    assert trust.brand_of("id.maison.example") == NEW
    assert trust.brands_of("elsewhere.example") == ()


@pytest.mark.parametrize(
    ("brands", "why"),
    [
        ((SUCCEEDED,), "not in this file"),
        ((OLD, NEW), "one host belongs to one brand"),
        ((SUCCEEDED, dataclasses.replace(NEW, successor=Place(31337, OLD.registry.contract))), "leads back"),
        ((dataclasses.replace(OLD, successor=Place(31337, OLD.registry.contract)),), "leads back"),
        ((SUCCEEDED, dataclasses.replace(SUCCEEDED, name="Twin"), NEW), "one host"),
    ],
)
def test_registries_that_do_not_succeed_each_other_share_no_host(brands, why):
    """Otherwise it would be chance which of them answers."""
    with pytest.raises(TrustError, match=why):
        parse_trust(trust_json(TrustRegistry(brands)))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("valid_until", "2026-11-01"),
        ("valid_from", 5),
        ("successor", "0x12"),
        ("successor/contract", "0x12"),
        ("successor/chain_id", 0),
        ("checkpoint_keys", []),
        ("checkpoint_keys/0", "key"),
    ],
)
def test_a_malformed_field_of_a_succession_is_named(field, value):
    """One fault at a time."""
    file = json.loads(
        trust_json(TrustRegistry((dataclasses.replace(SUCCEEDED, checkpoint_keys=NEW.checkpoint_keys), NEW)))
    )
    *path, last = field.split("/")
    target = file["brands"][0]
    for name in path:
        target = target[name]
    target[int(last) if last.isdigit() else last] = value

    with pytest.raises(TrustError, match=field):
        parse_trust(json.dumps(file))
