"""A request whose uploads stay in memory and end with it: a photo of a label is never written to a disk."""

from __future__ import annotations

import io
from typing import IO, Final

from flask import Request, abort

from verifier.image_limits import SIZE_MAX_BYTES

REQUEST_MAX_BYTES: Final = SIZE_MAX_BYTES + 64 * 1024
"""A photo of the largest size, and the form around it."""
FORM_PARTS_MAX: Final = 8
FORM_TEXT_MAX_BYTES: Final = 256 * 1024
"""Of all text fields; the parser holds its 64 KiB reading buffer to it too, so it cannot be less."""


class MemoryRequest(Request):
    """Flask's request with its limits, and without temporary files."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        """Give the buffer for one upload. The whole request is bounded before a byte arrives here."""
        del total_content_length, content_type, filename, content_length
        return io.BytesIO()


def uploaded_photo(request: Request) -> bytes | None:
    """Give the bytes of the photo sent; None when none was chosen. Over 15 MB is 413.

    Two inputs may send one, the camera's and the file chooser's; the one left empty sends no name.
    """
    chosen = next((file for file in request.files.getlist("photo") if file.filename), None)
    if chosen is None:
        return None
    content: bytes = chosen.read()
    if len(content) > SIZE_MAX_BYTES:
        abort(413)
    return content
