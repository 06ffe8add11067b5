"""GS1 check digits, and the Digital Link grammar against GS1's own vectors."""

import json
import os
from pathlib import Path

import pytest

from provenance_schemas.errors import LabelError
from provenance_schemas.gs1 import check_digit, normalise_gtin, parse_digital_link, unescape

REPOSITORY = Path(__file__).parents[3]
PREDEFINED_LENGTH = {"00", "01", "02", "03", "04", "20", "41", *map(str, range(11, 20)), *map(str, range(31, 37))}
OUT_OF_SCOPE = 4
"""Three vectors with the convenience words we do not read, one with an unknown AI let through."""


@pytest.fixture(scope="module")
def vectors():
    path = Path(os.environ.get("ASSAY_SHARED") or REPOSITORY.parent / "shared")
    path = path / "standards" / "gs1-digital-link-vectors.json"
    if not path.exists():
        required = os.environ.get("CI") == "true" and "ASSAY_SHARED" in os.environ
        (pytest.fail if required else pytest.skip)(f"{path} is absent")
    return json.loads(path.read_text(encoding="utf-8"))


def element_string(link):
    """Write AIs and values as GS1's engine does: `^` is FNC1, before the first and after variable lengths."""
    text, separated = "", True
    for element in link.path + link.attributes:
        text += ("^" if separated else "") + element.ai + element.text
        separated = element.ai[:2] not in PREDEFINED_LENGTH
    return text


def outcome(vector):
    try:
        link = parse_digital_link(vector["uri"], short_gtin=vector["switches"]["permit_zero_suppressed_gtin"])
    except LabelError:
        return False, ""
    return True, element_string(link)


@pytest.mark.shared
def test_gs1s_own_vectors_hold(vectors):
    """All 118 but the four for switches we do not have; the refused ones count as much as the others."""
    checked = [
        vector
        for vector in vectors["parse"]
        if not (
            vector["valid"]
            and (vector["switches"]["permit_convenience_alphas"] or vector["switches"]["permit_unknown_ais"])
        )
    ]
    expected = {v["line"]: (v["valid"], v["ai_data"] if v["valid"] else "") for v in checked}

    assert expected == {v["line"]: outcome(v) for v in checked}
    assert len(vectors["parse"]) - OUT_OF_SCOPE == len(checked) == 114


@pytest.mark.shared
def test_gs1s_escapes_hold(vectors):
    """Percent escapes in a path and in a query."""
    for vector in vectors["unescape"]:
        assert vector["path"] == unescape(vector["in"], plus=False)
        assert vector["query"] == unescape(vector["in"], plus=True)


@pytest.mark.parametrize(
    ("uri", "position"),
    [
        ("https://a/01/09521321000019", 13),
        ("https://a/01/0952132100001X", 26),
        ("https://a/01/095213210000182", 27),
        ("https://a/01/09521321000018/21/", 31),
        ("https://a/01/09521321000018/10/B/22/A", 31),
        ("https://a/01/09521321000018?17=251301", 31),
        ("https://a/01/09521321000018?9999=1", 33),
        ("https://a\u00e9/01/09521321000018", 9),
        ("https://a/01/09521321000018 ", 27),
        ("https://a", 9),
        ("https://a/8003/19521321000018ABC", 15),
    ],
)
def test_a_refusal_names_the_place(uri, position):
    """Each fault where it stands, so that whoever typed it can look there."""
    with pytest.raises(LabelError) as refusal:
        parse_digital_link(uri)

    assert position == refusal.value.position


def test_a_longer_uri_than_any_is_refused():
    """The limit and one more."""
    base = "https://a/01/09521321000018?x="
    parse_digital_link(base + "y" * (2048 - len(base)))
    with pytest.raises(LabelError, match="2048"):
        parse_digital_link(base + "y" * (2049 - len(base)))


@pytest.mark.parametrize(
    ("digits", "gtin"),
    [
        ("96385074", "00000096385074"),
        ("614141000036", "00614141000036"),
        ("9521321000018", "09521321000018"),
        ("09521321000018", "09521321000018"),
    ],
)
def test_every_gtin_length_is_padded_to_14(digits, gtin):
    """GTIN-8, -12, -13 and -14, each with its right check digit."""
    assert gtin == normalise_gtin(digits)


@pytest.mark.parametrize("digits", ["", "1", "952132100001", "95213210000181", "9521321000019", "952132100001\u0668"])
def test_what_is_no_gtin_is_refused(digits):
    """Wrong lengths, wrong check digits, and digits of other scripts."""
    with pytest.raises(LabelError):
        normalise_gtin(digits)


def test_every_single_wrong_digit_of_a_gtin_is_noticed():
    """The promise of mod 10, over the whole domain of one GTIN."""
    right = "0952132100001"
    for place in range(13):
        for digit in "0123456789".replace(right[place], ""):
            assert check_digit(right) != check_digit(right[:place] + digit + right[place + 1 :])
