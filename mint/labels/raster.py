"""Labels as pixels: for PNG and for thermal printers. A module is a whole number of dots."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from mint.labels.layout import Layout, Rule
from mint.labels.lettering import Lettering
from mint.labels.logo import PlacedLogo
from mint.labels.symbol import Matrix

Pixels = NDArray[np.uint8]

HAIRLINE_MM: Final = 0.12
DASH_MM: Final = 1.2


def draw_pixels(layout: Layout, lettering: Lettering, dpi: int) -> Pixels:
    """Draw a layout, black on white.

    Letters and rules are drawn twice as large and halved, for smooth edges; then the symbol, dot by dot.
    """
    px_per_mm = dpi / 25.4
    width_px, height_px = round(layout.width_mm * px_per_mm), round(layout.height_mm * px_per_mm)
    large = Image.new("L", (2 * width_px, 2 * height_px), 255)
    pen, scale = ImageDraw.Draw(large), 2 * px_per_mm
    for rule in layout.rules:
        _draw_rule(pen, rule, scale)
    if layout.panel is not None:
        panel = layout.panel
        corners = (panel.left_mm, panel.top_mm, panel.left_mm + panel.width_mm, panel.top_mm + panel.height_mm)
        pen.rectangle([round(at * scale) for at in corners], outline=0, width=max(1, round(HAIRLINE_MM * scale)))
    for line in layout.lines:
        left_px = (line.x_mm - line.width_mm / 2) * scale
        lettering.draw(pen, line.text, left_px, line.baseline_mm * scale, line.em_mm * scale, line.tracking)
    picture = large.reduce(2)
    left, top, module = symbol_px(layout, dpi)
    picture.paste(_symbol_picture(layout.symbol, module), (left, top))
    if layout.logo is not None:
        _paste_logo(picture, layout.logo, left, top, module)
    return np.asarray(picture)


def symbol_px(layout: Layout, dpi: int) -> tuple[int, int, int]:
    """Say where the symbol's ink begins, left and top, and how many dots a module has."""
    px_per_mm = dpi / 25.4
    module = round(layout.module_mm * px_per_mm)
    assert abs(module - layout.module_mm * px_per_mm) < 1e-6, "a module is a whole number of dots"
    return round(layout.symbol_left_mm * px_per_mm), round(layout.symbol_top_mm * px_per_mm), module


def _symbol_picture(symbol: Matrix, module_px: int) -> Image.Image:
    ink = np.where(symbol, 0, 255).astype(np.uint8)
    return Image.fromarray(ink.repeat(module_px, axis=0).repeat(module_px, axis=1))


def _paste_logo(picture: Image.Image, logo: PlacedLogo, left: int, top: int, module: int) -> None:
    side = round((logo.side - 2 * logo.rim) * module)
    offset = round((logo.left + logo.rim) * module)
    small = Image.fromarray(logo.pixels).resize((side, side), Image.Resampling.LANCZOS)
    picture.paste(small, (left + offset, top + offset))


def _draw_rule(pen: ImageDraw.ImageDraw, rule: Rule, scale: float) -> None:
    step_mm = DASH_MM if rule.dashed else rule.right_mm - rule.left_mm
    left_mm, y_px = rule.left_mm, round(rule.y_mm * scale)
    while left_mm < rule.right_mm:
        right_px = round(min(left_mm + step_mm, rule.right_mm) * scale)
        pen.line((round(left_mm * scale), y_px, right_px, y_px), fill=0, width=round(HAIRLINE_MM * scale))
        left_mm += 2 * step_mm
