"""A few bytes that make a decoder reserve gigabytes or work for minutes."""

import io
import struct
import zlib

import pytest
from PIL import Image

from tests.fakes.heic import heic, repeated
from tests.fakes.pictures import as_file
from verifier.errors import ImageError
from verifier.image_limits import SIZE_MAX_BYTES
from verifier.images import read_labels

MAGICS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF", b"GIF8", b"\0\0\0")


def vast_webp():
    """38 bytes, 16,384 x 16,384 pixels: one gigabyte."""
    body = b"WEBPVP8L" + struct.pack("<IBI", 17, 0x2F, 0x3FFF | 0x3FFF << 14) + bytes(13)
    return b"RIFF" + struct.pack("<I", len(body)) + body[:30]


def vast_canvas():
    """The same through the extended header, 16,777,216 pixels a side."""
    return b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0" + b"\xff" * 6


def png_of(width, height, *chunks):
    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunk(*each) for each in chunks) + chunk(b"IEND", b"")


def vast_png():
    """30,000 pixels a side, 3.6 GB once unpacked."""
    return png_of(30_000, 30_000, (b"IDAT", zlib.compress(bytes(10_000_000))))


def crumbled_png():
    """A small picture after 20,000 empty chunks."""
    return png_of(10, 10, *[(b"prVt", b"")] * 20_000)


def vast_gif():
    """A 1 x 1 screen with a frame of 65,535 x 65,535."""
    return b"GIF89a\1\0\1\0\0\0\0" + b"\x2c\0\0\0\0\xff\xff\xff\xff\0\2\0\x3b"


def crumbled_gif():
    """A comment in 10,000 blocks of one byte; readers join them one by one."""
    return b"GIF89a\1\0\1\0\0\0\0\x21\xfe" + b"\1x" * 10_000 + b"\0\x2c" + bytes(9)


def scanned_jpeg(side, scans):
    """A progressive picture whose last scan is repeated; each visits every block again."""
    content = as_file(Image.new("L", (side, side), 128), "JPEG", progressive=True)
    start, end = content.rfind(b"\xff\xda"), content.rfind(b"\xff\xd9")
    return content[:end] + content[start:end] * (scans - content.count(b"\xff\xda")) + content[end:]


def annotated_jpeg():
    """16,000 Exif segments; Pillow joins them into one, copying all before each time."""
    content = as_file(Image.new("L", (8, 8)), "JPEG")
    return content[:2] + (b"\xff\xe1\0\x0aExif\0\0ab") * 16_000 + content[2:]


def padded_jpeg():
    """A megabyte of fill bytes before the first marker, read one by one."""
    content = as_file(Image.new("L", (8, 8)), "JPEG")
    return content[:2] + b"\xff" * 1_000_000 + content[2:]


def vast_avif():
    """The box says 20,000 pixels a side; a decoder reserves them before it looks further."""
    content = as_file(Image.new("RGB", (16, 16)), "AVIF")
    at = content.index(b"ispe") + 8
    return content[:at] + struct.pack(">II", 20_000, 20_000) + content[at + 8 :]


BOMBS = {
    "vast heic": (lambda: heic(Image.new("L", (64, 64)), size=(20_000, 20_000)), "20000 x 20000"),
    "vast grid": (lambda: repeated(8_000, 8_000, 512), "8000 x 8000"),
    "many tiles": (lambda: repeated(8_200, 2_600, 256), "over 256 tiles"),
    "vast avif": (vast_avif, "20000 x 20000"),
    "kept coefficients": (
        lambda: as_file(Image.new("RGB", (64, 64)), "JPEG", progressive=True, subsampling=0).replace(
            b"\0\x40\0\x40\3", struct.pack(">HHB", 5_900, 6_000, 3), 1
        ),
        "takes 203 MB",
    ),
    "vast webp": (vast_webp, "16384 x 16384"),
    "vast canvas": (vast_canvas, "16777216 x 16777216"),
    "vast png": (vast_png, "30000 x 30000"),
    "crumbled png": (crumbled_png, "over 16384 parts"),
    "vast gif": (vast_gif, "65535 x 65535"),
    "crumbled gif": (crumbled_gif, "over 4096 parts"),
    "many scans": (lambda: scanned_jpeg(400, 200), "200 scans"),
    "large scans": (lambda: scanned_jpeg(7000, 20), "20 scans of 49 megapixels"),
    "annotated jpeg": (annotated_jpeg, "over 512 parts"),
    "padded jpeg": (padded_jpeg, "over 512 parts"),
}


@pytest.mark.parametrize(("bomb", "named"), BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_by_its_header(bomb, named):
    """The weaker rule, a size limit and the right first bytes, takes each of them; ours refuses before decoding."""
    content = bomb()
    assert len(content) < SIZE_MAX_BYTES
    assert content.startswith(MAGICS)

    with pytest.raises(ImageError, match="Send a photo") as refusal:
        read_labels(content)
    assert named in str(refusal.value)


def test_a_header_that_lies_about_its_size_is_refused():
    """Two frame headers in one JPEG: a small one for the check, the large one for the decoder."""
    content = as_file(Image.new("L", (16, 16)), "JPEG")
    at = content.index(b"\xff\xc0")
    frame = content[at : at + 2 + int.from_bytes(content[at + 2 : at + 4])]
    large = frame[:5] + struct.pack(">HH", 9000, 9000) + frame[9:]
    for order in (frame + large, large + frame):
        liar = content.replace(frame, order)
        with Image.open(io.BytesIO(liar)) as weaker:
            assert weaker.size in {(16, 16), (9000, 9000)}

        with pytest.raises(ImageError, match="two sizes"):
            read_labels(liar)
