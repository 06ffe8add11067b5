"""Reading labels from pictures: what is loaded, what is refused, and how far the search goes."""

import contextlib
import io
import os
import random
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from provenance_schemas.labels import format_label, new_serial
from tests.bench.qr import CORPORA, judge, run
from tests.fakes.pictures import as_file, glaring, qr_picture, side_by_side
from verifier.errors import ImageError
from verifier.image_exif import orientation_of
from verifier.image_limits import SIZE_MAX_BYTES
from verifier.image_loading import WORKING_SIDE_MAX, load_image
from verifier.image_stages import CHEAP_STAGES, Scales, Stage
from verifier.images import TEXTS_MAX, read_labels
from verifier.qr.reader import decode_text

REPOSITORY = Path(__file__).parents[3]
HOST = "id.maison.example"
TEXT = "HTTPS://ID.MAISON.EXAMPLE/01/09521321000018/21/7KQ2M9X4T8VJ3B6NW5R1"
PICTURE = qr_picture(TEXT)


def stage(*texts, text_length_min=1):
    return Stage("fake", lambda scales, left_s: list(texts), text_length_min)


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_every_format_we_ask_for_is_read(file_format, mode):
    """Grey and colour; the size is the sender's."""
    reading = read_labels(as_file(PICTURE.convert(mode), file_format))

    assert reading.texts == (TEXT,)
    assert (reading.width, reading.height) == PICTURE.size
    assert (reading.found[0].stage, reading.found[0].preferred, reading.exhausted) == ("plain", False, False)


STORED = {
    1: lambda upright: upright,
    2: np.fliplr,
    3: lambda upright: np.rot90(upright, 2),
    4: np.flipud,
    5: np.transpose,
    6: np.rot90,
    7: lambda upright: np.rot90(upright, 2).T,
    8: lambda upright: np.rot90(upright, -1),
}
"""How a camera stores a scene under each EXIF orientation."""


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", STORED)
def test_a_photo_is_turned_upright(orientation, file_format):
    """All eight EXIF orientations show the same scene, dark at its top left."""
    upright = np.full((40, 60), 255, np.uint8)
    upright[:20, :20] = 0
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(np.ascontiguousarray(STORED[orientation](upright)))
    loaded = load_image(as_file(stored, file_format, exif=exif))

    assert np.array_equal(upright > 127, loaded.pixels > 127)


@pytest.mark.parametrize(
    "exif",
    [
        b"",
        b"II*",
        b"II*\0\xff\xff\xff\xff",
        b"II*\0\x08\0\0\0\xff\xff",
        b"II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\x09\0",
        b"MM\0*\0\0\0\x08\0\1\1\x12\0\4\0\0\0\1\0\6",
    ],
)
def test_damaged_exif_does_not_hide_a_readable_code(exif):
    """The picture is what counts; without a readable orientation it is upright."""
    assert orientation_of(exif) == 1
    assert read_labels(as_file(PICTURE, "JPEG", exif=b"Exif\0\0" + exif)).texts == (TEXT,)


def test_both_byte_orders_of_exif_are_read():
    """Cameras write either."""
    assert orientation_of(b"Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0") == 6
    assert orientation_of(b"MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6") == 6


@pytest.mark.parametrize("mode", ["LA", "RGBA", "P", "PA"])
def test_what_shines_through_is_white_paper(mode):
    """A code drawn on nothing at all: transparent pixels are black underneath."""
    clear = Image.new("LA", PICTURE.size, (0, 0))
    clear.putalpha(PICTURE.point(lambda grey: 255 - grey))
    picture = clear if mode == "LA" else clear.convert("RGBA")
    if mode in {"P", "PA"}:
        picture = picture.quantize(4)

    assert read_labels(as_file(picture)).texts == (TEXT,)


@pytest.mark.parametrize("mode", ["1", "I;16", "CMYK"])
def test_unusual_depths_are_read(mode):
    """One bit, sixteen bits of which a scanner uses few, and a printer's four colours."""
    deep = Image.fromarray(np.asarray(PICTURE).astype(np.uint16) * 4)
    picture = deep if mode == "I;16" else PICTURE.convert(mode)

    assert read_labels(as_file(picture, "JPEG" if mode == "CMYK" else "PNG")).texts == (TEXT,)


def test_a_large_photo_is_scaled_down_and_read():
    """48 megapixels, the code a small part of them."""
    sheet = Image.new("L", (8000, 6000), 200)
    sheet.paste(PICTURE.resize((PICTURE.width * 4, PICTURE.height * 4)), (3000, 2000))
    content = as_file(sheet, "JPEG")

    assert max(load_image(content).pixels.shape) == WORKING_SIDE_MAX
    assert read_labels(content).texts == (TEXT,)


def test_the_later_stages_read_what_the_first_cannot():
    """Hard light: zxing-cpp alone sees nothing, the cascade does."""
    content = as_file(glaring(qr_picture(TEXT, 3)))

    assert read_labels(content, stages=CHEAP_STAGES[:1]).texts == ()
    assert read_labels(content).texts == (TEXT,)


def test_a_picture_without_a_code_is_no_error():
    """Nothing found is an answer."""
    assert read_labels(as_file(Image.new("L", (300, 200), 128))).texts == ()
    assert read_labels(as_file(Image.new("L", (1, 1)))).texts == ()


def test_two_codes_are_both_reported_and_ours_comes_first():
    """What is ours comes first, and hides nothing: the other text stays in the reading."""
    content = as_file(side_by_side(qr_picture("https://other.example/a", 8), PICTURE))
    reading = read_labels(content, hosts=[HOST])

    assert reading.texts == (TEXT, "https://other.example/a")
    assert [found.preferred for found in reading.found] == [True, False]


def test_the_search_goes_on_until_a_preferred_text_is_found():
    """A poster's large code is read at once, the small label only by a later stage."""
    stages = [stage("poster", "poster"), stage(TEXT), stage("never reached")]

    assert read_labels(as_file(PICTURE), stages=stages).texts == ("poster",)
    assert read_labels(as_file(PICTURE), stages=stages, hosts=[HOST]).texts == (TEXT, "poster")


def test_the_search_ends_when_the_time_is_up():
    """Looked at between stages, with a clock of our own; the reading says that it was cut short."""
    now = iter([0.0, 0.1, 2.6, 2.7])
    reading = read_labels(as_file(PICTURE), stages=[stage(), stage("late")], clock=lambda: next(now))

    assert (reading.texts, reading.exhausted) == ((), True)


def test_short_texts_of_reworked_pictures_are_not_believed():
    """Noise that was reworked can look like the smallest code; untouched pixels may say what they like."""
    reading = read_labels(as_file(PICTURE), stages=[stage("8960", text_length_min=8), stage("long enough")])

    assert reading.texts == ("long enough",)
    assert [each.text_length_min for each in CHEAP_STAGES[:2]] == [1, 1]
    assert {8} == {each.text_length_min for each in CHEAP_STAGES[2:]}


def test_a_wall_of_codes_is_cut():
    """At most 32 texts come back."""
    reading = read_labels(as_file(PICTURE), stages=[stage(*(f"text {i}" for i in range(100)))])

    assert len(reading.texts) == TEXTS_MAX


@pytest.mark.parametrize(
    ("raw", "guess", "symbology", "text"),
    [
        ("\u00e9t\u00e9".encode(), "?", "]Q1", "\u00e9t\u00e9"),
        ("\u00e9t\u00e9".encode("latin-1"), "\u00e9t\u00e9", "]Q1", "\u00e9t\u00e9"),
        ("\u65e5\u672c".encode("shift_jis"), "\u65e5\u672c", "]Q1", "\u65e5\u672c"),
        (b"A\0B\0", "AB", "]Q2", "AB"),
    ],
)
def test_text_is_utf8_where_it_can_be(raw, guess, symbology, text):
    """Else, and where the code declares a character set, the reader's own text stands."""
    assert text == decode_text(raw, guess, symbology)


def test_scales_never_enlarge_by_themselves():
    """A small picture stays as it is; a large one is scaled once and kept."""
    scales = Scales(np.zeros((100, 200), np.uint8))

    assert scales.at(1280) is scales.full
    assert scales.at(50) is scales.at(50)
    assert scales.at(50).shape == (25, 50)
    assert scales.enlarged(50, 3).shape == (75, 150)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"", "empty"),
        (b"This is a note.\n", "text"),
        ("R\u00e9sum\u00e9".encode(), "text"),
        (b"%PDF-1.7\n\xff\xd8\xff", "a PDF"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
        (b"  <svg/>", "an SVG drawing"),
        (b"<!DOCTYPE html><p>", "a web page"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC file is cut off"),
        (b"\0\0\0\x10ftypavif\0\0\0\0", "AVIF file has no picture"),
        (b"\0\0\0\x10ftypmif1\0\0\0\0", "HEIF file holds no picture"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "send a photo, not a video".capitalize()),
        (b"\0\0\0\x14ftypqt  \0\0\0\0", "a video"),
        (b"\x1aE\xdf\xa3", "a video"),
        (b"RIFF\0\0\0\0AVI LIST", "a video"),
        (b"\0\0\0\x18ftypcrx \0\0\0\1", "a raw picture"),
        (b"II*\0\x10\0\0\0CR\2\0", "a raw picture"),
        (b"II*\0\x08\0\0\0\1\0\x12\xc6\1\0", "a raw picture"),
        (b"\0\0\1\0\1\0", "an icon"),
        (b"\xff\x0a", "a JPEG XL"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"II*\0\x08\0\0\0", "a TIFF"),
        (b"BM\0\0\0\0", "a BMP"),
        (b"PK\3\4", "a ZIP archive"),
        (b"\0\1\2\3", "another kind"),
        (b"\xff\xd8\xff", "cut off"),
        (b"\xff\xd8\xff\xe0\0\4\0\0\xff\xda", "no frame"),
        (b"\xff\xd8\xff\xe0\0\4\0\0junk", "damaged"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (b"GIF89a", "cut off"),
        (b"GIF89a" + bytes(7) + b"junk", "damaged"),
        (b"RIFF\0\0\0\0WEBPjunk", "damaged"),
        (b"RIFF\0\0\0\0WEBPVP8X", "cut off"),
    ],
)
def test_what_is_no_picture_is_refused_by_name(content, named):
    """The name of the file says nothing; the answer says what it is and what to send."""
    with pytest.raises(ImageError, match=r"[Ss]end .*(JPEG|photo|that)") as refusal:
        read_labels(content)

    assert named in str(refusal.value)


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_every_cut_and_every_broken_picture_is_an_image_error(file_format):
    """300 mutations a format, fixed seed: each is read or refused, and nothing else is raised."""
    whole = as_file(qr_picture(TEXT, 2).convert("RGB"), file_format)
    rng = random.Random(7)
    with pytest.raises(ImageError):
        load_image(whole[: len(whole) // 2])
    for _ in range(300):
        broken = bytearray(whole[: rng.randrange(12, len(whole))] if rng.random() < 0.3 else whole)
        for _ in range(rng.randrange(1, 6)):
            broken[rng.randrange(12, len(broken)) if len(broken) > 12 else 0] = rng.randrange(256)
        with contextlib.suppress(ImageError):
            load_image(bytes(broken))


def test_a_file_at_the_limit_is_read_and_one_byte_more_is_not():
    """Padding after the picture counts too."""
    content = as_file(PICTURE)
    padded = content + bytes(SIZE_MAX_BYTES - len(content))

    assert read_labels(padded).texts == (TEXT,)
    with pytest.raises(ImageError, match=r"15\.0 MB"):
        read_labels(padded + b"\0")


def test_a_png_whose_header_is_right_and_data_is_not_is_refused():
    """The check sums are good; the pixels are missing."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 100, 100, 8, 0, 0, 0, 0))
    content = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")
    with pytest.raises(ImageError, match="damaged or cut off"):
        read_labels(content)


def test_only_the_first_frame_of_an_animation_counts():
    """GIF and WebP; nobody sees a code that flashes by."""
    for file_format in ("GIF", "WEBP"):
        content = io.BytesIO()
        blank = Image.new("L", PICTURE.size, 255)
        blank.save(content, file_format, save_all=True, append_images=[PICTURE], duration=100)

        assert read_labels(content.getvalue()).texts == ()


@pytest.mark.parametrize(
    ("texts", "right", "verdict"),
    [
        ([], ["a"], "none"),
        (["x", "a\r\n"], ["a"], "right"),
        (["b"], ["a"], "wrong"),
        (["b"], [], "wrong"),
        (["\u00c3\u00a9"], ["\u00e9"], "none"),
    ],
)
def test_the_bench_judges_by_exact_text(texts, right, verdict):
    """The bench decides what we claim, so it is held too; an empty list of right texts makes any text wrong."""
    assert verdict == judge(texts, right)


@pytest.mark.shared
def test_the_corpora_are_read_better_than_by_zxing_alone_and_never_wrongly():
    """Every sixth picture: a tenth more than zxing-cpp reads, and no wrong text. `make bench` reads them all."""
    shared = Path(os.environ.get("ASSAY_SHARED") or REPOSITORY.parent / "shared")
    if not all((shared / "corpora" / "qr" / name).exists() for name in CORPORA):
        required = os.environ.get("CI") == "true" and "ASSAY_SHARED" in os.environ
        (pytest.fail if required else pytest.skip)("the QR corpora are absent")
    counts = run(shared, every=6)

    assert counts["wrong"] == 0, counts
    assert counts["ours"] >= 1.1 * counts["zxing"], counts
    assert counts["ours"] >= 0.95 * counts["scored"], counts


def test_a_fresh_label_survives_the_round_trip():
    """Ten random serials: drawn, pictured, read."""
    for _ in range(10):
        text = format_label("id.maison.example", "09521321000018", new_serial())

        assert read_labels(as_file(qr_picture(text, 3))).texts == (text,)
