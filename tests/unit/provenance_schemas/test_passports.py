import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance_schemas.canonical import canonical_bytes
from provenance_schemas.commitments import parse_commitments
from provenance_schemas.content_id import DAG_PB, ContentId
from provenance_schemas.document_parts import Image, Place
from provenance_schemas.errors import DocumentError
from provenance_schemas.passports import parse_passport, passport_matches
from provenance_schemas.steps import parse_step
from provenance_schemas.validation import schema, validate
from tests.fakes.documents import ITEM, some_image, some_passport, some_product
from tests.fakes.json_patch import patched

VECTORS = Path(__file__).parents[2] / "vectors" / "documents"
VALID = {vector["name"]: vector for vector in json.loads((VECTORS / "valid.json").read_text("utf-8"))}
INVALID = json.loads((VECTORS / "invalid.json").read_text("utf-8"))
PARSERS = {"passport-1": parse_passport, "step-1": parse_step, "commitments-1": parse_commitments}


def fault(action):
    try:
        action()
    except DocumentError as error:
        return error.field
    return None


@pytest.mark.parametrize("vector", VALID.values(), ids=VALID)
def test_a_valid_document_is_read_and_written_back_to_the_same_bytes(vector):
    """Frozen documents stay readable, and keep their CID, in every later version."""
    data = canonical_bytes(vector["document"])
    parsed = PARSERS[vector["schema"]](data)

    assert data == parsed.to_bytes()
    assert vector["cid"] == str(ContentId.of(data))


@pytest.mark.parametrize("vector", INVALID, ids=[vector["name"] for vector in INVALID])
def test_an_invalid_document_is_refused_at_the_field_at_fault(vector):
    """One fault each; the error names its field by JSON Pointer."""
    base = VALID[vector["base"]]
    data = canonical_bytes(patched(base["document"], vector["patch"]))

    with pytest.raises(DocumentError) as caught:
        PARSERS[base["schema"]](data)

    assert vector["field"] == caught.value.field


@pytest.mark.parametrize("name", ["passport-1", "step-1", "commitments-1"])
def test_every_object_of_a_schema_is_closed(name):
    """No field can enter a document unnoticed: each object names its fields, each list and text has a limit."""

    def walk(node, where):
        if isinstance(node, list):
            for index, member in enumerate(node):
                walk(member, f"{where}/{index}")
        elif isinstance(node, dict):
            # `event` and the conditions only choose among closed objects.
            choosing = "/if" in where or "/then" in where or where.endswith("/$defs/event")
            if node.get("type") == "object" and not choosing:
                assert node["additionalProperties"] is False, where
            if node.get("type") == "array":
                assert "maxItems" in node, where
            if node.get("type") == "string":
                assert "pattern" in node, where
                assert "maxLength" in node or not re.search(r"[\])][*+]", node["pattern"]), where
            for key, member in node.items():
                walk(member, f"{where}/{key}")

    walk(schema(name), name)


def test_a_passport_survives_its_own_bytes():
    """What is written is what is read, with every optional field present."""
    passport = some_passport()

    assert passport == parse_passport(passport.to_bytes())
    assert passport.item == ITEM


def test_a_passport_matches_its_own_piece_alone():
    """A true passport of the neighbour proves nothing about this piece."""
    passport = some_passport()

    assert passport_matches(passport, ITEM)
    assert not passport_matches(passport, ITEM.batch.item(8))


def test_a_passport_that_a_reader_would_refuse_is_not_written():
    """The writer is held to the reader's rules before anything is published."""
    passport = some_passport(product=some_product(gtin="09521321000019"))

    with pytest.raises(DocumentError, match="check digit"):
        passport.to_bytes()


def test_a_large_picture_may_have_another_digest_than_its_directory_node():
    """The CID of a chunked file names its tree, so only raw CIDs are compared with the digest."""
    tree = ContentId.of(b"tree", DAG_PB)
    image = Image(f"ipfs://{tree}", b"\1" * 32, "image/png", "The front", 9000, 9000)

    assert image == parse_passport(some_passport(images=(image,)).to_bytes()).images[0]


def test_the_time_of_issue_is_kept_to_the_second():
    """A clock's microseconds are cut off, not refused."""
    passport = some_passport(issued_at=datetime(2026, 3, 2, 15, 0, 9, 999_999, UTC))

    assert passport.issued_at.replace(microsecond=0) == parse_passport(passport.to_bytes()).issued_at


@pytest.mark.parametrize(
    ("latitude", "longitude", "uri"),
    [
        (48.8938, 2.4127, "geo:48.8938,2.4127"),
        (0, -0.000001, "geo:0,0"),
        (-0.00001, 180, "geo:-0.00001,180"),
        (90.0, -179.99999, "geo:90,-179.99999"),
    ],
)
def test_coordinates_are_written_as_a_geo_uri(latitude, longitude, uri):
    """Never an exponent, never a minus before zero."""
    assert uri == Place("Here", latitude=latitude, longitude=longitude).uri


def test_a_place_without_coordinates_has_no_uri():
    """Nothing is invented."""
    assert Place("Here").uri is None


@given(st.text(max_size=200))
def test_any_text_is_written_and_read_or_refused_as_a_document(text):
    """A name from outside never raises anything but DocumentError, and what passes comes back the same."""
    passport = some_passport(name=text)

    assert fault(passport.to_bytes) in {None, "/name"}
    if fault(passport.to_bytes) is None:
        assert text == parse_passport(passport.to_bytes()).name


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5), st.data())
def test_any_value_in_any_field_is_refused_without_a_crash(value, data):
    """Whatever stands where, a reader answers with a DocumentError or a passport."""
    document = some_passport().to_json()
    document[data.draw(st.sampled_from(sorted(document)))] = value

    assert fault(lambda: validate("passport-1", document)) != ""


def test_an_unknown_field_name_is_shown_bounded_and_visible():
    """The name of a field is the sender's text: it must not carry control characters into a log."""
    document = some_passport().to_json() | {"\x1b[31m" + "x" * 500: 1}

    with pytest.raises(DocumentError) as caught:
        validate("passport-1", document)

    assert caught.value.field.startswith("/\\x1b[31mxxx")
    assert len(caught.value.field) < 120


def test_replacing_a_picture_changes_the_bytes():
    """The digest of every picture is part of the document."""
    passport = some_passport()
    other = replace(passport, images=(some_image("other"), *passport.images[1:]))

    assert passport.to_bytes() != other.to_bytes()
