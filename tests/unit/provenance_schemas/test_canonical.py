"""Canonical JSON: one value, one spelling; everything ambiguous is refused with its field."""

from __future__ import annotations

import json
import unicodedata

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from provenance_schemas.canonical import (
    DEPTH_MAX,
    DOCUMENT_MAX_BYTES,
    _is_plainly_canonical,
    canonical_bytes,
    parse_canonical,
    parse_json_strict,
)
from provenance_schemas.errors import DocumentError

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(
    lambda text: unicodedata.normalize("NFC", text)
)
numbers = st.one_of(st.integers(-(2**53) + 1, 2**53 - 1), st.floats(-1e15, 1e15))
values = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)


@given(document=st.dictionaries(texts, values, max_size=5))
def test_any_document_reads_back_from_its_canonical_bytes(document):
    """And writing it again gives the same bytes."""
    content = canonical_bytes(document)

    assert document == parse_canonical(content)
    assert content == canonical_bytes(parse_canonical(content))


@given(document=st.dictionaries(texts, values, max_size=5), where=st.integers(0), byte=st.integers(0, 255))
def test_other_bytes_are_another_document_or_refused(document, where, byte):
    """No two byte strings are one document: a change of any byte changes the value or is refused."""
    content = canonical_bytes(document)
    changed = bytearray(content)
    changed[where % len(content)] = byte
    try:
        read = parse_canonical(bytes(changed))
    except DocumentError:
        return

    assert bytes(changed) == content or canonical_bytes(read) != content


@pytest.mark.parametrize(
    ("value", "spelling"),
    [
        ({"b": 1, "a": 2}, '{"a":2,"b":1}'),
        (
            {"n": [1e15, 1.0, 0.1, 1e-7, -0.0, 333333333.33333329]},
            '{"n":[1000000000000000,1,0.1,1e-7,0,333333333.3333333]}',
        ),
        ({"t": '\u20ac$\u000f\nA\'B"\\"'}, '{"t":"\u20ac$\\u000f\\nA\'B\\"\\\\\\""}'),
    ],
    ids=["order", "numbers", "escapes"],
)
def test_values_are_spelled_as_rfc_8785_shows(value, spelling):
    """Section 3.2: ECMAScript numbers and the shortest escapes."""
    assert spelling == canonical_bytes(value).decode()


def test_keys_are_sorted_as_rfc_8785_shows():
    """Section 3.2.3: by UTF-16 code units, so that an emoji comes before U+FB33; the latter is not NFC, so refused."""
    document = {"\u20ac": 1, "\r": 2, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7, "\uffee": 8}

    assert list(json.loads(canonical_bytes(document))) == [
        "\r",
        "1",
        "\u0080",
        "\u00f6",
        "\u20ac",
        "\U0001f600",
        "\uffee",
    ]


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"a": [0, {"b/c~": "e\u0301"}]}, "/a/1/b~1c~0"),
        ({"a": {"e\u0301": 1}}, "/a"),
        ({"a": "\ud800"}, "/a"),
        ({"a": float("nan")}, "/a"),
        ({"a": float("inf")}, "/a"),
        ({"a": 2**53}, "/a"),
        ({"a": -(2**53)}, "/a"),
        ({"a": 1e300}, "/a"),
        ({"a": b"bytes"}, "/a"),
        ({"a": (1, 2)}, "/a"),
        ({1: "a"}, ""),
    ],
)
def test_what_has_no_canonical_form_is_refused_at_its_field(value, field):
    """The error points at the place, as a JSON Pointer."""
    with pytest.raises(DocumentError) as caught:
        canonical_bytes(value)

    assert field == caught.value.field


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"a":1,"a":1}', "more than once"),
        (b'{"x":{"a":1,"\\u0061":2}}', "more than once"),
        ('{"a":"e\u0301"}'.encode(), "NFC"),
        (b'\xef\xbb\xbf{"a":1}', "byte order mark"),
        (b'{"a":"\xff"}', "UTF-8 at byte 6"),
        (b'{"a":"\xed\xa0\x80"}', "UTF-8"),
        (b'{"a":"\\ud800"}', "surrogate"),
        (b'{"a":NaN}', "NaN"),
        (b'{"a":-Infinity}', "Infinity"),
        (b'{"a":1e999}', "digits"),
        (b'{"a":0.12345678901234567890}', "digits"),
        (b'{"a":9007199254740993}', "2\\^53"),
        (b'{"a":9007199254740993.0}', "digits"),
        (b'{"a":' + b"1" * 50 + b"}", "50 characters"),
        (b'{"a":1e-' + b"9" * 30 + b"}", "digits"),
        (b'{"a":01}', "not JSON"),
        (b'{"a":1,}', "not JSON"),
        (b'{"a":1} x', "not JSON"),
        (b"", "not JSON"),
        (b"[1]", "object, not array"),
        (b"null", "object, not null"),
        (b"[" * 100_000, "deeper|not JSON"),
        (b'{"a":' * 32 + b"1" + b"}" * 32, "deeper"),
        (b'{"a":"' + b"x" * DOCUMENT_MAX_BYTES + b'"}', "at most"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_json_with_a_trap_is_refused(content, reason):
    """By both parsers: no two readers may see two values in one document."""
    for parse in (parse_json_strict, parse_canonical):
        with pytest.raises(DocumentError, match=reason):
            parse(content)


def test_a_repeated_key_is_named_with_its_place():
    """The one who wrote the file has to find it."""
    with pytest.raises(DocumentError) as caught:
        parse_json_strict(b'{"steps":[{"kind":1},{"kind":1,"kind":2}]}')

    assert caught.value.field == "/steps/1"
    assert "'kind'" in caught.value.reason


@pytest.mark.parametrize(
    "content",
    [b'{"a": 1}', b'{"b":1,"a":2}', b'{"a":1.0}', b'{"a":"\\u0041"}', b'{"a":1}\n', b'{"a":-0}', b'{"a":1E2}'],
)
def test_another_spelling_is_input_but_no_document(content):
    """A person may write it so; under a content id there is one spelling."""
    assert parse_json_strict(content)
    with pytest.raises(DocumentError, match="canonical"):
        parse_canonical(content)


def test_depth_and_size_are_allowed_up_to_their_limits():
    """Both edges, both sides."""
    deepest = {}
    for _ in range(DEPTH_MAX - 1):
        deepest = {"a": deepest}
    longest = {"a": "x" * (DOCUMENT_MAX_BYTES - len(b'{"a":""}'))}

    assert parse_canonical(canonical_bytes(deepest)) == deepest
    assert parse_canonical(canonical_bytes(longest)) == longest
    with pytest.raises(DocumentError, match="deeper"):
        canonical_bytes({"a": deepest})
    with pytest.raises(DocumentError, match="at most"):
        canonical_bytes({"a": longest["a"] + "x"})


@given(content=st.binary(max_size=60))
def test_random_bytes_are_refused_with_a_document_error(content):
    """Nothing else may come out of a parser that faces outside."""
    try:
        parse_json_strict(content)
    except DocumentError:
        return


_ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=6), _ANY_JSON, max_size=5))
def test_the_fast_look_at_a_spelling_never_calls_canonical_what_the_standard_does_not(document):
    """Astral keys, floats of every size, control characters: where the fast look says yes, RFC 8785 says the same."""
    try:
        plain = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return
    if _is_plainly_canonical(document, plain):
        assert rfc8785.dumps(document) == plain


@pytest.mark.parametrize("text", ['{"a":1.0}', '{"a":1e+16}', '{"\ue000":1,"\U0001f600":2}'])
def test_the_fast_look_leaves_to_the_standard_what_it_cannot_tell(text):
    """A zero fraction, an exponent, keys that sort otherwise in UTF-16."""
    assert not _is_plainly_canonical(json.loads(text), text.encode())
