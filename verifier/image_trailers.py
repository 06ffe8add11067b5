"""What a file holds behind its picture, and in front of it, for programs other than picture readers.

A file can be two things at once: a JPEG with an archive behind its end, a GIF that a browser runs as a script.
We keep no file and serve none, so this guards those to whom a photo is handed on, and it is one rule (ADR 29):
behind the picture's end nothing may begin another known format, and nothing may be plain text. What phones
append stays welcome: further JPEGs (MPO, depth and gain maps), the film of a motion photo (MP4), a maker's own block.
"""

from __future__ import annotations

from typing import Final

from verifier.image_limits import refusal

_WINDOW: Final = 1_024
"""Readers of PDF look this far for their first line, browsers for a tag."""
_ZIP_TAIL: Final = 65_557
"""A ZIP archive is found from the file's end: its last record, and a comment of 64 KB at most."""
_ANYWHERE: Final = (
    (b"%pdf-", "a PDF"),
    (b"<html", "a web page"),
    (b"<script", "a script"),
    (b"<!doctype", "a web page"),
    (b"<body", "a web page"),
    (b"<iframe", "a web page"),
    (b"<svg", "an SVG drawing"),
    (b"<?php", "a script"),
)
_AT_START: Final = (
    (b"PK", "a ZIP archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\x1f\x8b", "a GZIP archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"#!", "a script"),
    (b"GIF8", "a GIF"),
    (b"II*\0", "a TIFF"),
    (b"MM\0*", "a TIFF"),
    (b"RIFF", "a RIFF file"),
)
ADVICE: Final = "Take the photo anew, or a screenshot of it, and send that as JPEG or PNG."


def refuse_second_kind(content: bytes, end: int, kind: str) -> None:
    """Refuse a file that is something else as well. `end` is where its picture ends. Raises ImageError."""
    trailer = content[end : end + _WINDOW]
    found = _started(trailer) or _named(trailer) or _named(content[:_WINDOW])
    if not found and b"PK\5\6" in content[-_ZIP_TAIL:]:
        found = "a ZIP archive"
    if not found and trailer.strip(b"\0 \t\r\n") and _is_text(content[end:]):
        found = "text"
    if found:
        raise refusal(f"this {kind} file is also {found}", ADVICE)


def _named(part: bytes) -> str:
    lower = part.lower()
    places = [(lower.find(magic), name) for magic, name in _ANYWHERE]
    return min((place for place in places if place[0] >= 0), default=(0, ""))[1]


def _started(trailer: bytes) -> str:
    start = trailer.lstrip(b"\0 \t\r\n")
    return next((name for magic, name in _AT_START if start.startswith(magic)), "")


def _is_text(trailer: bytes) -> bool:
    return not trailer.translate(None, bytes(range(0x20, 0x7F)) + b"\t\r\n\0")
