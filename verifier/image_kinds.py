"""What kind of file somebody sent, told by its first bytes and never by its name."""

from __future__ import annotations

from typing import Final

from verifier.image_limits import WANTED, refusal

_STILL_BRANDS: Final = {
    b"avif": "AVIF",
    b"avis": "AVIF",
    b"heic": "HEIC",
    b"heix": "HEIC",
    b"heim": "HEIC",
    b"heis": "HEIC",
    b"hevc": "HEIC",
    b"hevx": "HEIC",
}
_BRANDS_MAX: Final = 32
_VIDEO: Final = ("a video, not a photo", "Send a photo, not a video: one picture of the label, as JPEG or HEIC.")
_RAW: Final = (
    "a raw picture of a camera",
    "Send the photo as JPEG or HEIC, as the camera keeps it beside this file.",
)
_DRAWN: Final = (
    "an SVG drawing, not a photo",
    "SVG drawings are not photos; send a photo of the label, as JPEG.",
)
_PAGE: Final = ("a web page, not a photo", "Send the picture itself, or a photo of the label, as JPEG or PNG.")
_PDF: Final = ("a PDF, not a photo", "Send a photo or a screenshot of the page instead, as JPEG or PNG.")
_OLD: Final = "Save it as JPEG or PNG and send that."
_UNPACKED: Final = "Unpack it and send the photo inside, as JPEG or HEIC."
_OTHERS: Final = (
    (b"%PDF", *_PDF),
    (b"II*\0\x10\0\0\0CR", *_RAW),
    (b"FUJIFILMCCD-RAW", *_RAW),
    (b"IIRO", *_RAW),
    (b"IIRS", *_RAW),
    (b"IIU\0", *_RAW),
    (b"II*\0", "a TIFF", _OLD),
    (b"MM\0*", "a TIFF", _OLD),
    (b"BM", "a BMP", _OLD),
    (b"\0\0\1\0", "an icon (ICO)", _OLD),
    (b"8BPS", "a Photoshop file", _OLD),
    (b"\xff\x0a", "a JPEG XL picture", _OLD),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture", _OLD),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture", _OLD),
    (b"\x1aE\xdf\xa3", *_VIDEO),
    (b"PK\3\4", "a ZIP archive", _UNPACKED),
    (b"Rar!\x1a\7", "a RAR archive", _UNPACKED),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACKED),
    (b"\x1f\x8b", "a GZIP archive", _UNPACKED),
    (b"\x7fELF", "a program", WANTED),
    (b"MZ", "a program", WANTED),
)
_DNG_VERSION_TAGS: Final = (b"\x12\xc6\1\0", b"\xc6\x12\0\1")
_TIFF_LOOKED_AT: Final = 4_096


def kind_of(content: bytes) -> str:
    """Name the format: JPEG, PNG, WEBP, GIF, HEIC or AVIF. Raises ImageError that names anything else we know."""
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "WEBP"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if content[4:8] == b"ftyp":
        return _boxed_kind(content)
    what, advice = _other_kind(content)
    raise refusal(f"this is {what}", advice)


def _boxed_kind(content: bytes) -> str:
    """Read the brands of an ISO media file: pictures and videos share its form."""
    end = min(int.from_bytes(content[:4]), len(content), 16 + 4 * _BRANDS_MAX)
    brands = [content[8:12], *(content[at : at + 4] for at in range(16, end - 3, 4))]
    if brands[0] == b"crx ":
        raise refusal(f"this is {_RAW[0]}", _RAW[1])
    for brand in brands:
        if brand in _STILL_BRANDS:
            return _STILL_BRANDS[brand]
    if brands[0] in {b"mif1", b"msf1", b"mif2"}:
        raise refusal("this HEIF file holds no picture of a kind we can read")
    raise refusal(f"this is {_VIDEO[0]}", _VIDEO[1])


def _other_kind(content: bytes) -> tuple[str, str]:
    if content.startswith((b"II*\0", b"MM\0*")) and any(tag in content[:_TIFF_LOOKED_AT] for tag in _DNG_VERSION_TAGS):
        return _RAW
    for magic, what, advice in _OTHERS:
        if content.startswith(magic):
            return what, advice
    if content.startswith(b"RIFF") and content[8:12] == b"AVI ":
        return _VIDEO
    if content[4:8] in {b"moov", b"mdat", b"wide"}:
        return _VIDEO
    start = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<svg", b"<!doctype svg")) or (start.startswith(b"<?xml") and b"<svg" in start):
        return _DRAWN
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script")):
        return _PAGE
    return ("text" if _is_text(content[:512]) else "a file of another kind") + ", not a photo we can read", WANTED


def _is_text(start: bytes) -> bool:
    return all(byte >= 32 or byte in b"\t\r\n\f" for byte in start)
