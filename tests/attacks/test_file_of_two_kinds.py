"""A photo that is an archive, a document or a script as well, for whoever it is handed on to."""

import io
import zipfile

import pytest
from PIL import Image

from tests.fakes.heic import box, heic
from tests.fakes.pictures import as_file, qr_picture
from verifier.errors import ImageError
from verifier.images import read_labels
from verifier.safe_photos import make_safe

TEXT = "HTTPS://ID.MAISON.EXAMPLE/01/09521321000018/21/7KQ2M9X4T8VJ3B6NW5R1"
PICTURE = qr_picture(TEXT, 4)
FILES = {kind: as_file(PICTURE, kind) for kind in ("JPEG", "PNG", "GIF", "WEBP", "AVIF")} | {"HEIC": heic(PICTURE)}
SCRIPT = b"=1;/*" + b"*/alert(document.domain)//"


def archive():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("run.me", "anything")
    return content.getvalue()


SECONDS = {
    "a ZIP archive": archive(),
    "a PDF": b"%PDF-1.7\n%%EOF",
    "a web page": b"\n<!DOCTYPE html><script>alert(1)</script>",
    "a script": b"<?php system($_GET[0]);",
    "text": SCRIPT,
    "a program": b"\x7fELF\2\1\1" + bytes(80),
}


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("second", SECONDS)
def test_a_second_file_behind_a_picture_is_refused(kind, second):
    """The weaker rule, whatever a decoder opens, takes it; ours names what it found."""
    content = FILES[kind] + SECONDS[second]
    if kind != "HEIC":
        with Image.open(io.BytesIO(content)) as weaker:
            weaker.load()

    for read in (read_labels, make_safe):
        with pytest.raises(ImageError, match=f"This {kind} file is also {second}"):
            read(content)


def test_an_archive_inside_a_picture_is_refused():
    """Archives are found from their end, wherever they begin: in a comment, behind a film."""
    inside = as_file(PICTURE, "JPEG", comment=archive())
    behind = FILES["JPEG"] + box(b"ftyp", b"mp42") + archive()
    for content in (inside, behind):
        assert zipfile.is_zipfile(io.BytesIO(content))

        with pytest.raises(ImageError, match="also a ZIP archive"):
            read_labels(content)


def test_a_page_at_the_front_of_a_picture_is_refused():
    """Where a browser that sniffs would look."""
    for content in (
        as_file(PICTURE, "JPEG", comment=b"<html><body onload=alert(1)>"),
        as_file(PICTURE, "GIF", comment=b"<script>alert(1)</script>"),
    ):
        with pytest.raises(ImageError, match=r"also a (web page|script)"):
            read_labels(content)


@pytest.mark.parametrize(
    "trailer",
    [
        bytes(4096),
        FILES["JPEG"],
        box(b"ftyp", b"mp42", bytes(4), b"isommp42") + box(b"mdat", bytes(5_000)) + box(b"moov", bytes(90)),
        b"\0\0\1\x0a\x0e\0\0\0Image_UTC_Data1700000000000SEFH\x6b\0\0\0\1\0\0\0" + bytes(12) + b"SEFT",
        b"\r\n",
        b"\x8a\x01maker\xff\xff",
    ],
    ids=["zeros", "a second picture", "a film", "a maker's block", "a line end", "unknown bytes"],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "HEIC"])
def test_what_phones_append_is_no_second_file(kind, trailer):
    """Motion photos, gain maps and makers' blocks are ordinary photos, and are read."""
    assert read_labels(FILES[kind] + trailer).texts == (TEXT,)
