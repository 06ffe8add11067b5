"""What the registry's refusals say to people."""

import pytest
from eth_abi.abi import encode

from mint.adapters.rpc_writer import artifact, refusal_of
from mint.refusals import _ADVICE, advice_for
from provenance_schemas.keccak import keccak256
from tests.fakes.desk import CONTRACT

ERRORS = {entry["name"]: entry for entry in artifact("ItemRegistry")["abi"] if entry["type"] == "error"}


@pytest.mark.parametrize("name", sorted(_ADVICE))
def test_every_word_we_have_is_of_an_error_that_exists(name):
    """A renamed error would fall back to its bare name; every placeholder has an argument."""
    arguments = [f"<{index}>" for index in range(len(ERRORS[name]["inputs"]))]

    assert advice_for(name, arguments)


def test_a_revert_is_read_with_its_arguments():
    """Addresses in the form people compare."""
    selector = keccak256(b"ItemRegistryNotInStock(uint256,address)")[:4]

    error = refusal_of(selector + encode(["uint256", "address"], [7, CONTRACT]))

    assert (error.error, error.arguments) == ("ItemRegistryNotInStock", (7, CONTRACT))
    assert CONTRACT in str(error)


@pytest.mark.parametrize(
    "revert", [b"", b"\x01", b"\xde\xad\xbe\xef" + bytes(64), keccak256(b"ItemRegistryStolen(uint256)")[:4]]
)
def test_a_revert_nobody_can_read_is_still_a_refusal(revert):
    """Cut short, unknown, or empty."""
    assert str(refusal_of(revert)).startswith("the registry refuses")
