"""A forger adds a field that the hash does not cover, and a page that shows it all."""

import hashlib
import json

import pytest

from provenance_schemas.canonical import canonical_bytes
from provenance_schemas.content_id import ContentId
from provenance_schemas.errors import DocumentError
from provenance_schemas.passports import parse_passport
from provenance_schemas.steps import parse_step
from tests.fakes.documents import some_passport, some_step

EXTRAS = {
    "at the top": lambda document: document | {"certified_by": "A famous expert"},
    "in the product": lambda document: document | {"product": document["product"] | {"limitedEdition": "1 of 1"}},
    "in a mark": lambda document: (
        document
        | {
            "product": document["product"]
            | {"marks": [document["product"]["marks"][0] | {"note": "ok"}, *document["product"]["marks"][1:]]}
        }
    ),
    "in the token": lambda document: document | {"token": document["token"] | {"alias": "9"}},
    "animation": lambda document: document | {"animation_url": "https://evil.example/x.html"},
}


def hash_of_known_fields(document):
    """The weaker rule: hash only the fields a schema names, as several deployed systems do."""
    product = document["product"]
    marks = [{"text": mark["text"]} for mark in product["marks"]]
    known = [document["name"], document["commitment"], document["token"]["tokenId"], product["gtin"], marks]
    return hashlib.sha256(json.dumps(known).encode()).hexdigest()


@pytest.mark.parametrize("extra", EXTRAS.values(), ids=EXTRAS)
def test_a_field_that_no_schema_names_is_refused(extra):
    """The weaker hash cannot see the addition; our reader refuses it and the content id differs."""
    true = some_passport().to_json()
    forged = extra(true)
    forged_bytes = canonical_bytes(forged)

    assert hash_of_known_fields(true) == hash_of_known_fields(json.loads(forged_bytes))
    assert not ContentId.of(canonical_bytes(true)).matches(forged_bytes)
    with pytest.raises(DocumentError, match="is not a field of this document"):
        parse_passport(forged_bytes)


@pytest.mark.parametrize("field", ["recordTime", "https://evil.example/vocabulary/price", "ilmd"])
def test_an_extension_inside_an_event_is_refused(field):
    """EPCIS allows extensions; a public step does not, for nobody would check what they say."""
    document = some_step().to_json()
    document["event"] = document["event"] | {field: "2026-03-02T15:00:00.000Z"}

    assert json.loads(canonical_bytes(document))["event"]["eventID"] == document["event"]["eventID"]
    with pytest.raises(DocumentError, match="is not a field of this document"):
        parse_step(canonical_bytes(document))


@pytest.mark.parametrize(
    ("parent", "field", "value"),
    [
        ("issuer", "email", "ana@maison.example"),
        ("issuer", "person", "Ana Moreau"),
        ("product", "owner", "Ana Moreau"),
        ("product", "invoice", "F-2026-0031"),
        ("product", "serial", "7KQ2M9X4T8VJ3B6NW5RC"),
    ],
)
def test_there_is_no_field_for_a_person_or_an_invoice(parent, field, value):
    """What is published cannot be recalled, so the schema gives it no place."""
    document = some_passport().to_json()
    document[parent] = document[parent] | {field: value}

    with pytest.raises(DocumentError) as caught:
        parse_passport(canonical_bytes(document))

    assert f"/{parent}/{field}" == caught.value.field
