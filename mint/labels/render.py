"""Draw labels: PNG for office printers, SVG for print shops. Each is read back before it leaves this file."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Final, Literal

import numpy as np
from PIL import Image, ImageDraw

from mint.labels.layout import MODULE_MM, Layout, Rule, TextLine, check_caption, check_module, lay_out_label
from mint.labels.lettering import Lettering
from mint.labels.symbol import PATH_ID, Matrix, matrix_to_path, prove_png, prove_svg, qr_matrix
from provenance_schemas.labels import parse_label

PictureFormat = Literal["png", "svg"]

DPI: Final = 600
_PX_PER_MM: Final = DPI / 25.4
_HAIRLINE_MM: Final = 0.12
_DASH_MM: Final = 1.2


def render_label(
    label_text: str,
    *,
    picture_format: PictureFormat = "png",
    module_mm: float = MODULE_MM,
    caption: Sequence[str] = (),
    font_path: Path | None = None,
) -> bytes:
    """Draw the label that says `label_text`, black on white, with up to three lines of caption above.

    A PNG has 600 dpi, so its module is rounded to whole pixels (0.495 mm becomes 0.508).
    Raises LabelError for a text outside the grammar, LabelPrintError for a size or caption that will not
    print, LabelReadbackError when the finished picture does not read back as `label_text`.
    """
    label = parse_label(label_text)
    check_module(module_mm)
    check_caption(caption)
    lettering = Lettering(font_path)
    module_mm = printed_module_mm(module_mm, picture_format)
    symbol = qr_matrix(label_text)
    layout = lay_out_label(symbol, label, caption, module_mm, lettering.measure)
    return draw(layout, label_text, lettering, picture_format)


def printed_module_mm(module_mm: float, picture_format: PictureFormat) -> float:
    """Give the module as it will be drawn: in a PNG, a whole number of pixels."""
    return module_mm if picture_format == "svg" else max(1, round(module_mm * _PX_PER_MM)) / _PX_PER_MM


def draw(layout: Layout, symbol_text: str, lettering: Lettering, picture_format: PictureFormat) -> bytes:
    """Draw `layout` and prove that its symbol says `symbol_text`. Raises LabelReadbackError."""
    if picture_format == "svg":
        svg = _svg(layout)
        prove_svg(svg, symbol_text)
        return svg.encode()
    png = _png(layout, lettering)
    prove_png(png, symbol_text)
    return png


def write_picture(path: Path, content: bytes) -> None:
    """Write `content` whole or not at all, readable by its owner only: a label's serial is a secret.

    A reader never sees half a file, and a crash leaves the old one. Raises OSError.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _png(layout: Layout, lettering: Lettering) -> bytes:
    """Draw letters and rules twice as large and halve them, for smooth edges; then the symbol, pixel by pixel."""
    width_px, height_px = _px(layout.width_mm), _px(layout.height_mm)
    large = Image.new("L", (2 * width_px, 2 * height_px), 255)
    pen, scale = ImageDraw.Draw(large), 2 * _PX_PER_MM
    for rule in layout.rules:
        _draw_rule(pen, rule, scale)
    for line in layout.lines:
        left_px = (line.x_mm - line.width_mm / 2) * scale
        lettering.draw(pen, line.text, left_px, line.baseline_mm * scale, line.em_mm * scale, line.tracking)
    picture = large.reduce(2)
    picture.paste(
        _symbol_picture(layout.symbol, _px(layout.module_mm)),
        (_px(layout.symbol_left_mm), _px(layout.symbol_top_mm)),
    )
    content = io.BytesIO()
    picture.save(content, "PNG", dpi=(DPI, DPI))
    return content.getvalue()


def _symbol_picture(symbol: Matrix, module_px: int) -> Image.Image:
    ink = np.where(symbol, 0, 255).astype(np.uint8)
    return Image.fromarray(ink.repeat(module_px, axis=0).repeat(module_px, axis=1))


def _draw_rule(pen: ImageDraw.ImageDraw, rule: Rule, scale: float) -> None:
    step_mm = _DASH_MM if rule.dashed else rule.right_mm - rule.left_mm
    left_mm, y_px = rule.left_mm, round(rule.y_mm * scale)
    while left_mm < rule.right_mm:
        right_px = round(min(left_mm + step_mm, rule.right_mm) * scale)
        pen.line((round(left_mm * scale), y_px, right_px, y_px), fill=0, width=round(_HAIRLINE_MM * scale))
        left_mm += 2 * step_mm


def _px(length_mm: float) -> int:
    return round(length_mm * _PX_PER_MM)


def _svg(layout: Layout) -> str:
    width, height = f"{layout.width_mm:.2f}", f"{layout.height_mm:.2f}"
    size = f'width="{width}mm" height="{height}mm" viewBox="0 0 {width} {height}"'
    place = f"translate({layout.symbol_left_mm:.4f} {layout.symbol_top_mm:.4f}) scale({layout.module_mm:.4f})"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        *(_svg_rule(rule) for rule in layout.rules),
        '<g font-family="Aileron, Helvetica, Arial, sans-serif" text-anchor="middle" fill="#000">',
        *(_svg_line(line) for line in layout.lines),
        "</g>",
        f'<g transform="{place}" fill="#000" shape-rendering="crispEdges">',
        f'<path id="{PATH_ID}" d="{matrix_to_path(layout.symbol)}"/>',
        "</g>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _svg_line(line: TextLine) -> str:
    """Write one line; `textLength` keeps its width whatever typeface the print shop has."""
    return (
        f'<text x="{line.x_mm:.3f}" y="{line.baseline_mm:.3f}" font-size="{line.em_mm:.3f}" '
        f'textLength="{line.width_mm:.3f}" xml:space="preserve">{escape(line.text)}</text>'
    )


def _svg_rule(rule: Rule) -> str:
    dash = f' stroke-dasharray="{_DASH_MM}"' if rule.dashed else ""
    return (
        f'<line x1="{rule.left_mm:.3f}" x2="{rule.right_mm:.3f}" y1="{rule.y_mm:.3f}" y2="{rule.y_mm:.3f}" '
        f'stroke="#000" stroke-width="{_HAIRLINE_MM}"{dash}/>'
    )
