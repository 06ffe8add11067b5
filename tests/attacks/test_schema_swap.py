"""A forger offers one kind of document where another is expected, or brings a schema along."""

import json

import jsonschema_rs
import pytest

from provenance_schemas.canonical import canonical_bytes
from provenance_schemas.commitments import build_commitments, parse_commitments
from provenance_schemas.errors import DocumentError
from provenance_schemas.passports import parse_passport
from provenance_schemas.steps import parse_step
from provenance_schemas.validation import schema
from tests.fakes.documents import some_passport, some_step

WRITTEN = {
    parse_passport: some_passport().to_bytes(),
    parse_step: some_step().to_bytes(),
    parse_commitments: build_commitments([b"\1" * 32])[0].to_bytes(),
}


def validate_by_its_own_word(data):
    """The weaker rule: let the document say which schema it wants to be held to."""
    document = json.loads(data)
    chosen = document.get("$schema", document["type"])
    rules = chosen if isinstance(chosen, dict) else schema(chosen.removeprefix("assay/").replace("/", "-"))
    return jsonschema_rs.is_valid(rules, document)


@pytest.mark.parametrize("reader", WRITTEN)
@pytest.mark.parametrize("written", WRITTEN)
def test_a_document_is_read_as_what_it_is_and_nothing_else(reader, written):
    """Every true document passes the weaker rule everywhere; here only with its own reader."""
    data = WRITTEN[written]

    assert validate_by_its_own_word(data)
    if reader is written:
        assert data == reader(data).to_bytes()
    else:
        with pytest.raises(DocumentError) as caught:
            reader(data)
        assert caught.value.field == "/type"


@pytest.mark.parametrize(
    "own", [{}, {"type": "object"}, "https://evil.example/schemas/passport-1.json", "passport-1", True]
)
def test_a_document_does_not_bring_its_own_schema(own):
    """A `$schema` in a document is a field like any other, and not one of ours."""
    document = some_passport().to_json() | {"$schema": own, "commitment": "none"}

    if isinstance(own, dict):
        assert validate_by_its_own_word(canonical_bytes(document))
    with pytest.raises(DocumentError) as caught:
        parse_passport(canonical_bytes(document))
    assert caught.value.field == "/$schema"


@pytest.mark.parametrize("version", ["assay/passport/0", "assay/passport/2", "assay/passport/1 ", "Passport"])
def test_a_version_we_do_not_know_is_not_read_as_the_one_we_know(version):
    """What a later version means, only its own reader knows."""
    document = some_passport().to_json() | {"type": version}

    with pytest.raises(DocumentError) as caught:
        parse_passport(canonical_bytes(document))
    assert caught.value.field == "/type"


def test_an_event_of_one_type_is_not_read_as_another():
    """The fields of each event type are its own: an ObjectEvent cannot smuggle in a parent."""
    document = some_step().to_json()
    document["event"] = document["event"] | {"parentID": "https://evil.example/box"}

    with pytest.raises(DocumentError) as caught:
        parse_step(canonical_bytes(document))
    assert caught.value.field == "/event/parentID"
