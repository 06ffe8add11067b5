"""A forger writes text that looks right and is something else.

The weaker rule reads whatever is JSON. Ours refuses what a person cannot see, and text that is not in its one form.
"""

import json
import unicodedata

import pytest

from provenance_schemas.canonical import canonical_bytes
from provenance_schemas.errors import DocumentError
from provenance_schemas.passports import parse_passport
from tests.fakes.documents import some_passport, some_product

INVISIBLE = {
    "right to left override": "\u202e",
    "isolate": "\u2066",
    "zero width space": "\u200b",
    "zero width joiner": "\u200d",
    "word joiner": "\u2060",
    "byte order mark": "\ufeff",
    "soft hyphen": "\u00ad",
    "hangul filler": "\u3164",
    "variation selector": "\ufe0f",
    "tag": "\U000e0041",
    "private use": "\ue000",
    "escape": "\x1b",
    "next line": "\u0085",
    "line separator": "\u2028",
}


def is_json(data, document):
    """The weaker rule: a plain reader takes it, and reads what was meant."""
    return json.loads(data) == document


def as_json(document):
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize("character", INVISIBLE.values(), ids=INVISIBLE)
@pytest.mark.parametrize("where", ["name", "brand", "mark", "description"])
def test_invisible_characters_are_refused(character, where):
    """They hide or turn what a person reads; a plain JSON reader takes them all."""
    text = f"Aurore{character}25"
    document = (
        some_passport(product=some_product(brand=text)).to_json() if where == "brand" else some_passport().to_json()
    )
    if where == "mark":
        document["product"]["marks"][0]["text"] = text
    elif where != "brand":
        document[where] = text
    data = canonical_bytes(document)

    assert is_json(data, document)
    with pytest.raises(DocumentError, match="invisible"):
        parse_passport(data)


def test_text_that_is_not_composed_is_refused():
    """É as one character and as E with an accent look the same and hash differently."""
    document = some_passport().to_json()
    document["product"]["brand"] = unicodedata.normalize("NFD", "Maison Éclat")
    data = as_json(document)

    assert unicodedata.normalize("NFC", json.loads(data)["product"]["brand"]) == "Maison Éclat"
    with pytest.raises(DocumentError, match="NFC") as caught:
        parse_passport(data)
    assert caught.value.field == "/product/brand"


@pytest.mark.parametrize(
    ("true", "alike"),
    [("commitment", "c\u043emmitment"), ("name", "n\u0430me"), ("tokenId", "token\u0406d"), ("image", "\uff49mage")],
)
def test_a_field_name_in_another_script_is_refused(true, alike):
    """A Cyrillic letter makes a second field that looks like the first: it is no field of ours."""
    document = some_passport().to_json() | {alike: "x"}
    data = as_json(document)

    assert json.loads(data)[true] != json.loads(data)[alike]
    with pytest.raises(DocumentError):
        parse_passport(data)


@pytest.mark.parametrize("digits", ["０９５２１３２１００００１８", "٠٩٥٢١٣٢١٠٠٠٠١٨"])
def test_digits_of_another_script_are_refused(digits):
    """Python's own int() reads them; our GTIN has ASCII digits alone."""
    document = some_passport().to_json()
    document["product"]["gtin"] = digits

    assert int(digits) == 9521321000018
    with pytest.raises(DocumentError) as caught:
        parse_passport(canonical_bytes(document))
    assert caught.value.field == "/product/gtin"


@pytest.mark.parametrize(
    "url",
    [
        "https://maison\u3002example/",
        "https://m\u0430ison.example/",
        "https://maison.example\\@evil.example/",
        "https://maison.example/\u202egpj.exe",
        "HTTPS://maison.example/",
        "https://maison.example/%0d%0aSet-Cookie:a",
    ],
)
def test_an_address_that_reads_another_way_is_refused(url):
    """Full stops of other scripts, back slashes, look-alike letters and line breaks in an address."""
    document = some_passport().to_json() | {"external_url": url}

    with pytest.raises(DocumentError) as caught:
        parse_passport(canonical_bytes(document))
    assert caught.value.field == "/external_url"


@pytest.mark.parametrize("name", ["Sac Aurore «\u00a025\u00a0»", "オーロラ 25", "أورورا", "Łódź № 5 — été", "極光👜"])
def test_honest_text_of_any_script_passes(name):
    """The rules refuse tricks, not languages."""
    passport = some_passport(name=name)

    assert name == parse_passport(passport.to_bytes()).name
