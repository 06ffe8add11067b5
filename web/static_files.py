"""The site's own files: read once, compressed once, named by their content.

What is in memory is all there is: no path can lead out of the folder, and no file changes under a running process.
"""

from __future__ import annotations

import gzip
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flask import Flask, Response, abort, request

from web.access import public
from web.compression import accepts_gzip
from web.headers import wasm_worker_policy
from web.limits import LimitName, limited
from web.scripts import content_version

FOLDER: Final = Path(__file__).parent / "static"
FOR_EVER: Final = "public, max-age=31536000, immutable"
ASK_EACH_TIME: Final = "public, no-cache"
A_DAY: Final = "public, max-age=86400"
_FILE_MAX_BYTES: Final = 4 * 1024 * 1024
# Named here: a machine's own table of types may be empty or wrong, and a module of another type does not run.
_TYPES: Final = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".json": "application/json",
    ".txt": "text/plain",
}
_PACKED: Final = frozenset(
    {"text/javascript", "text/css", "image/svg+xml", "application/json", "text/plain", "application/wasm"}
)
_CODE: Final = frozenset({".js", ".mjs", ".css", ".wasm"})
_POLICIES: Final[Mapping[str, str]] = {"js/scan-worker-wasm.js": wasm_worker_policy()}
"""Files whose answers have a Content-Security-Policy of their own; every other has the site's."""


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file, ready to be sent."""

    content: bytes
    packed: bytes | None
    """The same in gzip, where that is smaller."""
    media_type: str
    version: str
    resting: str
    """How long it may be kept under an address without its version."""


def load_static_files(folder: Path = FOLDER) -> Mapping[str, StaticFile]:
    """Read a folder, by paths such as `js/report-scan.js`. Hidden files stay out."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not any(part.startswith(".") for part in name.split("/")):
            assert path.stat().st_size <= _FILE_MAX_BYTES, f"{name} is too large to be kept in memory"
            found[name] = _static_file(path)
    return found


def add_static_files(app: Flask, folder: Path = FOLDER) -> None:
    """Serve `/static/<path>`."""
    files = load_static_files(folder)

    @public
    @limited(LimitName.FILES)
    def static(filename: str) -> Response:
        file = files.get(filename)
        if file is None:
            abort(404)
        packed = file.packed if accepts_gzip() else None
        response = Response(file.content if packed is None else packed, mimetype=file.media_type)
        if packed is not None:
            response.headers["Content-Encoding"] = "gzip"
        if file.packed is not None:
            response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = FOR_EVER if request.args.get("v") == file.version else file.resting
        if filename in _POLICIES:
            response.headers["Content-Security-Policy"] = _POLICIES[filename]
        response.set_etag(file.version, weak=file.packed is not None)
        response.make_conditional(request)
        return response

    app.add_url_rule("/static/<path:filename>", "static", static)


def packed_text(content: bytes) -> bytes | None:
    """Give a text in gzip; None where that is not smaller."""
    packed = gzip.compress(content, 9, mtime=0)
    return packed if len(packed) < len(content) else None


def _static_file(path: Path) -> StaticFile:
    content = path.read_bytes()
    media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return StaticFile(
        content,
        packed_text(content) if media_type in _PACKED else None,
        media_type,
        content_version(content),
        # A script that another one imports has no version in its address: it must never be older than the other.
        ASK_EACH_TIME if path.suffix in _CODE else A_DAY,
    )
