"""The stylesheets: small files by concern, joined in bundles and sent inside the page: a verdict needs one answer."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "static" / "css"
_EVERYWHERE: Final = ("tokens", "base", "layout", "nav", "button")


@unique
class Bundle(StrEnum):
    """Which pages a stylesheet is for."""

    VERDICT = "verdict"
    """What a verdict needs and nothing else: its first answer is at most 6 KB."""
    PAGES = "pages"
    """Every other page."""


FILES: Final[Mapping[Bundle, tuple[str, ...]]] = {
    Bundle.VERDICT: (*_EVERYWHERE, "verdict", "facts", "piece", "timeline", "map", "proof", "print"),
    Bundle.PAGES: (
        *_EVERYWHERE, "verdict", "forms", "panel", "facts", "scan", "accounts", "pieces", "points", "console", "print"
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stylesheet:
    """Text for a style element, and the hash that lets a browser use it under our policy."""

    text: str
    csp_hash: str


def load_stylesheets(folder: Path = FOLDER) -> dict[Bundle, Stylesheet]:
    """Load every bundle."""
    return {bundle: load_stylesheet(names, folder) for bundle, names in FILES.items()}


def load_stylesheet(names: tuple[str, ...], folder: Path = FOLDER) -> Stylesheet:
    """Join files in order, the layers declared first."""
    parts = ["@layer tokens, base, layout, components;"]
    parts += [(folder / f"{name}.css").read_text("utf-8") for name in names]
    text = squeeze("\n".join(parts))
    digest = hashlib.sha256(text.encode()).digest()
    return Stylesheet(text, f"sha256-{base64.b64encode(digest).decode()}")


def squeeze(css: str) -> str:
    """Leave out comments and needless space. Our files keep no space or comment inside strings."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    # Not around colons and operators: `a :hover` and `1rem + 3vw` mean something else without their spaces.
    return re.sub(r" ?([{};,]) ?", r"\1", css).replace(";}", "}").replace(": ", ":").strip()
