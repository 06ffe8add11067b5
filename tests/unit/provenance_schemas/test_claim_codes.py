"""Claim codes, claim keys and the claim tree."""

import json
import random
from pathlib import Path

import pytest
from eth_account import Account

from provenance_schemas.claim_codes import (
    CLAIM_LEAVES_MAX,
    ClaimCode,
    _hkdf_sha256,
    claim_key,
    claim_key_address,
    claim_leaf,
    claim_tree,
    opens_root,
)
from provenance_schemas.crockford import check_character
from provenance_schemas.errors import ClaimCodeError
from provenance_schemas.ids import address_of, parse_address
from provenance_schemas.keccak import keccak256

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "claim_codes.json").read_text(encoding="utf-8"))
CODE = ClaimCode(bytes(range(16)))
SYMBOLS = "00041061050R3GG28A1C60T3GFZ"
TOO_LARGE = "8" + "0" * 25 + check_character("8" + "0" * 25)


def unhex(text):
    return bytes.fromhex(text.removeprefix("0x"))


def leaves_of(count, first=7 << 32):
    return [claim_leaf(first + i, address_of((i + 1).to_bytes(20))) for i in range(count)]


@pytest.mark.parametrize("vector", VECTORS["codes"], ids=lambda v: v["symbols"])
def test_codes_are_printed_as_the_vectors_say(vector):
    """Both ways, the smallest and the largest included."""
    assert vector["symbols"] == ClaimCode(unhex(vector["secret"])).symbols
    assert vector["secret"] == "0x" + ClaimCode.parse(vector["symbols"]).secret.hex()


def test_a_code_is_printed_in_nine_groups():
    """Three rows of three on the card."""
    assert CODE.groups == ("000", "410", "610", "50R", "3GG", "28A", "1C6", "0T3", "GFZ")


@pytest.mark.parametrize(
    "typed",
    [
        SYMBOLS,
        " ".join(CODE.groups),
        "-".join(CODE.groups).lower(),
        SYMBOLS.replace("0", "O"),
        SYMBOLS.replace("1", "l"),
    ],
)
def test_a_typed_code_is_forgiven_its_form(typed):
    """Groups, dashes, case, O for 0, l for 1."""
    assert ClaimCode.parse(typed) == CODE


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "got 0"),
        (SYMBOLS[:-1], "got 26"),
        (SYMBOLS + "0", "got 28"),
        ("0" * 200, "got 200"),
        ("000 410 61U" + SYMBOLS[9:], "'U' .* \\(at character 11\\)"),
        ("00041061050R3GG28A1C60T3GFY", "check character"),
        ("00041061050R3GG28A1C60T3FGZ", "check character"),
        (TOO_LARGE, "0 to 7 \\(at character 1\\)"),
    ],
)
def test_a_mistyped_code_is_refused_with_what_is_wrong(typed, reason):
    """Length, character, check; and 26 characters hold 2 bits more than a code has."""
    with pytest.raises(ClaimCodeError, match=reason):
        ClaimCode.parse(typed)


def test_new_codes_differ_and_stay_out_of_logs():
    """Drawn, not counted; and a repr shows nothing of them."""
    codes = {ClaimCode.new().secret for _ in range(100)}

    assert len(codes) == 100
    assert repr(CODE) == "ClaimCode()"
    with pytest.raises(ClaimCodeError):
        ClaimCode(b"short")


def test_hkdf_is_the_standards():
    """RFC 5869, test case 3: no salt, no info, an output longer than one block."""
    expected = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"

    assert expected == _hkdf_sha256(b"\x0b" * 22, b"", 42).hex()


@pytest.mark.parametrize("vector", VECTORS["keys"], ids=lambda v: f"{v['secret'][:6]}-{v['tokenId']}")
def test_claim_keys_are_those_of_the_vectors(vector):
    """Key, address and leaf; the address also as an independent library derives it."""
    token_id = int(vector["tokenId"])
    code = ClaimCode(unhex(vector["secret"]))
    key = claim_key(code, int(vector["chainId"]), parse_address(vector["contract"]), token_id)

    assert vector["key"] == "0x" + key.hex()
    assert vector["address"] == claim_key_address(key) == Account.from_key(key).address
    assert vector["leaf"] == "0x" + claim_leaf(token_id, claim_key_address(key)).hex()


def test_one_code_opens_one_piece_on_one_chain():
    """Chain, contract and token each change the key: 20 vectors, 20 keys."""
    assert len(VECTORS["keys"]) == len({vector["key"] for vector in VECTORS["keys"]})


@pytest.mark.parametrize("vector", VECTORS["trees"], ids=lambda v: str(v["count"]))
def test_trees_equal_those_of_openzeppelin(vector):
    """Roots and first proofs made by the npm package that goes with the contract's library."""
    leaves = leaves_of(vector["count"], int(vector["firstTokenId"]))
    root, proofs = claim_tree(leaves)

    assert vector["root"] == "0x" + root.hex()
    assert vector["proofOfFirst"] == ["0x" + node.hex() for node in proofs[0]]


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 9, 100, CLAIM_LEAVES_MAX])
def test_every_leaf_is_proven_and_none_by_anothers_proof(count):
    """In any order of leaves, up to a full batch."""
    leaves = leaves_of(count)
    random.Random(3).shuffle(leaves)
    root, proofs = claim_tree(leaves)

    assert all(opens_root(root, leaf, proof) for leaf, proof in zip(leaves, proofs, strict=True))
    for i in range(1, min(count, 50)):
        assert not opens_root(root, leaves[i], proofs[i - 1])


def test_an_inner_node_is_no_leaf():
    """Leaves are hashed twice: nobody can present 64 bytes of two hashes as token and address."""
    leaves = leaves_of(4)
    root, _ = claim_tree(leaves)
    pairs = [sorted(leaves)[i : i + 2] for i in (0, 2)]
    inner = [keccak256(a + b) for a, b in pairs]

    assert root == keccak256(b"".join(sorted(inner)))
    assert not any(opens_root(root, keccak256(keccak256(a + b)), inner) for a, b in pairs)


@pytest.mark.parametrize(
    "leaves", [[], [b"\1" * 32] * 2, leaves_of(CLAIM_LEAVES_MAX + 1)], ids=["none", "twins", "many"]
)
def test_no_tree_grows_from_none_too_many_or_twin_leaves(leaves):
    """A twin would share its proof: one claim would use up two cards."""
    with pytest.raises(ValueError, match=r"lea[fv]"):
        claim_tree(leaves)
