"""The one stylesheet: small files by concern, joined and sent inside the page, so that a verdict needs one answer."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "static" / "css"
ORDER: Final = ("tokens", "base", "layout", "button", "verdict", "facts", "piece", "timeline", "proof", "scan")


@dataclass(frozen=True, slots=True)
class Stylesheet:
    """Text for a style element, and the hash that lets a browser use it under our policy."""

    text: str
    csp_hash: str


def load_stylesheet(folder: Path = FOLDER) -> Stylesheet:
    """Join the files in order, the layers declared first."""
    parts = ["@layer tokens, base, layout, components;"]
    parts += [(folder / f"{name}.css").read_text("utf-8") for name in ORDER]
    text = squeeze("\n".join(parts))
    digest = hashlib.sha256(text.encode()).digest()
    return Stylesheet(text, f"sha256-{base64.b64encode(digest).decode()}")


def squeeze(css: str) -> str:
    """Leave out comments and needless space. Our files keep no space or comment inside strings."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    # Not around colons and operators: `a :hover` and `1rem + 3vw` mean something else without their spaces.
    return re.sub(r" ?([{};,]) ?", r"\1", css).replace(";}", "}").replace(": ", ":").strip()
