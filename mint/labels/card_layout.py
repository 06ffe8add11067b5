"""Where everything stands on a claim card. Millimetres, origin top left, y down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mint.labels.errors import LabelFitError
from mint.labels.layout import Column, Layout, Measure, Panel, Rule, symbol_side_mm
from mint.labels.symbol import QUIET_MODULES, Matrix

CARD_WIDTH_MM: Final = 85.6
CARD_HEIGHT_MM: Final = 53.98
"""ISO/IEC 7810 ID-1."""
FOIL_INSET_MM: Final = 2.0
"""From the foil's edge to what it covers: foil is laid down to some tenths of a millimetre."""
_MARGIN_MM: Final = 4.5
_SCRATCH_TOP_MM: Final = 21.0
_SCRATCH_MARGIN_MM: Final = 3.0


def lay_out_fold_card(
    symbol: Matrix, groups: Sequence[str], caption: Sequence[str], host: str, module_mm: float, measure: Measure
) -> Layout:
    """Place a claim card of two halves, printed on one side and folded so that the print is inside.

    The upper half says in English and French what the card is for; the lower one holds the code, as three
    rows and as a symbol.
    """
    page = Column(CARD_WIDTH_MM - 2 * _MARGIN_MM, CARD_WIDTH_MM / 2, measure, top_mm=9.0)
    page.caption(caption, 3.4, 2.4, tracking=0.22)
    page.y_mm = max(page.y_mm + 3.0, 20.0)
    page.rule(12.0)
    page.space(2.5)
    for paragraph in _fold_words(host):
        for line in paragraph:
            page.text(line, em_mm=2.15, tracking=0.02, leading=1.55)
        page.space(1.8)
    fold_mm = CARD_HEIGHT_MM
    page.rules.append(Rule(0.0, CARD_WIDTH_MM, fold_mm, dashed=True))

    side_mm = symbol_side_mm(symbol, module_mm)
    top_mm = fold_mm + (CARD_HEIGHT_MM - side_mm) / 2
    left_mm = 6.0
    text_left_mm = left_mm + side_mm + 1.0
    room_mm = CARD_WIDTH_MM - text_left_mm - 6.0
    column = Column(room_mm, text_left_mm + room_mm / 2, measure, top_mm=fold_mm + 14.5)
    column.text("CLAIM CODE", em_mm=2.0, tracking=0.22)
    column.text("Code de propri\u00e9t\u00e9", em_mm=2.0, tracking=0.05)
    column.space(2.6)
    for i in range(0, len(groups), 3):
        column.text("  ".join(groups[i : i + 3]), em_mm=3.9, tracking=0.1, leading=1.55)
    quiet_mm = QUIET_MODULES * module_mm
    return Layout(
        CARD_WIDTH_MM,
        2 * CARD_HEIGHT_MM,
        symbol,
        module_mm,
        left_mm + quiet_mm,
        top_mm + quiet_mm,
        (*page.lines, *column.lines),
        (*page.rules, *column.rules),
    )


def lay_out_scratch_card(
    symbol: Matrix, groups: Sequence[str], caption: Sequence[str], host: str, module_mm: float, measure: Measure
) -> Layout:
    """Place a claim card of one side: words above, and below them the code under a panel of scratch foil.

    The foil reaches beyond the symbol's quiet zone, so that its rest after scratching is no ink to a reader.
    Raises LabelFitError when the symbol is too large for the panel.
    """
    page = Column(CARD_WIDTH_MM - 2 * _MARGIN_MM, CARD_WIDTH_MM / 2, measure, top_mm=3.0)
    page.caption(caption[:2], 2.8, 2.0, tracking=0.22)
    page.y_mm = max(page.y_mm + 1.0, 8.0)
    for line in _scratch_words(host):
        page.text(line, em_mm=1.75, tracking=0.02, leading=1.45)

    top_mm = max(page.y_mm + 1.2, _SCRATCH_TOP_MM)
    height_mm = CARD_HEIGHT_MM - top_mm - _SCRATCH_MARGIN_MM
    panel = Panel(_SCRATCH_MARGIN_MM, top_mm, CARD_WIDTH_MM - 2 * _SCRATCH_MARGIN_MM, height_mm)
    side_mm = symbol_side_mm(symbol, module_mm)
    if side_mm + 2 * FOIL_INSET_MM > height_mm:
        raise LabelFitError(
            f"the code's symbol needs {side_mm + 2 * FOIL_INSET_MM:.1f} mm under the foil, "
            f"a card leaves {height_mm:.1f} mm; choose a smaller module, or the folded card"
        )
    left_mm, symbol_top_mm = panel.left_mm + FOIL_INSET_MM, top_mm + (height_mm - side_mm) / 2
    text_left_mm = left_mm + side_mm + 0.5
    room_mm = panel.left_mm + panel.width_mm - FOIL_INSET_MM - text_left_mm
    column = Column(room_mm, text_left_mm + room_mm / 2, measure, top_mm=top_mm + height_mm / 2 - 9.3)
    for i in range(0, len(groups), 3):
        column.text("  ".join(groups[i : i + 3]), em_mm=3.6, tracking=0.1, leading=1.6)
    quiet_mm = QUIET_MODULES * module_mm
    return Layout(
        CARD_WIDTH_MM,
        CARD_HEIGHT_MM,
        symbol,
        module_mm,
        left_mm + quiet_mm,
        symbol_top_mm + quiet_mm,
        (*page.lines, *column.lines),
        panel=panel,
    )


def _fold_words(host: str) -> tuple[tuple[str, ...], ...]:
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


def _scratch_words(host: str) -> tuple[str, ...]:
    return (
        "Once the piece is yours, scratch the panel and scan the symbol,",
        f"or enter the code at {host}/claim. It works once.",
        "Apr\u00e8s l\u2019achat, grattez le panneau et scannez le symbole,",
        f"ou saisissez le code sur {host}/claim. Il ne sert qu\u2019une fois.",
    )
