"""The committed contract artifacts: whole, and within the chain's limits. `make contracts` compiles them again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

import mint.contracts.build as contracts
from provenance_schemas.keccak import keccak256
from provenance_schemas.step_kinds import BATCH_RECORDABLE, RECORDABLE

ROOT = Path(__file__).parents[2]
NAMES = ("CheckpointAnchor", "ItemRegistry", "StockAccount")


def artifact(name):
    return json.loads((ROOT / "provenance_schemas" / "abi" / f"{name}.json").read_text("utf-8"))


def signatures(name, kind):
    found = set()
    for entry in artifact(name)["abi"]:
        if entry["type"] == kind:
            found.add(f"{entry['name']}({','.join(plain_type(field) for field in entry['inputs'])})")
    return found


def plain_type(field):
    if not field["type"].startswith("tuple"):
        return field["type"]
    return "(" + ",".join(map(plain_type, field["components"])) + ")" + field["type"][len("tuple") :]


@pytest.mark.parametrize("name", NAMES)
def test_an_artifact_is_canonical_and_deployable(name):
    """Sorted JSON, so that two builds can be compared; code within EIP-170; no metadata that differs by machine."""
    path = ROOT / "provenance_schemas" / "abi" / f"{name}.json"
    built = artifact(name)

    assert path.read_text("utf-8") == json.dumps(built, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    assert 0 < len(built["deployedBytecode"]) // 2 - 1 <= contracts.CODE_MAX_BYTES
    assert built["settings"]["metadata"] == {"appendCBOR": False, "bytecodeHash": "none"}
    assert built["settings"]["evmVersion"] == "cancun"
    assert built["compiler"].startswith("0.8.")


def test_the_registry_tells_the_events_that_readers_replay():
    """A changed field changes the topic, and every reader would see an empty history."""
    expected = {
        "BatchRegistered(uint256,uint32,address,bytes32,bytes32,uint256)",
        "StepRecorded(uint256,bytes32,uint256)",
        "BatchStepRecorded(uint256,bytes32,uint256)",
        "StepVoided(uint256,uint32,bytes32,uint256)",
        "BatchStepVoided(uint256,uint32,bytes32,uint256)",
        "TransferRecorded(uint256,address,address,uint256)",
        "Claimed(uint256,address,address,address,uint256)",
        "ClaimKeySet(uint256,address,uint256)",
        "LabelReplaced(uint256,uint256,bytes32,uint256)",
        "ActorSet(address,uint64,uint64,uint64)",
        "ActorRemoved(address,uint64)",
        "ActorDisputed(address,uint64)",
        "Transfer(address,address,uint256)",
        "ContractURIUpdated()",
    }

    assert set() == expected - signatures("ItemRegistry", "event")


def test_every_refusal_of_the_registry_says_whose_it_is():
    """Our errors carry the contract's name, so that a revert in a log needs no guessing."""
    ours = {name for name in signatures("ItemRegistry", "error") if name.startswith("ItemRegistry")}

    assert len(ours) >= 25
    assert {name for name in signatures("CheckpointAnchor", "error") if "CheckpointAnchor" not in name} == set()


def test_no_call_can_upgrade_burn_or_run_foreign_code():
    """What verifiers pin by code hash must stay what it is."""
    for name in NAMES:
        calls = {signature.split("(")[0].lower() for signature in signatures(name, "function")}

        assert not calls & {"upgradeto", "upgradetoandcall", "initialize", "burn", "execute", "multicall", "pause"}


def test_the_grantable_kinds_are_those_python_knows():
    """The contract's bit masks, spelled out in its source, against the product's own sets."""
    source = (ROOT / "mint" / "contracts" / "src" / "libraries" / "StepKinds.sol").read_text("utf-8")

    assert f"RECORDABLE = {sum(1 << kind for kind in RECORDABLE):#06x};" in source
    assert f"BATCH_RECORDABLE = {sum(1 << kind for kind in BATCH_RECORDABLE):#06x};" in source


@pytest.mark.parametrize("name", ["Claim", "Transfer", "Report", "RecordStep", "Approval"])
def test_typed_requests_of_the_vectors_are_standard_eip712(name):
    """An independent signer comes to the same bytes, so any wallet can sign what the contract accepts."""
    told = json.loads((ROOT / "tests" / "vectors" / "eip712.json").read_text("utf-8"))
    request = told["requests"][name]
    place = told["stock_account" if name == "Approval" else "registry"]
    domain = {
        "name": place["name"],
        "version": place["version"],
        "chainId": told["chain_id"],
        "verifyingContract": place["contract"],
    }
    fields = [{"name": field, "type": kind} for field, kind in request["fields"]]
    message = {field["name"]: read(request["message"][field["name"]], field["type"]) for field in fields}
    signable = encode_typed_data(domain, {name: fields}, message)
    digest = keccak256(b"\x19" + signable.version + signable.header + signable.body)
    signed = Account.sign_message(signable, request["signer_key"])

    assert request["struct_hash"] == "0x" + signable.body.hex()
    assert request["digest"] == "0x" + digest.hex()
    assert request["signature"] == "0x" + signed.signature.hex()
    assert request["signer"] == Account.from_key(request["signer_key"]).address


def read(value, kind):
    return int(value, 16) if kind == "uint256" else value


def test_a_single_changed_byte_is_a_difference(tmp_path):
    """The guard itself: absent, changed and equal artifacts are told apart."""
    texts = {name: f"{name}\n" for name in NAMES}
    for name in NAMES[1:]:
        (tmp_path / f"{name}.json").write_text(texts[name], "utf-8")
    (tmp_path / "StockAccount.json").write_text("stockAccount\n", "utf-8")

    stale = ["CheckpointAnchor", "StockAccount"]
    assert stale == contracts.differing(texts, tmp_path)


def test_a_missing_library_says_what_to_do(tmp_path):
    """Without node_modules there is nothing to compile."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "A.sol").write_text('import {B} from "@lib/B.sol";\n', "utf-8")

    with pytest.raises(contracts.BuildError, match="npm ci"):
        contracts.gather_sources(tmp_path, ["src/A.sol"])


def test_imports_are_followed_from_where_they_stand(tmp_path):
    """Beside, above, over several lines, and in circles."""
    (tmp_path / "src" / "b").mkdir(parents=True)
    (tmp_path / "src" / "A.sol").write_text('import {\n  B\n} from "./b/B.sol";\n', "utf-8")
    (tmp_path / "src" / "b" / "B.sol").write_text('import {A} from "../A.sol";\n', "utf-8")

    found = ["src/A.sol", "src/b/B.sol"]
    assert found == list(contracts.gather_sources(tmp_path, ["src/A.sol"]))
