"""Labels as SVG, for print shops."""

from __future__ import annotations

import base64
import io
import re
from html import escape
from typing import Final

import numpy as np
from PIL import Image

from mint.labels.errors import LabelReadbackError
from mint.labels.ink import Inks
from mint.labels.layout import Layout, Panel, Rule, TextLine
from mint.labels.logo import PlacedLogo
from mint.labels.raster import DASH_MM, HAIRLINE_MM, Pixels
from mint.labels.symbol import PATH_ID, QUIET_MODULES, matrix_to_path, path_to_matrix

FOIL_ID: Final = "scratch-foil"
_LOGO: Final = re.compile(
    r'<image id="logo" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="[\d.]+" href="data:image/png;base64,([^"]*)"'
)
_SYMBOL_PX: Final = 10
"""Pixels a module has when the path is read back."""


def svg_of(layout: Layout, inks: Inks) -> str:
    """Write a layout as SVG. The scratch foil, where there is one, is a layer of its own: an outline in magenta."""
    width, height = f"{layout.width_mm:.2f}", f"{layout.height_mm:.2f}"
    size = f'width="{width}mm" height="{height}mm" viewBox="0 0 {width} {height}"'
    place = f"translate({layout.symbol_left_mm:.4f} {layout.symbol_top_mm:.4f}) scale({layout.module_mm:.4f})"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>',
        f'<rect width="{width}" height="{height}" fill="{inks.paper}"/>',
        *(_svg_rule(rule, inks) for rule in layout.rules),
        f'<g font-family="Aileron, Helvetica, Arial, sans-serif" text-anchor="middle" fill="{inks.ink}">',
        *(_svg_line(line) for line in layout.lines),
        "</g>",
        f'<g transform="{place}" fill="{inks.ink}" shape-rendering="crispEdges">',
        f'<path id="{PATH_ID}" d="{matrix_to_path(layout.symbol)}"/>',
        *([_svg_logo(layout.logo)] if layout.logo else []),
        "</g>",
        *([_svg_foil(layout.panel)] if layout.panel else []),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def svg_symbol_pixels(svg: str) -> Pixels:
    """Turn the symbol of an SVG we wrote into pixels again, logo and quiet zone included. Raises LabelReadbackError."""
    try:
        matrix = path_to_matrix(svg)
    except (ValueError, IndexError) as error:
        raise LabelReadbackError(0, "svg", "modules") from error
    paper = np.pad(matrix, QUIET_MODULES).repeat(_SYMBOL_PX, axis=0).repeat(_SYMBOL_PX, axis=1)
    picture = Image.fromarray(np.where(paper, 0, 255).astype(np.uint8))
    found = _LOGO.search(svg)
    if found:
        x, y, width = (round((float(value)) * _SYMBOL_PX) for value in found.groups()[:3])
        with Image.open(io.BytesIO(base64.b64decode(found[4])), formats=["PNG"]) as logo:
            small = logo.convert("L").resize((width, width), Image.Resampling.LANCZOS)
        picture.paste(small, (x + QUIET_MODULES * _SYMBOL_PX, y + QUIET_MODULES * _SYMBOL_PX))
    return np.asarray(picture)


def svg_px_per_mm(layout: Layout) -> float:
    """Say how fine those pixels are on paper."""
    return _SYMBOL_PX / layout.module_mm


def logo_png(logo: PlacedLogo) -> bytes:
    """Write a placed logo as PNG."""
    content = io.BytesIO()
    Image.fromarray(logo.pixels).save(content, "PNG")
    return content.getvalue()


def _svg_logo(logo: PlacedLogo) -> str:
    at, side = logo.left + logo.rim, logo.side - 2 * logo.rim
    data = base64.b64encode(logo_png(logo)).decode()
    return (
        f'<image id="logo" x="{at:g}" y="{at:g}" width="{side:g}" height="{side:g}" '
        f'href="data:image/png;base64,{data}"/>'
    )


def _svg_foil(panel: Panel) -> str:
    at = f'x="{panel.left_mm:.3f}" y="{panel.top_mm:.3f}"'
    size = f'width="{panel.width_mm:.3f}" height="{panel.height_mm:.3f}"'
    return f'<g id="{FOIL_ID}" fill="none" stroke="#e6007e" stroke-width="0.15"><rect {at} {size} rx="1"/></g>'


def _svg_line(line: TextLine) -> str:
    """Write one line; `textLength` keeps its width whatever typeface the print shop has."""
    return (
        f'<text x="{line.x_mm:.3f}" y="{line.baseline_mm:.3f}" font-size="{line.em_mm:.3f}" '
        f'textLength="{line.width_mm:.3f}" xml:space="preserve">{escape(line.text)}</text>'
    )


def _svg_rule(rule: Rule, inks: Inks) -> str:
    dash = f' stroke-dasharray="{DASH_MM}"' if rule.dashed else ""
    return (
        f'<line x1="{rule.left_mm:.3f}" x2="{rule.right_mm:.3f}" y1="{rule.y_mm:.3f}" y2="{rule.y_mm:.3f}" '
        f'stroke="{inks.ink}" stroke-width="{HAIRLINE_MM}"{dash}/>'
    )
