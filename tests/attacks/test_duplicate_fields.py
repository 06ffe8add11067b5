"""A forger writes a field twice: one reader takes the first, another the last."""

import json

import pytest

from provenance_schemas.errors import DocumentError
from provenance_schemas.passports import parse_passport
from provenance_schemas.steps import parse_step
from tests.fakes.documents import some_passport, some_step


def first_wins(data):
    """The weaker rule: a reader that keeps the first of two equal keys, as some JavaScript and C parsers do."""
    return json.loads(data, object_pairs_hook=lambda pairs: dict(reversed(pairs)))


PASSPORT = some_passport().to_bytes()
DOUBLED = {
    "the commitment": (b'"commitment":', b'"commitment":"' + b"0" * 64 + b'","commitment":'),
    "the GTIN": (b'"gtin":', b'"gtin":"09521321000025","gtin":'),
    "the token": (b'"tokenId":', b'"tokenId":"4294967296","tokenId":'),
    "by an escape": (b'"name":"Aurore', b'"n\\u0061me":"Fake","name":"Aurore'),
    "with the same value": (b'"lot":"2026-02"', b'"lot":"2026-02","lot":"2026-02"'),
}


@pytest.mark.parametrize(("old", "new"), DOUBLED.values(), ids=DOUBLED)
def test_a_field_that_stands_twice_is_refused(old, new):
    """The usual parser takes the last value and sees a perfect passport; ours takes neither."""
    forged = PASSPORT.replace(old, new, 1)

    assert json.loads(forged) == json.loads(PASSPORT)
    with pytest.raises(DocumentError, match="more than once"):
        parse_passport(forged)


def test_two_readers_would_see_two_passports():
    """Why it matters: the same bytes, the same CID, two different commitments."""
    forged = PASSPORT.replace(*DOUBLED["the commitment"], 1)

    assert first_wins(forged)["commitment"] != json.loads(forged)["commitment"]
    with pytest.raises(DocumentError):
        parse_passport(forged)


def test_a_doubled_field_inside_an_event_is_refused():
    """An EPCIS system and a person would read two different events."""
    data = some_step().to_bytes()
    forged = data.replace(b'"bizStep":', b'"bizStep":"retail_selling","bizStep":', 1)

    assert json.loads(forged) == json.loads(data)
    with pytest.raises(DocumentError, match="more than once"):
        parse_step(forged)


def test_another_spelling_of_the_same_document_is_refused():
    """White space, key order and escapes make other bytes of equal meaning: one meaning, one name."""
    value = json.loads(PASSPORT)
    spellings = [
        json.dumps(value, ensure_ascii=False, indent=1),
        json.dumps(value, separators=(",", ":"), sort_keys=True),
        json.dumps(dict(reversed(value.items())), ensure_ascii=False, separators=(",", ":")),
        PASSPORT.decode() + "\n",
    ]

    for spelling in spellings:
        assert json.loads(spelling) == value
        with pytest.raises(DocumentError):
            parse_passport(spelling.encode())
