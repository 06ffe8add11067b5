import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance_schemas.errors import DocumentError
from provenance_schemas.leaks import refuse_label_leak
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.documents import GTIN, SERIAL, some_passport, some_step

URL = f"HTTPS://ID.MAISON.EXAMPLE/01/{GTIN}/21/{SERIAL}"


@pytest.mark.parametrize(
    "text",
    [
        SERIAL,
        SERIAL.lower(),
        URL,
        URL.lower(),
        f"Serial: {SERIAL[:10]} - {SERIAL[10:]}",
        " ".join(SERIAL),
        SERIAL.replace("0", "O").replace("1", "I"),
        "".join(chr(ord(c) + 0xFEE0) for c in SERIAL),
        "".join(f"%{ord(c):02x}" for c in SERIAL),
        "".join(f"%25{ord(c):02x}" for c in SERIAL),
        SERIAL[:19],
        f"begins {SERIAL[:8]}",
        f"ends {SERIAL[-8:]}",
        f"https://id.other.example/01/{GTIN}/21/0000000000000000000A",
        f"(01){GTIN}(21)ANOTHER",
    ],
)
@pytest.mark.parametrize("where", ["name", "description", "attribute", "field"])
def test_a_text_that_helps_to_open_the_commitment_is_refused(text, where):
    """The serial in any spelling, a part of it, or any label of the model, anywhere in the document."""
    document = some_passport().to_json()
    if where == "attribute":
        document["attributes"].append({"trait_type": "Number", "value": text})
    elif where == "field":
        document["product"][text] = "x"
    else:
        document[where] = text

    with pytest.raises(DocumentError) as caught:
        refuse_label_leak(document, GTIN, SERIAL)

    assert caught.value.field.startswith(("/name", "/description", "/attributes/2/value", "/product/"))
    assert SERIAL not in str(caught.value.reason)


@pytest.mark.parametrize("text", ["O1OQ-K2VI-LT8L", "o10q k2v1 lt81", "0l0QK2VI1T8L"])
def test_look_alike_letters_hide_nothing(text):
    """O reads as 0, I and L as 1, for whoever types a serial: so here too."""
    with pytest.raises(DocumentError):
        refuse_label_leak({"a": text}, GTIN, "010QK2V11T81M9X4T8VJ")


def test_documents_without_the_serial_pass():
    """The passport names the GTIN, the model number and the commitment: none of them opens it."""
    refuse_label_leak(some_passport().to_json(), GTIN, SERIAL)
    for kind in (EntryKind.SOLD, EntryKind.LABEL_REPLACED):
        refuse_label_leak(some_step(kind).to_json(), GTIN, SERIAL)


def test_seven_characters_of_the_serial_pass():
    """The line is drawn at eight: fewer meet by chance, and leave 60 bits to guess."""
    refuse_label_leak({"a": f"{SERIAL[:7]}.-"}, GTIN, SERIAL)
    with pytest.raises(DocumentError):
        refuse_label_leak({"a": SERIAL[:8]}, GTIN, SERIAL)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=8))
def test_any_json_is_searched_without_a_crash(value):
    """Nothing a document can hold stops the search."""
    refuse_label_leak({"a": value}, GTIN, SERIAL)
