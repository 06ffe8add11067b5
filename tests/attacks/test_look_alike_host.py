"""A forger prints a label whose link looks like the house's and leads to him."""

import pytest

from provenance_schemas.errors import LabelError
from provenance_schemas.labels import format_label, new_serial, parse_label

HOST = "id.maison.example"
TRUE = format_label(HOST, "09521321000018", new_serial(), upper=False)
LOOK_ALIKES = {
    "the true host first": "id.maison.example.evil.test",
    "the true host last": "evil-id.maison.example",
    "below the true host": "shop.id.maison.example",
    "user name": "id.maison.example@evil.test",
    "user name and password": "id.maison.example:x@evil.test",
    "escaped slash": "id.maison.example%2f.evil.test",
    "escaped at": "evil.test%40id.maison.example",
    "backslash": "evil.test\\@id.maison.example",
    "another port": "id.maison.example:8443",
    "final dot": "id.maison.example.",
    "cyrillic a": "id.m\u0430ison.example",
    "fullwidth dot": "id.maison.example\uff0eevil.test",
    "one dot leader": "id.maison.example\u2024evil.test",
    "punycode": "xn--id-6kc.maison.example",
    "digit for letter": "id.mais0n.example",
    "soft hyphen": "id.mai\u00adson.example",
    "line break": "id.maison.example\n.evil.test",
    "query in front": "evil.test/?https://id.maison.example",
    "fragment in front": "evil.test/#id.maison.example",
    "path in front": "evil.test/id.maison.example",
}


def weaker_rule_accepts(text):
    """The weaker rule: the house's name stands in the link, or one that reads the same to a hurried eye."""
    plain = text.lower().replace("\u0430", "a").replace("0n", "on").replace("\u00ad", "").replace("xn--id-6kc", "id")
    return "id.maison.example" in plain


@pytest.mark.parametrize("host", LOOK_ALIKES.values(), ids=LOOK_ALIKES)
def test_a_look_alike_host_is_never_taken_for_the_house(host):
    """Searching the link for the name lets each of them through; the grammar gives another host or refuses."""
    forged = TRUE.replace(HOST, host, 1)
    assert weaker_rule_accepts(forged)

    try:
        found = parse_label(forged).host
    except LabelError:
        found = None
    assert found != HOST
    assert parse_label(TRUE).host == HOST


def test_a_foreign_scheme_is_refused():
    """Plain http could be answered by anybody on the way; a javascript link by nobody at all."""
    for scheme in ("http", "javascript", "data", "intent", "//"):
        with pytest.raises(LabelError):
            parse_label(TRUE.replace("https", scheme, 1))
