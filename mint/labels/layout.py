"""Where everything stands on a label. Millimetres, origin top left, y down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from mint.labels.errors import LabelFitError, LabelTextError
from mint.labels.logo import PlacedLogo
from mint.labels.symbol import QUIET_MODULES, Matrix
from provenance_schemas.crockford import in_groups
from provenance_schemas.labels import Label

CAPTION_LINES_MAX: Final = 3
CAPTION_LENGTH_MAX: Final = 60
REGISTER_MM: Final = 1.0
"""How far a sheet may slip in a printer before the cut would reach ink or quiet zone."""
EM_MIN_MM: Final = 1.05
"""Smaller letters are not read by customers, nor by us."""

Measure = Callable[[str, float], float]
"""Width of a text in em, with so much tracking (em) after each character."""

_MARGIN_MM: Final = 4.5
_GAP_MM: Final = 0.8
_SHRINK_MIN: Final = 0.72
_BREAKS: Final = " .-/"


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
class Panel:
    """A rectangle that another layer covers: where scratch foil goes."""

    left_mm: float
    top_mm: float
    width_mm: float
    height_mm: float


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
    rules: tuple[Rule, ...] = ()
    logo: PlacedLogo | None = None
    panel: Panel | None = None


def check_caption(caption: Sequence[str]) -> None:
    """Raise LabelTextError when a caption has too many lines, or one is too long or not printable."""
    if len(caption) > CAPTION_LINES_MAX:
        raise LabelTextError(f"a caption has at most {CAPTION_LINES_MAX} lines, got {len(caption)}")
    for line in caption:
        if not 0 < len(line) <= CAPTION_LENGTH_MAX or not line.isprintable():
            raise LabelTextError(f"a caption line is 1 to {CAPTION_LENGTH_MAX} printable characters: {line[:80]!r}")


def symbol_side_mm(symbol: Matrix, module_mm: float) -> float:
    """Give the side of a symbol with its quiet zone."""
    return (len(symbol) + 2 * QUIET_MODULES) * module_mm


def lay_out_label(symbol: Matrix, label: Label, caption: Sequence[str], module_mm: float, measure: Measure) -> Layout:
    """Place a hang tag: caption, symbol, then what a person can read aloud or type.

    The first caption line is the house, the others name the model.
    """
    side_mm = symbol_side_mm(symbol, module_mm)
    width_mm = round(max(40.0, side_mm + 2 * _MARGIN_MM), 1)
    column = Column(width_mm - 2 * _MARGIN_MM, width_mm / 2, measure, top_mm=_MARGIN_MM + 1.5 if caption else 2.0)
    column.caption(caption, 2.3, 1.8, tracking=0.3)
    column.space(1.4 if caption else 0)
    top_mm = column.y_mm
    column.space(side_mm + 0.6)
    _readable(column, label)
    quiet_mm = QUIET_MODULES * module_mm
    left_mm = (width_mm - side_mm) / 2 + quiet_mm
    height_mm = round(column.y_mm + _MARGIN_MM - 0.5, 1)
    return Layout(width_mm, height_mm, symbol, module_mm, left_mm, top_mm + quiet_mm, tuple(column.lines))


def lay_out_on_stock(
    symbol: Matrix,
    label: Label,
    caption: Sequence[str],
    module_mm: float,
    measure: Measure,
    size_mm: tuple[float, float],
) -> Layout:
    """Place a label of a fixed size: text beside the symbol, or below it where the label is upright.

    Raises LabelFitError, which says what would fit.
    """
    width_mm, height_mm = size_mm
    side_mm = symbol_side_mm(symbol, module_mm)
    if side_mm + 2 * REGISTER_MM > min(width_mm, height_mm):
        raise LabelFitError(
            f"a symbol of {len(symbol)} modules of {module_mm:g} mm with its quiet zone needs "
            f"{side_mm + 2 * REGISTER_MM:.1f} mm each way; a label of {width_mm:g} x {height_mm:g} mm is too small"
        )
    quiet_mm = QUIET_MODULES * module_mm
    if width_mm >= height_mm:
        left_mm, top_mm = REGISTER_MM, (height_mm - side_mm) / 2
        text_left_mm = left_mm + side_mm + _GAP_MM / 2
        box = (text_left_mm, REGISTER_MM, width_mm - text_left_mm - REGISTER_MM, height_mm - 2 * REGISTER_MM)
    else:
        left_mm, top_mm = (width_mm - side_mm) / 2, REGISTER_MM
        text_top_mm = top_mm + side_mm
        box = (REGISTER_MM, text_top_mm, width_mm - 2 * REGISTER_MM, height_mm - text_top_mm - REGISTER_MM)
    lines = _column_in(box, label, caption, measure)
    return Layout(width_mm, height_mm, symbol, module_mm, left_mm + quiet_mm, top_mm + quiet_mm, lines)


def _column_in(
    box: tuple[float, float, float, float], label: Label, caption: Sequence[str], measure: Measure
) -> tuple[TextLine, ...]:
    """Fill a box from its middle. Captions are left out, from the last, before anything a customer compares is."""
    left_mm, top_mm, width_mm, height_mm = box
    for shown in range(len(caption), -1, -1):
        column = Column(width_mm, left_mm + width_mm / 2, measure, top_mm=top_mm)
        column.caption(caption[:shown], 2.1, 1.7, tracking=0.2)
        column.space(0.6 if shown else 0)
        _readable(column, label)
        free_mm = height_mm - (column.y_mm - top_mm)
        if free_mm >= 0:
            return tuple(replace(line, baseline_mm=line.baseline_mm + free_mm / 2) for line in column.lines)
    raise LabelFitError(
        f"serial, GTIN and host need {height_mm - free_mm:.1f} mm beside or below the symbol, "
        f"there are {max(height_mm, 0):.1f} mm"
    )


def _readable(column: Column, label: Label) -> None:
    """Write what a customer compares or types: the serial in groups, the GTIN, and the host in words."""
    wide = in_groups("M" * len(label.serial), 4)
    column.text(in_groups(label.serial, 4), em_mm=2.05, tracking=0.08, like=wide)
    column.space(0.5)
    column.text(f"GTIN  {in_groups(label.gtin, 5)}", em_mm=1.55, tracking=0.08)
    column.text(label.host, em_mm=1.55, tracking=0.08)


class Column:
    """A column being filled from the top."""

    def __init__(self, width_mm: float, centre_mm: float, measure: Measure, *, top_mm: float) -> None:
        self.width_mm = width_mm
        self.centre_mm = centre_mm
        self.y_mm = top_mm
        self.lines: list[TextLine] = []
        self.rules: list[Rule] = []
        self._measure = measure

    def caption(self, lines: Sequence[str], first_mm: float, others_mm: float, *, tracking: float) -> None:
        """Add the house in capitals, then what names the model; set as small as it must be."""
        for i, line in enumerate(lines):
            if i == 0:
                self.text(line.upper(), em_mm=first_mm, tracking=tracking, least_mm=0)
            else:
                self.text(line, em_mm=others_mm, tracking=0.05, least_mm=0)

    def text(
        self,
        text: str,
        *,
        em_mm: float,
        tracking: float,
        leading: float = 1.5,
        least_mm: float = EM_MIN_MM,
        like: str = "",
    ) -> None:
        """Add a line; one that is too wide is set smaller, then broken in two, and never cut.

        It is broken where `like` would be, so that the labels of one sheet look alike.
        Raises LabelFitError when even that would be smaller than `least_mm`.
        """
        parts: tuple[str, ...] = (text,)
        if self._fitting_mm(like or text, tracking) < em_mm * _SHRINK_MIN:
            parts = _broken(text) or parts
        # Parts of one line have one size.
        fitting_mm = min(self._fitting_mm(part, tracking) for part in parts)
        if fitting_mm < min(em_mm, least_mm):
            raise LabelFitError(f"{text[:60]!r} does not fit {max(self.width_mm, 0):.1f} mm in letters one can read")
        em_mm = min(em_mm, fitting_mm)
        for part in parts:
            self.y_mm += em_mm * leading
            baseline_mm = self.y_mm - em_mm * (leading - 1)
            width_mm = self._measure(part, tracking) * em_mm
            self.lines.append(TextLine(part, self.centre_mm, baseline_mm, em_mm, tracking, width_mm))

    def _fitting_mm(self, text: str, tracking: float) -> float:
        return self.width_mm / max(self._measure(text, tracking), 0.01)

    def rule(self, length_mm: float) -> None:
        """Add a centred hairline."""
        self.rules.append(Rule(self.centre_mm - length_mm / 2, self.centre_mm + length_mm / 2, self.y_mm))

    def space(self, height_mm: float) -> None:
        """Leave room."""
        self.y_mm += height_mm


def _broken(text: str) -> tuple[str, str] | None:
    """Break a text near its middle, after a space, dot, dash or slash; None where there is no such place."""
    places = [i + 1 for i, character in enumerate(text) if character in _BREAKS and 0 < i < len(text) - 1]
    if not places:
        return None
    place = min(places, key=lambda i: abs(2 * i - len(text)))
    first, second = text[:place].rstrip(" "), text[place:].lstrip(" ")
    return (first, second) if first and second else None
