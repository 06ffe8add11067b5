"""A forger serves a true passport, or a true step, that belongs to another piece."""

import pytest

from provenance_schemas.canonical import canonical_bytes
from provenance_schemas.content_id import ContentId
from provenance_schemas.errors import DocumentError
from provenance_schemas.ids import Address, BatchId, ItemId
from provenance_schemas.passports import parse_passport, passport_matches
from provenance_schemas.step_kinds import EntryKind
from provenance_schemas.steps import parse_step, subject_matches
from tests.fakes.documents import BATCH, ITEM, some_passport, some_step

OTHER_CONTRACT = Address("0x70997970C51812dc3A010C7d01b50e0d17dc79C8")
OTHERS = {
    "its neighbour": BATCH.item(8),
    "the same index of another batch": BatchId(BATCH.chain_id, BATCH.contract, BATCH.batch ^ 1).item(7),
    "the same token on another chain": ItemId(1, ITEM.contract, ITEM.token_id),
    "the same token of another contract": ItemId(ITEM.chain_id, OTHER_CONTRACT, ITEM.token_id),
}


def is_intact(data, cid):
    """The weaker rule: the bytes are what their content id says, so the passport is true."""
    return cid.matches(data)


@pytest.mark.parametrize("item", OTHERS.values(), ids=OTHERS)
def test_a_true_passport_of_another_piece_does_not_match(item):
    """Intact and valid, and still not the passport of the piece in question."""
    data = some_passport(item=item).to_bytes()

    assert is_intact(data, ContentId.of(data))
    assert not passport_matches(parse_passport(data), ITEM)
    assert passport_matches(parse_passport(data), item)


@pytest.mark.parametrize("item", OTHERS.values(), ids=OTHERS)
def test_a_true_step_of_another_piece_does_not_match(item):
    """A good service record cannot be lent to another bag."""
    data = some_step(EntryKind.SERVICED, item).to_bytes()

    assert is_intact(data, ContentId.of(data))
    assert not subject_matches(parse_step(data), ITEM)


def test_a_passport_cannot_name_two_pieces():
    """NFT tools read `tokenId`, we read `token`: they must agree."""
    document = some_passport().to_json() | {"tokenId": str(BATCH.item(8).token_id)}

    with pytest.raises(DocumentError) as caught:
        parse_passport(canonical_bytes(document))
    assert caught.value.field == "/tokenId"


def test_a_step_cannot_tell_of_one_piece_and_record_another():
    """People read the envelope, EPCIS systems the event: both must name the same piece."""
    neighbour = some_step(subject=BATCH.item(8)).to_json()
    document = some_step().to_json() | {"event": neighbour["event"]}

    with pytest.raises(DocumentError, match="the subject of the step"):
        parse_step(canonical_bytes(document))
