"""What is read of a picture file before a decoder sees it, and what a decoder is given of it."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from tests.fakes.heic import COLOURS, box, coded, container, grid, heic, hvcc, ispe, repeated
from tests.fakes.pictures import as_file, qr_picture
from verifier.errors import ImageError
from verifier.image_exif import jpeg_end
from verifier.image_headers import read_header
from verifier.image_limits import BOXED_PIXELS_MAX
from verifier.image_loading import load_colours, load_image

PICTURE = qr_picture("a", 2)
UPRIGHT = np.full((64, 96), 255, np.uint8)
UPRIGHT[:32, :32] = 0
BY_TURNS = {0: UPRIGHT, 1: np.rot90(UPRIGHT), 2: np.rot90(UPRIGHT, 2), 3: np.rot90(UPRIGHT, 3)}


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


@pytest.mark.parametrize("turns", BY_TURNS)
def test_a_heic_is_turned_once_as_its_boxes_say(turns):
    """Phones write the turn into the boxes and repeat it as Exif; only the boxes count."""
    content = heic(Image.fromarray(UPRIGHT), turn=turns)
    shown, header = BY_TURNS[turns], read_header(content)

    assert np.array_equal(shown > 127, load_image(content).pixels > 127)
    assert np.array_equal(shown > 127, np.asarray(load_colours(content, 4_000).convert("L")) > 127)
    assert (header.format, header.width, header.height) == ("HEIC", shown.shape[1], shown.shape[0])


@pytest.mark.parametrize(("axis", "shown"), [(0, np.flipud(UPRIGHT)), (1, np.fliplr(UPRIGHT))])
def test_a_heic_is_mirrored_as_its_boxes_say(axis, shown):
    """Selfies are."""
    picture = Image.fromarray(UPRIGHT)
    loaded = {flag: load_image(heic(picture, mirror=flag)).pixels > 127 for flag in (0, 1)}

    assert any(np.array_equal(shown > 127, each) for each in loaded.values())
    assert not np.array_equal(loaded[0], loaded[1])
    assert axis in loaded


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_avif_is_turned_as_its_boxes_say(orientation):
    """All eight ways, which a writer put into the boxes."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(UPRIGHT)
    expected = np.asarray(_transposed(stored, orientation))
    content = as_file(stored.convert("RGB"), "AVIF", exif=exif, quality=95)

    assert np.array_equal(expected > 127, load_image(content).pixels > 127)
    assert np.array_equal(expected > 127, np.asarray(load_colours(content, 4_000).convert("L")) > 127)


def _transposed(picture, orientation):
    ways = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}
    return picture.transpose(Image.Transpose(ways[orientation])) if orientation > 1 else picture


def test_a_picture_in_tiles_has_the_size_of_its_grid():
    """Tiles that reach over the edge are cut."""
    content = grid(Image.fromarray(np.tile(UPRIGHT, (2, 2))[:100, :150]), 64)

    assert (read_header(content).width, read_header(content).height) == (150, 100)
    assert load_image(content).pixels.shape == (100, 150)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (heic(PICTURE, size=(9_000, 9_000)), "9000 x 9000"),
        (heic(PICTURE, size=(0, 5)), "0 x 5"),
        (grid(PICTURE, 64, size=(9_000, 9_000)), "two sizes"),
        (grid(PICTURE, 64, rows=9), "two sizes"),
        (repeated(5_100, 5_000, 512), "5100 x 5000"),
        (repeated(64, 64, 512, size=(64, 65)), "two sizes"),
        (heic(PICTURE, primary=2), "which picture"),
        (container([(b"iden", b"")], [ispe(9, 9)], [(1,)]), "in a way that we do not read"),
        (container([(b"hvc1", b"")] * 600, [ispe(9, 9)], [(1,)]), "over 512"),
        (container([(b"hvc1", b"")], [ispe(9, 9), ispe(8, 8)], [(1, 2)]), "two sizes"),
        (container([(b"hvc1", b"")], [ispe(9, 9)] * 2_000, [(1,)]), "over 1024 parts"),
        (heic(PICTURE)[:-9], "cut off"),
        (box(b"ftyp", b"heic", bytes(4)) + box(b"free") * 80, "over 64 parts"),
        (box(b"ftyp", b"heic", bytes(4)) + box(b"meta", bytes(300_000)), "293 KB of its pictures"),
        (box(b"ftyp", b"hevc", bytes(4)) + box(b"moov", bytes(90)), "a film and no picture"),
    ],
)
def test_a_heic_that_lies_is_refused_by_its_boxes(content, named):
    """Sizes, lists and depths, before libheif sees a byte."""
    with pytest.raises(ImageError, match=r"[Ss]end") as refusal:
        read_header(content)

    assert named in str(refusal.value)


def test_a_hidden_layer_counts_as_much_as_the_picture():
    """A small picture whose transparency has a hundred megapixels."""
    pixels = coded(np.full((64, 64), 9, np.uint8))
    properties = [hvcc(64, 64), ispe(64, 64), COLOURS, ispe(10_000, 10_000)]
    content = container([(b"hvc1", pixels)] * 2, properties, [(1, 2, 3), (1, 4)])

    assert 2 * BOXED_PIXELS_MAX < 10_000**2
    with pytest.raises(ImageError, match="asks for 100 megapixels to show 64 x 64"):
        read_header(content)


def test_a_decoder_is_given_the_first_picture_alone():
    """No second frame, no trailer, no film, no text."""
    frames = [Image.new("L", (8, 8), grey) for grey in (0, 255)]
    written = io.BytesIO()
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:])
    gif = read_header(written.getvalue() + b"\1\2").part
    written = io.BytesIO()
    frames[0].save(written, "PNG", save_all=True, append_images=frames[1:])
    png = read_header(written.getvalue()).part
    jpeg = as_file(frames[0], "JPEG")
    film = read_header(heic(PICTURE, behind=box(b"moov", bytes(50)))).part

    assert (1, b"fdAT" in png) == (Image.open(io.BytesIO(gif)).n_frames, False)
    assert jpeg == read_header(jpeg + as_file(frames[1], "JPEG")).part
    assert b"moov" not in film
    assert b"free" in film


def test_metadata_of_a_png_never_reaches_its_reader():
    """Texts unpack to gigabytes; a profile of honest size stays for its colours."""
    content = as_file(PICTURE)
    bombs = [
        chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(10**6))),
        chunk(b"iCCP", b"a\0\0" + bytes(70_000)),
        chunk(b"eXIf", b"II*\0"),
    ]
    part = read_header(content[:33] + b"".join(bombs) + content[33:]).part

    assert [name in part for name in (b"zTXt", b"iCCP", b"eXIf")] == [False, False, True]


@pytest.mark.parametrize(("options", "scans"), [({}, 1), ({"progressive": True}, 6), ({"restart_marker_blocks": 1}, 1)])
def test_scans_are_counted_up_to_the_end_of_the_first_picture(options, scans):
    """Restart markers are none, and another picture's do not count."""
    content = as_file(PICTURE, "JPEG", **options)

    assert (len(content), scans) == jpeg_end(content + content)


def test_a_progressive_jpeg_may_keep_so_many_coefficients():
    """Each scan but the last leaves them all in memory: 6 bytes a pixel in full colours."""

    def large(**options):
        content = as_file(Image.new("RGB", (64, 64)), "JPEG", **options)
        at = min(content.find(marker) for marker in (b"\xff\xc0", b"\xff\xc2") if marker in content) + 5
        return content[:at] + struct.pack(">HH", 5_900, 6_000) + content[at + 4 :]

    assert read_header(large(progressive=True)).width == 6_000
    with pytest.raises(ImageError, match="takes 203 MB to read"):
        read_header(large(progressive=True, subsampling=0))
    assert read_header(large(subsampling=0)).width == 6_000


@pytest.mark.parametrize(("mode", "transparent"), [("RGBA", 0), ("LA", 0), ("RGB", None), ("CMYK", None)])
def test_large_colours_are_halved_in_strips(mode, transparent):
    """The seams do not show, and what shines through is white."""
    colours = Image.new(mode, (1_300, 900), {"RGBA": (200, 0, 0, 255), "LA": (90, 255)}.get(mode, "#c80000"))
    if transparent is not None:
        colours.putalpha(Image.new("L", colours.size, transparent))
    made = np.asarray(load_colours(as_file(colours, "JPEG" if mode == "CMYK" else "PNG"), 100))

    assert made.shape == (69, 100, 3)
    assert np.ptp(made.reshape(-1, 3), axis=0).max() <= 6
    assert (made.min() == 255) == (transparent == 0)
