"""What every reader of pictures must do, in this process and in one of its own."""

from __future__ import annotations

import contextlib
import dataclasses

import pytest
from PIL import Image

from tests.fakes.heic import grid, heic
from tests.fakes.hostile_files import HOSTILE
from tests.fakes.pictures import as_file, qr_picture, side_by_side
from verifier.errors import ImageError
from verifier.image_limits import SIZE_MAX_BYTES

HOST = "id.maison.example"
TEXT = "HTTPS://ID.MAISON.EXAMPLE/01/09521321000018/21/7KQ2M9X4T8VJ3B6NW5R1"
PICTURE = qr_picture(TEXT, 4)
FILES = {
    **{name: as_file(PICTURE, name) for name in ("JPEG", "PNG", "WEBP", "GIF", "AVIF")},
    "HEIC": heic(PICTURE),
    "HEIC in tiles": grid(PICTURE, 64),
}


class PictureReaderSuite:
    """Subclass it, and give it fixtures: `read`, a PictureReader, and `photo`, a PhotoMaker of the same kind."""

    @pytest.mark.parametrize("content", FILES.values(), ids=FILES)
    def test_every_format_is_read(self, read, content):
        """The size is the sender's, and a label of ours is told from other codes."""
        reading = read(content, hosts=[HOST])

        assert reading.texts == (TEXT,)
        assert PICTURE.size == (reading.width, reading.height)
        assert [found.preferred for found in reading.found] == [True]

    def test_ours_comes_first_and_nothing_is_hidden(self, read):
        """Hosts, and several texts, go there and back."""
        sheet = side_by_side(qr_picture("https://other.example/\u00e9", 8), PICTURE)

        assert read(as_file(sheet), hosts=[HOST]).texts == (TEXT, "https://other.example/\u00e9")

    def test_a_picture_without_a_code_is_no_error(self, read):
        """Nothing found is an answer."""
        assert read(as_file(Image.new("L", (64, 64), 255))).texts == ()

    @pytest.mark.parametrize("content", [b"", b"note", b"%PDF-1.7", bytes(SIZE_MAX_BYTES + 1)], ids=range(4))
    def test_what_is_no_picture_is_refused_in_words(self, read, photo, content):
        """The same words, wherever it is read."""
        for one in (read, photo):
            with pytest.raises(ImageError, match=r"[Ss]end"):
                one(content)

    def test_a_photo_is_made_anew(self, photo):
        """Upright, and nothing in it but the picture."""
        exif = Image.Exif()
        exif[0x0112], exif[0x010E] = 6, "secret place"
        made = photo(as_file(Image.new("RGB", (60, 40), "red"), "JPEG", exif=exif))

        assert (made.width, made.height) == (40, 60)
        assert b"secret place" not in made.content
        assert dataclasses.replace(made) == made

    @pytest.mark.parametrize("name", sorted(HOSTILE)[::9])
    def test_a_hostile_file_is_an_answer_or_an_image_error(self, read, photo, name):
        """Every ninth; `make bench BENCH=hostile` takes all, and measures."""
        content = HOSTILE[name]()
        for one in (read, photo):
            with contextlib.suppress(ImageError):
                assert one(content).width > 0

    def test_it_reads_the_next_picture_after_a_bad_one(self, read):
        """Whatever the bad one did."""
        with pytest.raises(ImageError):
            read(FILES["JPEG"][:200])

        assert read(FILES["JPEG"]).texts == (TEXT,)
