"""Typed requests: the same bytes as the contract."""

import json
from pathlib import Path

import pytest

from mint.adapters.keystore_signer import KeySigner
from mint.signing import (
    approve_for_stock,
    claim_request,
    registry_data,
    registry_digest,
    report_request,
    transfer_request,
)
from provenance_schemas.ids import parse_address

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "eip712.json").read_text("utf-8"))


def requested(name):
    """Hash the vector's message of that name."""
    message = VECTORS["requests"][name]["message"]
    fields = [
        parse_address(message[key].lower()) if kind == "address" else int(str(message[key]), 0)
        for key, kind in VECTORS["requests"][name]["fields"]
    ]
    return {"Claim": claim_request, "Transfer": transfer_request, "Report": report_request}[name](*fields)


@pytest.mark.parametrize("name", ["Claim", "Transfer", "Report"])
def test_a_request_hashes_and_signs_as_the_contract_checks_it(name):
    """Struct hash, digest and signature are those of the shared vectors."""
    vector = VECTORS["requests"][name]
    registry = parse_address(VECTORS["registry"]["contract"].lower())

    request = requested(name)
    digest = registry_digest(VECTORS["chain_id"], registry, request)
    data = registry_data(VECTORS["chain_id"], registry, request)
    signature = KeySigner(bytes.fromhex(vector["signer_key"][2:])).sign_hashed(data)

    assert vector["struct_hash"] == "0x" + request.hex()
    assert vector["digest"] == "0x" + digest.hex()
    assert vector["signature"] == "0x" + signature.hex()


def test_an_operator_signs_in_the_stock_accounts_own_domain():
    """So that one key in two stock accounts cannot be replayed from one to the other."""
    vector = VECTORS["requests"]["Approval"]
    stock = parse_address(VECTORS["stock_account"]["contract"].lower())
    operator = KeySigner(bytes.fromhex(vector["signer_key"][2:]))

    signature = approve_for_stock(operator, VECTORS["chain_id"], stock, bytes.fromhex(vector["message"]["hash"][2:]))

    assert vector["signature"] == "0x" + signature.hex()
