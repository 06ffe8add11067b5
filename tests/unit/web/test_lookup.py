"""From a photo, or from typing, to a label of ours."""

import pytest

from provenance_schemas.labels import format_label
from tests.fakes.documents import GTIN
from tests.fakes.site import some_photo
from tests.fakes.world import HOST, some_serial, some_world
from verifier.errors import ImageError
from verifier.image_labels import is_label_of
from verifier.images import FoundText, ImageReading, read_labels
from web.presenters.catalogue import Refusal
from web.scan.lookup import DecoderGate, LookupRefusedError, label_in_picture, label_in_text, label_in_typing

TRUST = some_world().trust
SERIAL = some_serial("bag")
MISTYPED = SERIAL[:-1] + ("0" if SERIAL[-1] != "0" else "1")
OURS = format_label(HOST, GTIN, SERIAL)
FOREIGN = format_label("look-alike.example", GTIN, SERIAL)


def reads(*texts):
    """A decoder that finds these texts; the preferred ones first, as the real one does."""

    def read(content, *, hosts=()):
        ordered = sorted(texts, key=lambda text: not is_label_of(text, hosts))
        found = tuple(FoundText(text, "fake", is_label_of(text, hosts)) for text in ordered)
        return ImageReading(found, 10, 10, exhausted=False)

    return read


def refused(call, *args):
    with pytest.raises(LookupRefusedError) as caught:
        call(*args)
    return caught.value


def test_a_label_of_ours_is_found_beside_other_codes():
    """A poster behind the piece has a code too."""
    found = label_in_picture(b"", reads("WIFI:S:boutique;;", FOREIGN, OURS), TRUST)

    assert (found.host, found.gtin, found.serial) == (HOST, GTIN, SERIAL)


def test_two_labels_of_ours_are_for_nobody_to_choose_between():
    """The wrong piece would be checked, and found genuine."""
    other = format_label(HOST, GTIN, some_serial("other"))

    assert Refusal.SEVERAL_LABELS is refused(label_in_picture, b"", reads(OURS, other), TRUST).refusal


def test_a_foreign_host_is_named():
    """The person learns where the code would have led them."""
    error = refused(label_in_picture, b"", reads(FOREIGN), TRUST)

    assert (error.refusal, error.host) == (Refusal.FOREIGN_HOST, "look-alike.example")


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("hello", Refusal.NOT_A_LABEL),
        ("https://evil.example/", Refusal.FOREIGN_HOST),
        (f"javascript://{HOST}/01/{GTIN}/21/{SERIAL}", Refusal.NOT_A_LABEL),
        (f"https://{HOST}@evil.example/01/{GTIN}/21/{SERIAL}", Refusal.NOT_A_LABEL),
        (f"https://{HOST}.evil.example/01/{GTIN}/21/{SERIAL}", Refusal.FOREIGN_HOST),
        (f"https://{HOST}/01/{GTIN}/21/{MISTYPED}", Refusal.NOT_A_LABEL),
        (f"http://{HOST}/01/{GTIN}/21/{SERIAL}", Refusal.NOT_A_LABEL),
        ("x" * 10_000, Refusal.NOT_A_LABEL),
    ],
)
def test_what_is_no_label_of_ours_is_refused(text, refusal):
    """Nothing else ever becomes a redirect."""
    assert refusal is refused(label_in_text, text, TRUST).refusal


@pytest.mark.parametrize("content", [b"", b"just text", b"%PDF-1.7", some_photo()[:500], b"\xff\xd8\xff"])
def test_what_is_no_picture_is_refused(content):
    """A renamed text file, an empty one, a cut one: each is an answer, none is a crash."""
    assert Refusal.NOT_A_PICTURE is refused(label_in_picture, content, read_labels, TRUST).refusal


def test_a_picture_without_a_code_says_so():
    """Another photo may do better."""
    assert Refusal.NO_CODE is refused(label_in_picture, some_photo(), read_labels, TRUST).refusal


def test_the_decoders_own_words_are_kept_as_detail():
    """They say what to send instead."""

    def read(content, *, hosts=()):
        raise ImageError("the file is a PDF")

    assert refused(label_in_picture, b"", read, TRUST).detail == "the file is a PDF"


@pytest.mark.parametrize(
    "serial", [SERIAL, SERIAL.lower(), f" {SERIAL[:4]}-{SERIAL[4:8]} {SERIAL[8:]} ", OURS, OURS.lower()]
)
def test_a_serial_is_read_as_people_type_it(serial):
    """With dashes, in any case, or as the whole address."""
    assert label_in_typing(serial, "0952 1321 000018", HOST, TRUST).serial == SERIAL


@pytest.mark.parametrize(
    ("serial", "gtin", "refusal"),
    [
        ("", "", Refusal.NOTHING_GIVEN),
        (SERIAL, "", Refusal.GTIN_WRONG),
        (SERIAL, "09521321000011", Refusal.GTIN_WRONG),
        (SERIAL, "1" * 5_000, Refusal.GTIN_WRONG),
        ("", GTIN, Refusal.SERIAL_WRONG),
        (MISTYPED, GTIN, Refusal.SERIAL_WRONG),
        ("x" * 100_000, GTIN, Refusal.SERIAL_WRONG),
        (FOREIGN, "", Refusal.FOREIGN_HOST),
    ],
)
def test_what_was_mistyped_is_named(serial, gtin, refusal):
    """One field is at fault, and the person learns which."""
    assert refusal is refused(label_in_typing, serial, gtin, HOST, TRUST).refusal


def test_no_refusal_repeats_the_serial():
    """It stands in no log, wherever the error goes."""
    error = refused(label_in_typing, MISTYPED, GTIN, HOST, TRUST)

    assert SERIAL[:-1] not in str(error)


def test_the_gate_refuses_what_it_cannot_decode_at_once():
    """A queue of photos would keep every thread of the site waiting."""
    gate = DecoderGate(1)
    with gate.place():
        assert Refusal.BUSY is refused(gate.place().__enter__).refusal
    with gate.place():
        pass
