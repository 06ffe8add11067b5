"""The site's scripts: static ES modules, one behaviour a file, named by their content and so kept for ever.

A page names them by file name without `.js`; it works without any of them.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from web.errors import WebError

FOLDER: Final = Path(__file__).parent / "static" / "js"
VERSION_CHARACTERS: Final = 16
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class UnknownScriptError(WebError):
    """A page names a script that the site does not have. Our bug: correct the name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no script is called {name!r}")
        self.name = name


@dataclass(frozen=True, slots=True)
class Script:
    """What a script element needs: `<script type="module" src integrity>`."""

    src: str
    """Its path with the version in the query; another content is another address."""
    integrity: str
    """The browser runs these very bytes or none (Subresource Integrity)."""


def script_urls(names: tuple[str, ...]) -> tuple[Script, ...]:
    """Give the scripts of a page, in its order. Raises UnknownScriptError."""
    return tuple(_script(FOLDER, name) for name in names)


def content_version(content: bytes) -> str:
    """Name a content in an address: 64 bits of its sha256, in hex. Chosen by us alone, so collisions are no attack."""
    return hashlib.sha256(content).hexdigest()[:VERSION_CHARACTERS]


@functools.cache  # bounded by the files of one folder; a name without a file raises and is not kept
def _script(folder: Path, name: str) -> Script:
    if not _NAME.fullmatch(name):
        raise UnknownScriptError(name)
    try:
        content = (folder / f"{name}.js").read_bytes()
    except FileNotFoundError as error:
        raise UnknownScriptError(name) from error
    digest = base64.b64encode(hashlib.sha384(content).digest()).decode()
    return Script(f"/static/js/{name}.js?v={content_version(content)}", f"sha384-{digest}")
