"""Draw `web/static/og.png`: what a link to any of our pages looks like in a chat, the same for every piece and answer.

A preview must not say "authentic", nor show the piece: it would be passed on long after it stopped being true.

    python tools/make_og.py
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

TARGET: Final = Path(__file__).resolve().parents[1] / "web" / "static" / "og.png"
WIDTH: Final = 1200
HEIGHT: Final = 630
_FINE: Final = 3
"""Drawn this much larger, then reduced: smooth edges."""
_PAPER: Final = "#faf7f2"
_LINE: Final = "#e4dccf"
_INK: Final = "#1c1815"
_GOLD: Final = "#7d5a14"
_COLOURS: Final = 32


def draw() -> Image.Image:
    """Draw a label on its thread: a tag, the frame of a code, no word in any language."""
    picture = Image.new("RGB", (WIDTH * _FINE, HEIGHT * _FINE), _PAPER)
    pen = ImageDraw.Draw(picture)

    def box(left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
        return left * _FINE, top * _FINE, right * _FINE, bottom * _FINE

    for inset, colour in ((28, _LINE), (36, _LINE)):
        pen.rectangle(box(inset, inset, WIDTH - inset, HEIGHT - inset), outline=colour, width=2 * _FINE)
    pen.rounded_rectangle(box(450, 160, 750, 520), 18 * _FINE, fill="#ffffff", outline=_INK, width=4 * _FINE)
    pen.ellipse(box(588, 184, 612, 208), fill=_PAPER, outline=_INK, width=4 * _FINE)
    pen.ellipse(box(562, 56, 638, 202), outline=_GOLD, width=4 * _FINE)
    for left, top in ((510, 250), (630, 250), (510, 370)):  # the three eyes of a QR code
        pen.rounded_rectangle(box(left, top, left + 60, top + 60), 8 * _FINE, outline=_INK, width=9 * _FINE)
        pen.rectangle(box(left + 22, top + 22, left + 38, top + 38), fill=_INK)
    for left, top in ((630, 370), (674, 370), (652, 392), (630, 414), (674, 414), (588, 300), (588, 340), (588, 396)):
        pen.rectangle(box(left, top, left + 16, top + 16), fill=_GOLD)
    pen.line([(510 * _FINE, 472 * _FINE), (690 * _FINE, 472 * _FINE)], fill=_LINE, width=6 * _FINE)
    return picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def main() -> None:
    """Draw it, in few colours, and write it."""
    draw().quantize(_COLOURS).save(TARGET, "PNG", optimize=True)
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
