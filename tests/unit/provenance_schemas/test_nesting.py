"""The depth of JSON, counted without going down there."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance_schemas.nesting import nests_deeper

JSON = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=30,
)


def depth_of(value):
    """Count as the specification says: one for each array or object around a value."""
    if not isinstance(value, dict | list):
        return 0
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max(map(depth_of, inner), default=0)


@given(JSON, st.booleans(), st.sampled_from([None, 1]))
def test_any_json_is_as_deep_as_its_parsed_tree(value, escaped, indent):
    """Whatever stands in its texts, however it is spelled."""
    content = json.dumps(value, ensure_ascii=escaped, indent=indent).encode(errors="surrogatepass")
    depth = depth_of(value)

    assert not nests_deeper(content, depth)
    assert depth == 0 or nests_deeper(content, depth - 1)


@pytest.mark.parametrize(
    ("content", "deeper"),
    [
        (b"[[[]]]", False),
        (b"[[[[]]]]", True),
        (b"[[[[", True),
        (b'["[[[[[["]', False),
        (b'["\\"[[[[[["]', False),
        (b'["\\\\",[[[]]]]', True),
        (b'["[[[[[[', False),
        (b'[[],[],[],{"a":[]},[]]', False),
        (b'{"a":{"b":{"c":{}}}}', True),
        (b"", False),
    ],
)
def test_brackets_count_outside_of_texts_alone(content, deeper):
    """Three levels are allowed here."""
    assert nests_deeper(content, 3) is deeper
