"""Photos of staff are published for ever: nothing but the picture may be in them."""

import io

import pytest
from PIL import Image, ImageCms

from verifier.errors import ImageError
from verifier.image_headers import read_header
from verifier.safe_photos import SAFE_SIDE_MAX as SIDE_MAX
from verifier.safe_photos import make_safe

GPS = 0x8825
ORIENTATION = 0x0112
CAMERA = 0x0110


def as_file(image, kind="JPEG", **options):
    content = io.BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()


def halves(size=(400, 200)):
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, "#c02020")
    image.paste("#2020c0", (size[0] // 2, 0, *size))
    return image


def as_a_phone(image):
    """With the place and the camera, and lying on its side."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[CAMERA] = 6, "Phone of Inès"
    exif.get_ifd(GPS)[1] = "N"
    return as_file(image, exif=exif, quality=95)


def test_place_and_camera_are_taken_out_and_the_picture_stands_upright():
    """A photo taken at home must not lead there."""
    safe = make_safe(as_a_phone(halves()))
    image = Image.open(io.BytesIO(safe.content))

    assert (safe.width, safe.height) == image.size == (200, 400)
    assert dict(image.getexif()) == {}
    assert b"Exif" not in safe.content
    assert b"Phone" not in safe.content
    assert image.getpixel((100, 20))[0] > 150 > image.getpixel((100, 20))[2]
    assert image.getpixel((100, 380))[2] > 150


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGBA"), ("WEBP", "RGB"), ("PNG", "P"), ("PNG", "I;16"), ("GIF", "P")]
)
def test_every_kind_becomes_a_jpeg(kind, mode):
    """One format for every reader of the next fifty years."""
    image = Image.new("I;16", (64, 48), 30_000) if mode == "I;16" else halves((64, 48)).convert(mode)
    safe = make_safe(as_file(image, kind))

    assert read_header(safe.content).format == "JPEG"
    assert (safe.width, safe.height) == (64, 48)


def test_what_shines_through_is_white():
    """A cut-out photo on black looks like another piece."""
    safe = make_safe(as_file(Image.new("RGBA", (20, 20), (0, 0, 0, 0)), "PNG"))

    assert Image.open(io.BytesIO(safe.content)).getpixel((10, 10)) == (255, 255, 255)


def test_large_photos_are_scaled_down():
    """A customer in a shop waits for every kilobyte."""
    safe = make_safe(as_file(Image.new("RGB", (4_000, 3_000), "#884422")))

    assert (safe.width, safe.height) == (SIDE_MAX, SIDE_MAX * 3 // 4)


def test_what_hides_behind_the_end_is_gone():
    """Bytes after the picture would be published with it; what begins a file of another kind is not even taken."""
    safe = make_safe(as_file(halves()) + b"\x01\x02hidden\xff")

    assert b"hidden" not in safe.content
    with pytest.raises(ImageError, match="also a script"):
        make_safe(as_file(halves()) + b"<script>alert(1)</script>")


def test_colours_survive_their_profile():
    """The profile goes, the colours stay: the same leather on every screen."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    safe = make_safe(as_file(halves(), icc_profile=profile, quality=95))
    image = Image.open(io.BytesIO(safe.content))

    assert "icc_profile" not in image.info
    assert all(abs(a - b) < 6 for a, b in zip(image.getpixel((50, 100)), (192, 32, 32), strict=True))


def test_a_profile_that_is_none_spoils_nothing():
    """Whoever writes a profile of rubbish gets a picture without one."""
    safe = make_safe(as_file(halves(), icc_profile=b"rubbish" * 20))

    assert read_header(safe.content).width == 400


@pytest.mark.parametrize(
    "content", [b"", b"no picture", as_file(halves())[:300], b"%PDF-1.7", b"\xff\xd8\xff" + b"\0" * 16_000_000]
)
def test_what_is_no_photo_is_refused(content):
    """With an error that says what to send instead."""
    with pytest.raises(ImageError, match="Send a photo"):
        make_safe(content)


def test_the_same_photo_gives_the_same_bytes():
    """So that sending a form twice keeps a photo once."""
    assert make_safe(as_a_phone(halves())).sha256 == make_safe(as_a_phone(halves())).sha256
