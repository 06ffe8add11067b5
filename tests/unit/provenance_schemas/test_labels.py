"""The label's grammar."""

import hashlib

import pytest

from provenance_schemas.errors import LabelError
from provenance_schemas.labels import Label, format_label, label_commitment, new_serial, normalise_serial, parse_label

GTIN = "09521321000018"
SERIAL = "7KQ2M9X4T8VJ3B6NW5R1"
HOST = "id.maison.example"
TEXT = f"HTTPS://ID.MAISON.EXAMPLE/01/{GTIN}/21/{SERIAL}"
LABEL = Label(HOST, GTIN, SERIAL)


def test_a_label_is_written_in_capitals_for_the_dense_mode():
    """The exact text that goes into the symbol, and its lower-case twin for readers that dislike capitals."""
    assert format_label(HOST, GTIN, SERIAL) == TEXT
    assert f"https://{HOST}/01/{GTIN}/21/{SERIAL}" == format_label(HOST, GTIN, SERIAL, upper=False)
    assert len(TEXT) == 50 + len(HOST)


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        TEXT.lower(),
        TEXT.replace("HTTPS", "hTTpS"),
        TEXT.replace(GTIN, GTIN[1:]),
        TEXT.replace("7KQ2", "%37k%512"),
        TEXT.replace("EXAMPLE/", "EXAMPLE:443/"),
        TEXT + "?",
        TEXT + "?linkType=gs1:pip&context=fr",
        TEXT + "?17=260131&&99=x",
        TEXT + "#top",
    ],
)
def test_every_way_a_phone_may_send_a_label_means_the_same(text):
    """Case, a GTIN-13, escapes, the scheme's own port, resolver parameters, a fragment."""
    assert parse_label(text) == LABEL


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("", 0, "https"),
        ("hello", 0, "https"),
        (TEXT.replace("HTTPS", "HTTP"), 0, "https"),
        (TEXT.replace("HTTPS", "FTP"), 0, "https"),
        (" " + TEXT, 0, "' '"),
        (TEXT + "\n", 67, "cannot stand"),
        (TEXT + "/", 25, "no GS1 key"),
        (TEXT.replace(GTIN, "09521321000019"), 29, "check digit is 8"),
        (TEXT[:-1] + "3", 47, "check character"),
        (TEXT[:-1] + "U", 66, "'U' is never part"),
        (TEXT.replace("0018/21/7KQ2", "0018/21/7KO2"), 49, "'O' is never part"),
        (TEXT + "0", 67, "too long"),
        (TEXT[:-1], 47, "has 19"),
        (TEXT.replace("7KQ2", "7K%2F"), 49, "'/' is never part"),
        (TEXT.replace("/01/", "/shop/01/"), 25, "does not follow the host"),
        (TEXT.replace("/21/", "/10/A/21/"), 44, "no /10/"),
        (TEXT.replace("/21/", "/22/A/21/"), 44, "no /22/"),
        (TEXT[:43], 43, "no serial"),
        (f"https://{HOST}/00/006141411234567890", 25, "names a GTIN"),
        (TEXT + "?10=A", 68, "belongs in the path"),
        (TEXT + "?21=" + SERIAL, 68, "21 is given twice"),
        (TEXT + "?999=A", 72, "'999'"),
        (TEXT + "?linkType=a&linkType=b", 79, "'linkType' is given twice"),
        (TEXT.replace("EXAMPLE", "EXAMPLE@EVIL.TEST"), 25, "host name"),
        (TEXT.replace("MAISON", "MAIS\u041eN"), 15, "cannot stand"),
        (TEXT.replace("MAISON", "MAIS%4FN"), 15, "host name"),
        (TEXT.replace("EXAMPLE", "EXAMPLE."), 8, "host name"),
        (TEXT.replace("EXAMPLE", "EXAMPLE:0443"), 8, "host name"),
        (TEXT.replace("EXAMPLE", "EXAMPLE:65536"), 26, "65535"),
        (TEXT.replace("ID.MAISON.EXAMPLE", "3232235777"), 8, "plain address"),
        (TEXT.replace("ID.MAISON.EXAMPLE", "0300.0250.1.1"), 8, "plain address"),
        (TEXT.replace("ID.MAISON.EXAMPLE", "1.2.3.0x4"), 8, "plain address"),
        (TEXT.replace("ID.MAISON.EXAMPLE", "-A.EXAMPLE"), 8, "host name"),
        (TEXT.replace("ID.MAISON.EXAMPLE", "A" * 64 + ".EXAMPLE"), 8, "host name"),
        (TEXT.replace("ID.MAISON.EXAMPLE", ".".join(["A" * 60] * 5)), 8, "host name"),
        (TEXT.replace("ID.MAISON.EXAMPLE", "[2001:db8::1]"), 8, "host name"),
    ],
)
def test_everything_else_is_refused_with_its_place(text, position, reason):
    """One fault a row; the position is where a person should look."""
    with pytest.raises(LabelError) as refusal:
        parse_label(text)

    assert (position, True) == (refusal.value.position, reason in refusal.value.reason)


@pytest.mark.parametrize("host", ["127.0.0.1:5000", "localhost:5000", "[::1]:5000", "127.0.0.1"])
def test_a_demonstration_on_this_machine_needs_no_certificate(host):
    """Only loopback hosts get, and may have, plain http."""
    text = format_label(host, GTIN, SERIAL, upper=False)

    assert text.startswith(f"http://{host}/01/")
    assert Label(host, GTIN, SERIAL) == parse_label(text)


def test_a_port_is_part_of_the_host():
    """Another port is another site, so the trust file must name it."""
    assert parse_label(TEXT.replace("EXAMPLE", "EXAMPLE:8443")).host == "id.maison.example:8443"


def test_new_serials_are_well_formed_and_differ():
    """200 of them: each parses, none twice."""
    serials = {new_serial() for _ in range(200)}

    assert len(serials) == 200
    assert all(serial == parse_label(format_label(HOST, GTIN, serial)).serial for serial in serials)


@pytest.mark.parametrize("typed", [SERIAL, SERIAL.lower(), "7kq2 m9x4 t8vj 3b6n w5r1", "7KQ2-M9X4-T8VJ-3B6N-W5R1"])
def test_a_typed_serial_is_forgiven_its_form(typed):
    """Case, spaces and dashes."""
    assert normalise_serial(typed) == SERIAL


@pytest.mark.parametrize(
    ("typed", "position"),
    [("7KQ2 M9X4 T8VJ 3B6N W5U2", 22), (SERIAL[:-1], None), (SERIAL[:-1] + "3", None), ("A" * 100, None), ("", None)],
)
def test_a_mistyped_serial_is_refused(typed, position):
    """With the place of a character that cannot be; a wrong check character could be anywhere."""
    with pytest.raises(LabelError) as refusal:
        normalise_serial(typed)

    assert position == refusal.value.position


def test_the_commitment_is_the_published_formula():
    """sha256("assay/item/1" LF gtin LF serial), written out."""
    by_hand = hashlib.sha256(f"assay/item/1\n{GTIN}\n{SERIAL}".encode()).digest()

    assert by_hand == label_commitment(GTIN, SERIAL) == LABEL.commitment


def test_the_serial_does_not_slip_into_logs():
    """Neither the repr of a label nor a refusal repeats it."""
    with pytest.raises(LabelError) as refusal:
        parse_label(TEXT[:-1] + "3")

    assert SERIAL not in repr(LABEL)
    assert SERIAL[:8] not in str(refusal.value)


@pytest.mark.parametrize(
    ("host", "gtin", "serial"),
    [("EXAMPLE", GTIN, SERIAL), (HOST, GTIN[1:], SERIAL), (HOST, GTIN, SERIAL.lower()), ("a/b", GTIN, SERIAL)],
)
def test_a_label_cannot_be_built_in_another_form(host, gtin, serial):
    """One label, one value: equality and lookups rely on it."""
    with pytest.raises(LabelError):
        Label(host, gtin, serial)
