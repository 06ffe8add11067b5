"""Labels and cards as PDF, at their true size, letters embedded. Every page is drawn again as pixels and read."""

from __future__ import annotations

import hashlib
import io
import math
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pypdfium2  # type: ignore[import-untyped]
import reportlab  # type: ignore[import-untyped]
from PIL import Image
from reportlab.lib.colors import CMYKColorSep, HexColor  # type: ignore[import-untyped]
from reportlab.lib.units import mm  # type: ignore[import-untyped]
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfbase.ttfonts import TTFError, TTFont  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from mint.labels.choices import PrintChoices
from mint.labels.errors import LabelFitError, LabelReadbackError, LabelTextError
from mint.labels.layout import Layout, Panel
from mint.labels.proof import prove_layout
from mint.labels.raster import DASH_MM, HAIRLINE_MM, Pixels
from mint.labels.stock import Stock
from mint.labels.symbol import runs_of
from mint.labels.vector import logo_png

FONT_PATH: Final = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
"""Bitstream Vera, free to embed; it has the letters of Western languages."""
FOIL_NAME: Final = "Scratch foil"
PROOF_DPI: Final = 300
_CROP_MARK_MM: Final = (2.0, 5.0)
"""From the cut: where a mark begins, and how long it is."""
_PAPER_MIN: Final = 250
_PDFIUM: Final = threading.Lock()
"""PDFium is not safe to share among threads."""


def pdf_of(
    layouts: Sequence[Layout],
    stock: Stock,
    choices: PrintChoices,
    *,
    start: int = 1,
    cut: bool = False,
) -> bytes:
    """Place layouts on sheets, from place `start` (1 is the first) of the first sheet on.

    With `cut`, hairlines in the margins say where to cut. Where layouts have a panel for scratch foil, each page is
    followed by one that holds these panels alone, in a spot colour of their own. The same labels give the same bytes.
    Raises LabelFitError, LabelTextError when the typeface lacks a letter.
    """
    if not 1 <= start <= stock.places:
        raise LabelFitError(f"a sheet of {stock.name} has places 1 to {stock.places}, there is no place {start}")
    font = _registered(choices.font_path or FONT_PATH)
    content = io.BytesIO()
    canvas = Canvas(content, pagesize=_points(stock.page_mm), pageCompression=1, invariant=1)
    canvas.setTitle("Assay")
    page_height = stock.page_mm[1]
    for page in _pages(layouts, stock, start):
        if cut:
            _crop_marks(canvas, stock)
        for place, layout in page:
            left, top = stock.corner_mm(place)
            canvas.saveState()
            canvas.translate(left * mm, (page_height - top) * mm)
            _draw(canvas, layout, choices, font)
            canvas.restoreState()
        canvas.showPage()
        if any(layout.panel for _, layout in page):
            _foil_page(canvas, page, stock)
    canvas.save()
    return content.getvalue()


def prove_pdf(
    content: bytes,
    layouts: Sequence[Layout],
    texts: Sequence[str],
    stock: Stock,
    choices: PrintChoices,
    *,
    start: int = 1,
    cut: bool = False,
) -> None:
    """Draw the pages again and prove every label on them, and that nothing is printed beside the labels.

    Raises LabelReadbackError.
    """
    pages = list(_pages(layouts, stock, start))
    foils = [any(layout.panel for _, layout in page) for page in pages]
    numbers = [sum(foils[:i]) + i for i in range(len(pages))]
    px_per_mm, done = PROOF_DPI / 25.4, 0
    for page, number in zip(pages, numbers, strict=True):
        pixels = render_page(content, number).copy()
        grey = _as_ink(pixels, choices)
        for place, layout in page:
            left, top = (round(at * px_per_mm) for at in stock.corner_mm(place))
            prove_layout(grey[top:, left:], px_per_mm, layout, texts[done], choices, "pdf")
            done += 1
            bottom, right = top + math.ceil(layout.height_mm * px_per_mm), left + math.ceil(layout.width_mm * px_per_mm)
            pixels[max(top - 1, 0) : bottom + 1, max(left - 1, 0) : right + 1] = 255
        if not cut and pixels.min() < _PAPER_MIN:
            raise LabelReadbackError(0, "pdf", "nothing_outside")


def render_page(content: bytes, number: int, dpi: int = PROOF_DPI) -> Pixels:
    """Draw one page of a PDF, grey."""
    with _PDFIUM:
        document = pypdfium2.PdfDocument(content)
        try:
            picture = document[number].render(scale=dpi / 72, grayscale=True).to_numpy()
            return np.array(picture.reshape(picture.shape[:2]), np.uint8)
        finally:
            document.close()


def page_count(content: bytes) -> int:
    """Count the pages of a PDF."""
    with _PDFIUM:
        document = pypdfium2.PdfDocument(content)
        try:
            return len(document)
        finally:
            document.close()


def _as_ink(pixels: Pixels, choices: PrintChoices) -> Pixels:
    """Stretch coloured ink and paper, as a grey picture has them, to black and white."""
    return stretched(pixels, grey_of(choices.inks.ink), grey_of(choices.inks.paper))


def stretched(pixels: Pixels, ink: int, paper: int) -> Pixels:
    """Map grey `ink` to 0 and grey `paper` to 255; what lies beyond is cut off."""
    if (ink, paper) == (0, 255):
        return pixels
    table = np.clip((np.arange(256) - ink) * 255 / (paper - ink), 0, 255).astype(np.uint8)
    return np.asarray(table[pixels], np.uint8)


def grey_of(colour: str) -> int:
    """Give the level of a colour in a grey picture, 0 to 255."""
    return int(np.asarray(Image.new("RGB", (1, 1), colour).convert("L"))[0, 0])


def _pages(layouts: Sequence[Layout], stock: Stock, start: int) -> Iterator[list[tuple[int, Layout]]]:
    placed = [(start - 1 + i, layout) for i, layout in enumerate(layouts)]
    for number in range(math.ceil((start - 1 + len(layouts)) / stock.places)):
        yield [(at % stock.places, layout) for at, layout in placed if at // stock.places == number]


def _draw(canvas: Any, layout: Layout, choices: PrintChoices, font: str) -> None:
    """Draw one label; the origin is its upper left corner, y upwards."""
    inks = choices.inks
    if inks.paper != "#ffffff":
        canvas.setFillColor(HexColor(inks.paper))
        canvas.rect(0, -layout.height_mm * mm, layout.width_mm * mm, layout.height_mm * mm, stroke=0, fill=1)
    canvas.setFillColor(HexColor(inks.ink))
    canvas.setStrokeColor(HexColor(inks.ink))
    module = layout.module_mm * mm
    left, top = layout.symbol_left_mm * mm, -layout.symbol_top_mm * mm
    path = canvas.beginPath()
    for x, y, length in runs_of(layout.symbol):
        path.rect(left + x * module, top - (y + 1) * module, length * module, module)
    canvas.drawPath(path, stroke=0, fill=1)
    if layout.logo is not None:
        logo, side = layout.logo, (layout.logo.side - 2 * layout.logo.rim) * module
        at = (logo.left + logo.rim) * module
        canvas.drawImage(ImageReader(io.BytesIO(logo_png(logo))), left + at, top - at - side, side, side)
    canvas.setLineWidth(HAIRLINE_MM * mm)
    for rule in layout.rules:
        canvas.setDash([DASH_MM * mm] if rule.dashed else [])
        canvas.line(rule.left_mm * mm, -rule.y_mm * mm, rule.right_mm * mm, -rule.y_mm * mm)
    canvas.setDash([])
    if layout.panel is not None:
        canvas.rect(*_below(layout.panel, 0, 0), stroke=1, fill=0)
    for line in layout.lines:
        _draw_text(canvas, line.text, (line.x_mm, line.baseline_mm), line.em_mm, line.tracking, font)


def _draw_text(canvas: Any, text: str, at_mm: tuple[float, float], em_mm: float, tracking: float, font: str) -> None:
    face = pdfmetrics.getFont(font).face
    missing = next((c for c in text if ord(c) not in face.charToGlyph), None)
    if missing is not None:
        raise LabelTextError(f"the typeface of the PDF has no {missing!r}; give a TrueType file that has it")
    size, space = em_mm * mm, tracking * em_mm * mm
    width = pdfmetrics.stringWidth(text, font, size) + space * (len(text) - 1)
    words = canvas.beginText(at_mm[0] * mm - width / 2, -at_mm[1] * mm)
    words.setFont(font, size)
    words.setCharSpace(space)
    words.textOut(text)
    canvas.drawText(words)


def _foil_page(canvas: Any, page: Sequence[tuple[int, Layout]], stock: Stock) -> None:
    """Fill the panels in a spot colour: a plate of its own, that no office printer lays over the code."""
    canvas.setFillColor(CMYKColorSep(0, 0.2, 0, 0.4, spotName=FOIL_NAME))
    for place, layout in page:
        if layout.panel is not None:
            left, top = stock.corner_mm(place)
            x, y, width, height = _below(layout.panel, left, top - stock.page_mm[1])
            canvas.roundRect(x, y, width, height, 1.0 * mm, stroke=0, fill=1)
    canvas.showPage()


def _below(panel: Panel, left_mm: float, top_mm: float) -> tuple[float, float, float, float]:
    """Give a panel as PDF has rectangles: lower left corner, y upwards, in points."""
    bottom_mm = top_mm + panel.top_mm + panel.height_mm
    return (left_mm + panel.left_mm) * mm, -bottom_mm * mm, panel.width_mm * mm, panel.height_mm * mm


def _crop_marks(canvas: Any, stock: Stock) -> None:
    """Say in the margins where to cut; nothing is drawn where cards are."""
    canvas.setStrokeColor(HexColor("#000000"))
    canvas.setLineWidth(HAIRLINE_MM * mm)
    (width, height), (first_x, first_y) = stock.page_mm, stock.corner_mm(0)
    last_x, last_y = (at + side for at, side in zip(stock.corner_mm(stock.places - 1), stock.label_mm, strict=True))
    gap, length = _CROP_MARK_MM
    for i in range(stock.columns + 1):
        x = (first_x + i * stock.pitch_mm[0]) * mm
        for y in (first_y - gap, last_y + gap + length):
            canvas.line(x, (height - y) * mm, x, (height - y + length) * mm)
    for i in range(stock.rows + 1):
        y = (height - first_y - i * stock.pitch_mm[1]) * mm
        for x in (first_x - gap - length, last_x + gap):
            canvas.line(x * mm, y, (x + length) * mm, y)
    assert width > last_x, "the marks stand in the margin"


def _registered(path: Path) -> str:
    """Make a font file known to the PDF; gives its name there."""
    name = f"assay-{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"
    if name not in pdfmetrics.getRegisteredFontNames():
        try:
            pdfmetrics.registerFont(TTFont(name, str(path)))
        except (TTFError, OSError) as error:
            raise LabelTextError(f"{path} is no TrueType file, which a PDF needs") from error
    return name


def _points(size_mm: tuple[float, float]) -> tuple[float, float]:
    return size_mm[0] * mm, size_mm[1] * mm
