"""Where everything stands on a label and on a claim card. Millimetres, origin top left, y down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from mint.labels.errors import LabelSizeError, LabelTextError
from mint.labels.symbol import QUIET_MODULES, Matrix
from provenance_schemas.crockford import in_groups
from provenance_schemas.labels import Label

MODULE_MM: Final = 0.495
MODULE_MIN_MM: Final = 0.396
MODULE_MAX_MM: Final = 0.990
"""GS1 General Specifications, QR codes at the point of sale."""
CAPTION_LINES_MAX: Final = 3
CAPTION_LENGTH_MAX: Final = 60

Measure = Callable[[str, float], float]
"""Width of a text in em, with so much tracking (em) after each character."""

_MARGIN_MM: Final = 4.5
_CARD_WIDTH_MM: Final = 85.6
_CARD_HALF_MM: Final = 53.98  # ISO/IEC 7810 ID-1, folded


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text, centred on `x_mm`."""

    text: str
    x_mm: float
    baseline_mm: float
    em_mm: float
    tracking: float
    """Space after each character, em."""
    width_mm: float


@dataclass(frozen=True, slots=True)
class Rule:
    """One horizontal hairline."""

    left_mm: float
    right_mm: float
    y_mm: float
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """One printed piece."""

    width_mm: float
    height_mm: float
    symbol: Matrix
    module_mm: float
    symbol_left_mm: float
    """Of the ink; the quiet zone around it is 4 modules wide, and nothing else stands in it."""
    symbol_top_mm: float
    lines: tuple[TextLine, ...]
    rules: tuple[Rule, ...]


def check_module(module_mm: float) -> None:
    """Raise LabelSizeError when shop scanners are not made for this module."""
    if not MODULE_MIN_MM <= module_mm <= MODULE_MAX_MM:
        raise LabelSizeError(module_mm, MODULE_MIN_MM, MODULE_MAX_MM)


def check_caption(caption: Sequence[str]) -> None:
    """Raise LabelTextError when a caption has too many lines, or one is too long or not printable."""
    if len(caption) > CAPTION_LINES_MAX:
        raise LabelTextError(f"a caption has at most {CAPTION_LINES_MAX} lines, got {len(caption)}")
    for line in caption:
        if not 0 < len(line) <= CAPTION_LENGTH_MAX or not line.isprintable():
            raise LabelTextError(f"a caption line is 1 to {CAPTION_LENGTH_MAX} printable characters: {line[:80]!r}")


def lay_out_label(symbol: Matrix, label: Label, caption: Sequence[str], module_mm: float, measure: Measure) -> Layout:
    """Place a hang tag: caption, symbol, then what a person can read aloud or type.

    The first caption line is the house, the others name the model.
    """
    side_mm = (len(symbol) + 2 * QUIET_MODULES) * module_mm
    width_mm = round(max(40.0, side_mm + 2 * _MARGIN_MM), 1)
    page = _Page(width_mm, measure, top_mm=_MARGIN_MM + 1.5 if caption else 2.0)
    for i, line in enumerate(caption):
        page.text(line.upper() if i == 0 else line, em_mm=2.3 if i == 0 else 1.8, tracking=0.3 if i == 0 else 0.05)
    page.space(1.4 if caption else 0)
    top_mm = page.y_mm
    page.space(side_mm + 0.6)
    page.text(in_groups(label.serial, 4), em_mm=2.05, tracking=0.08)
    page.space(0.5)
    page.text(f"GTIN  {in_groups(label.gtin, 5)}", em_mm=1.55, tracking=0.08)
    page.text(label.host, em_mm=1.55, tracking=0.08)
    quiet_mm = QUIET_MODULES * module_mm
    left_mm = (width_mm - side_mm) / 2 + quiet_mm
    height_mm = round(page.y_mm + _MARGIN_MM - 0.5, 1)
    return Layout(width_mm, height_mm, symbol, module_mm, left_mm, top_mm + quiet_mm, tuple(page.lines), ())


def lay_out_claim_card(
    symbol: Matrix, groups: Sequence[str], caption: Sequence[str], host: str, module_mm: float, measure: Measure
) -> Layout:
    """Place a claim card of two halves, printed on one side and folded so that the print is inside.

    The upper half says in English and French what the card is for; the lower one holds the code, as three
    rows and as a symbol.
    """
    page = _Page(_CARD_WIDTH_MM, measure, top_mm=9.0)
    for i, line in enumerate(caption):
        page.text(line.upper() if i == 0 else line, em_mm=3.4 if i == 0 else 2.4, tracking=0.22 if i == 0 else 0.05)
    page.y_mm = max(page.y_mm + 3.0, 20.0)
    page.rule(12.0)
    page.space(2.5)
    for paragraph in _card_words(host):
        for line in paragraph:
            page.text(line, em_mm=2.15, tracking=0.02, leading=1.55)
        page.space(1.8)
    fold_mm = _CARD_HALF_MM
    page.rules.append(Rule(0.0, _CARD_WIDTH_MM, fold_mm, dashed=True))

    side_mm = (len(symbol) + 2 * QUIET_MODULES) * module_mm
    top_mm = fold_mm + (_CARD_HALF_MM - side_mm) / 2
    left_mm = 6.0
    text_left_mm = left_mm + side_mm + 1.0
    column = _Page(_CARD_WIDTH_MM - text_left_mm - 6.0, measure, top_mm=fold_mm + 14.5, left_mm=text_left_mm)
    column.text("CLAIM CODE", em_mm=2.0, tracking=0.22)
    column.text("Code de propri\u00e9t\u00e9", em_mm=2.0, tracking=0.05)
    column.space(2.6)
    for i in range(0, len(groups), 3):
        column.text("  ".join(groups[i : i + 3]), em_mm=3.9, tracking=0.1, leading=1.55)
    quiet_mm = QUIET_MODULES * module_mm
    return Layout(
        _CARD_WIDTH_MM,
        2 * _CARD_HALF_MM,
        symbol,
        module_mm,
        left_mm + quiet_mm,
        top_mm + quiet_mm,
        (*page.lines, *column.lines),
        (*page.rules, *column.rules),
    )


def _card_words(host: str) -> tuple[tuple[str, ...], ...]:
    return (
        (
            "This code records you as the owner. Once the piece is yours, scan",
            f"the symbol below, or enter the code at {host}/claim.",
            "It works once. Keep it as you would keep a key.",
        ),
        (
            "Ce code vous inscrit comme propri\u00e9taire. Apr\u00e8s l\u2019achat, scannez le",
            f"symbole ci-dessous, ou saisissez le code sur {host}/claim.",
            "Il ne sert qu\u2019une fois. Gardez-le comme une cl\u00e9.",
        ),
    )


class _Page:
    """A column being filled from the top."""

    def __init__(self, width_mm: float, measure: Measure, *, top_mm: float, left_mm: float = 0.0) -> None:
        self.width_mm = width_mm
        self.centre_mm = left_mm + width_mm / 2
        self.y_mm = top_mm
        self.lines: list[TextLine] = []
        self.rules: list[Rule] = []
        self._measure = measure

    def text(self, text: str, *, em_mm: float, tracking: float, leading: float = 1.5) -> None:
        """Add a line; one that is too wide is set smaller, never cut."""
        width_em = self._measure(text, tracking)
        room_mm = self.width_mm - (2 * _MARGIN_MM if self.centre_mm * 2 == self.width_mm else 0)
        em_mm = min(em_mm, room_mm / width_em)
        self.y_mm += em_mm * leading
        baseline_mm = self.y_mm - em_mm * (leading - 1)
        self.lines.append(TextLine(text, self.centre_mm, baseline_mm, em_mm, tracking, width_em * em_mm))

    def rule(self, length_mm: float) -> None:
        """Add a centred hairline."""
        self.rules.append(Rule(self.centre_mm - length_mm / 2, self.centre_mm + length_mm / 2, self.y_mm))

    def space(self, height_mm: float) -> None:
        """Leave room."""
        self.y_mm += height_mm
