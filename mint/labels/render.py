"""Draw labels: PNG for office printers, SVG and PDF for print shops, ZPL for thermal printers.

Each is read back from its own bytes, in every simulated print, before it leaves this file.
"""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from mint.labels.choices import PictureFormat, PrintChoices
from mint.labels.errors import LabelFitError, LabelReadbackError
from mint.labels.ink import Inks, rgb
from mint.labels.layout import (
    REGISTER_MM,
    Layout,
    check_caption,
    lay_out_label,
    lay_out_on_stock,
    symbol_side_mm,
)
from mint.labels.lettering import Lettering
from mint.labels.logo import place_logo
from mint.labels.pdf_sheet import FONT_PATH, grey_of, pdf_of, prove_pdf, stretched
from mint.labels.proof import prove_layout, prove_prints
from mint.labels.raster import Pixels, draw_pixels
from mint.labels.stock import Stock, single
from mint.labels.symbol import Matrix, qr_matrix
from mint.labels.vector import svg_of, svg_px_per_mm, svg_symbol_pixels
from mint.labels.zpl import pixels_to_zpl, zpl_to_pixels
from provenance_schemas.labels import parse_label
from verifier.images import read_labels

DEFAULT: Final = PrintChoices()


@dataclass(frozen=True, slots=True)
class LabelWish:
    """One label to be drawn."""

    text: str
    caption: Sequence[str] = ()


def render_label(
    label_text: str,
    *,
    picture_format: PictureFormat = "png",
    choices: PrintChoices = DEFAULT,
    caption: Sequence[str] = (),
) -> bytes:
    """Draw the label that says `label_text`, with up to three lines of caption above.

    A PNG and a thermal printer have dots, so there a module is a whole number of them (0.495 mm becomes 0.508 at
    600 dpi). Raises LabelError for a text outside the grammar, LabelPrintError for what will not print,
    LabelReadbackError when the finished picture does not read back as `label_text` in every simulated print.
    """
    lettering = lettering_for(choices, picture_format)
    layout = label_layout(label_text, caption, choices, picture_format, lettering)
    return draw(layout, label_text, lettering, picture_format, choices)


def render_sheet(
    wishes: Sequence[LabelWish], stock: Stock, choices: PrintChoices = DEFAULT, *, start: int = 1
) -> bytes:
    """Draw labels on sheets of `stock` as PDF, and prove all of them. Raises as `render_label` does."""
    layouts = sheet_layouts(wishes, stock, choices)
    content = pdf_of(layouts, stock, choices, start=start)
    prove_pdf(content, layouts, [wish.text for wish in wishes], stock, choices, start=start)
    return content


def sheet_layouts(wishes: Sequence[LabelWish], stock: Stock, choices: PrintChoices = DEFAULT) -> list[Layout]:
    """Lay labels out for stock of a fixed size, each with the largest module that fits, up to the one chosen.

    Raises LabelFitError with the size that is needed.
    """
    lettering = lettering_for(choices, "pdf")
    layouts = []
    for wish in wishes:
        label = parse_label(wish.text)
        check_caption(wish.caption)
        symbol = qr_matrix(wish.text, choices.ecc)
        module_mm = fitted_module_mm(symbol, stock, choices)
        layout = lay_out_on_stock(symbol, label, wish.caption, module_mm, lettering.measure, stock.label_mm)
        layouts.append(_with_logo(layout, choices))
    return layouts


def fitted_module_mm(symbol: Matrix, stock: Stock, choices: PrintChoices) -> float:
    """Give the module for a symbol on stock: the one asked for, or the largest that fits where none was asked for."""
    wanted = choices.module_wanted_mm
    if choices.module_mm is not None:
        return wanted
    room_mm = min(stock.label_mm) - 2 * REGISTER_MM
    fitting = min(wanted, room_mm / symbol_side_mm(symbol, 1.0))
    least = choices.demands.module_min_mm
    if fitting < least:
        needed = symbol_side_mm(symbol, least) + 2 * REGISTER_MM
        raise LabelFitError(
            f"{stock.name}: its labels have {stock.label_mm[0]:g} x {stock.label_mm[1]:g} mm; a symbol for this host "
            f"on {choices.substrate} needs {needed:.1f} mm each way, with modules of {least:g} mm, the smallest allowed"
        )
    return fitting


def label_layout(
    text: str, caption: Sequence[str], choices: PrintChoices, picture_format: PictureFormat, lettering: Lettering
) -> Layout:
    """Lay out a hang tag. Raises LabelError, LabelPrintError."""
    label = parse_label(text)
    check_caption(caption)
    module_mm = choices.printed_module_mm(picture_format)
    symbol = qr_matrix(text, choices.ecc)
    return _with_logo(lay_out_label(symbol, label, caption, module_mm, lettering.measure), choices)


def lettering_for(choices: PrintChoices, picture_format: PictureFormat) -> Lettering:
    """Open the typeface of a format: a PDF embeds its letters."""
    own = choices.font_path
    return Lettering(own if own is not None or picture_format != "pdf" else FONT_PATH)


def draw(
    layout: Layout, symbol_text: str, lettering: Lettering, picture_format: PictureFormat, choices: PrintChoices
) -> bytes:
    """Draw `layout` and prove that its symbol says `symbol_text`. Raises LabelReadbackError."""
    if picture_format == "svg":
        svg = svg_of(layout, choices.inks)
        prove_svg(svg, layout, symbol_text, choices)
        return svg.encode()
    if picture_format == "pdf":
        stock = single(layout.width_mm, layout.height_mm)
        pdf = pdf_of([layout], stock, choices)
        prove_pdf(pdf, [layout], [symbol_text], stock, choices)
        return pdf
    pixels = draw_pixels(layout, lettering, choices.dpi)
    if picture_format == "zpl":
        zpl = pixels_to_zpl(pixels)
        prove_zpl(zpl, layout, symbol_text, choices)
        return zpl.encode()
    png = _png(pixels, choices.inks, choices.dpi)
    prove_png(png, layout, symbol_text, choices)
    return png


def prove_png(content: bytes, layout: Layout, text: str, choices: PrintChoices) -> None:
    """Read the PNG as a stranger would, then in every simulated print. Raises LabelReadbackError."""
    texts = read_labels(content).texts
    if texts != (text,):
        raise LabelReadbackError(len(texts), "png")
    with Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
        ink, paper = (grey_of(colour) for colour in (choices.inks.ink, choices.inks.paper))
        pixels = stretched(np.asarray(picture.convert("L")), ink, paper)
    prove_layout(pixels, choices.dpi / 25.4, layout, text, choices, "png")


def prove_svg(svg: str, layout: Layout, text: str, choices: PrintChoices) -> None:
    """Turn the SVG's own path back into pixels and prove those. Raises LabelReadbackError."""
    prove_prints(svg_symbol_pixels(svg), svg_px_per_mm(layout), text, choices, "svg")


def prove_zpl(zpl: str, layout: Layout, text: str, choices: PrintChoices) -> None:
    """Read the dots back that the printer would burn, and prove those. Raises LabelReadbackError."""
    try:
        pixels = zpl_to_pixels(zpl)
    except ValueError as error:
        raise LabelReadbackError(0, "zpl", "modules") from error
    prove_layout(pixels, choices.dpi / 25.4, layout, text, choices, "zpl")


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


def _with_logo(layout: Layout, choices: PrintChoices) -> Layout:
    if choices.logo is None:
        return layout
    symbol, logo = place_logo(layout.symbol, choices.ecc, choices.logo, choices.logo_modules)
    return replace(layout, symbol=symbol, logo=logo)


def _png(pixels: Pixels, inks: Inks, dpi: int) -> bytes:
    picture = Image.fromarray(pixels)
    if inks != Inks():
        shades = np.linspace(rgb(inks.ink), rgb(inks.paper), 256).round().astype(np.uint8)
        picture = Image.fromarray(shades[pixels])
    content = io.BytesIO()
    picture.save(content, "PNG", dpi=(dpi, dpi))
    return content.getvalue()
