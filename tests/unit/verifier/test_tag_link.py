"""The link of a tag: what is read of its query, and what its MAC covers."""

from __future__ import annotations

import pytest

from provenance_schemas.labels import parse_label
from tests.fakes.street import street
from verifier.errors import SunError
from verifier.tag_link import covered_text, has_tag_message, read_tag_message

LABEL = "https://id.maison.example/01/09521321000018/21/7KQ2M9X4T8VJ3B6NW5R1"
PICC, MAC = "EF963FF7828658A599F3041510671E88", "94EED9EE65337086"


def test_a_tags_link_is_the_labels_own_with_a_message():
    """The label is read from it as from the printed one."""
    text = f"{LABEL}?e={PICC}&c={MAC}"
    message = read_tag_message(text)

    assert parse_label(text) == parse_label(LABEL)
    assert (bytes.fromhex(PICC), bytes.fromhex(MAC)) == (message.picc, message.mac)
    assert f"e={PICC}&c={MAC}" == message.query


@pytest.mark.parametrize(
    "text",
    [
        f"{LABEL}?e={PICC}&c={MAC}",
        f"{LABEL}?lang=fr&e={PICC}&c={MAC}#top",
        f"{LABEL.lower()}?c={MAC.lower()}&e={PICC.lower()}",
    ],
)
def test_what_is_covered_does_not_depend_on_how_a_phone_spells_the_link(text):
    """The chip signs its own spelling; whatever is between may add a language, or change a case."""
    message = read_tag_message(text)

    assert f"/01/09521321000018/21/7KQ2M9X4T8VJ3B6NW5R1?e={PICC}&c=".encode() == covered_text(
        parse_label(text), message.picc
    )


@pytest.mark.parametrize(
    ("query", "field", "reason"),
    [
        (f"c={MAC}", "e", "missing"),
        (f"e={PICC}", "c", "missing"),
        (f"e={PICC[:-1]}&c={MAC}", "e", "cut"),
        (f"e={PICC}&c={MAC}0", "c", "cut"),
        (f"e={PICC}&c={MAC[:-1]}G", "c", "cut"),
        (f"e={PICC}&c={MAC[:-2]}%31", "c", "cut"),
        (f"e={PICC}&e={PICC}&c={MAC}", "e", "twice"),
        (f"e={'0' * 30}_1&c={MAC}", "e", "cut"),
    ],
)
def test_a_cut_message_says_which_part(query, field, reason):
    """A link that was copied by half is no forgery."""
    assert has_tag_message(f"{LABEL}?{query}")
    with pytest.raises(SunError, match=reason) as caught:
        read_tag_message(f"{LABEL}?{query}")

    assert caught.value.field == field


@pytest.mark.parametrize("text", [LABEL, f"{LABEL}?lang=fr", f"{LABEL}?ee={PICC}#?e={PICC}", f"{LABEL}?"])
def test_a_printed_label_has_no_message(text):
    assert not has_tag_message(text)


def outcomes(said):
    return {finding["code"]: finding["outcome"] for finding in said.verdict["findings"]}


def test_whoever_has_no_keys_verifies_the_label_and_is_told():
    """`assay verify` of a tag's link: the label's own answer, and one line that the message was not looked at."""
    with street() as open_street:
        label = open_street.world.bag_label
        plain = open_street.verify(label)
        tapped = open_street.verify(f"{label}?e={PICC}&c={MAC}")

    assert (tapped.exit_code, outcomes(tapped)) == (plain.exit_code, outcomes(plain))
    assert "its message was not checked" in tapped.talk
    assert plain.talk == ""
