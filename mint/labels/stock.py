"""Label stock: sheets that are cut already, and where the labels stand on them. Millimetres."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from mint.labels.errors import LabelFitError

A4_MM: Final = (210.0, 297.0)
LETTER_MM: Final = (215.9, 279.4)
_PLACES_MAX: Final = 400
_SLIP_MM: Final = 0.01
_NUMBER: Final = r"(\d{1,3}(?:\.\d{1,3})?)"
_CUSTOM: Final = re.compile(
    rf"{_NUMBER}x{_NUMBER}@(\d{{1,2}})x(\d{{1,2}})(?:\+{_NUMBER},{_NUMBER})?(?:/{_NUMBER},{_NUMBER})?(?::(a4|letter))?"
)


@dataclass(frozen=True, slots=True)
class Stock:
    """One kind of sheet."""

    name: str
    page_mm: tuple[float, float]
    label_mm: tuple[float, float]
    columns: int
    rows: int
    left_mm: float
    top_mm: float
    pitch_mm: tuple[float, float]
    """From one label's corner to the next one's."""

    @property
    def places(self) -> int:
        """How many labels a sheet has."""
        return self.columns * self.rows

    def corner_mm(self, place: int) -> tuple[float, float]:
        """Give the upper left corner of a place, counted from 0 by rows."""
        row, column = divmod(place, self.columns)
        return self.left_mm + column * self.pitch_mm[0], self.top_mm + row * self.pitch_mm[1]


def _stock(
    name: str,
    page_mm: tuple[float, float],
    label_mm: tuple[float, float],
    grid: tuple[int, int],
    corner_mm: tuple[float, float],
    pitch_mm: tuple[float, float],
) -> Stock:
    return Stock(name, page_mm, label_mm, *grid, *corner_mm, pitch_mm)


STOCKS: Final[dict[str, Stock]] = {
    stock.name: stock
    for stock in (
        _stock("L7160", A4_MM, (63.5, 38.1), (3, 7), (7.25, 15.15), (66.0, 38.1)),
        _stock("L7159", A4_MM, (63.5, 33.9), (3, 8), (7.25, 12.9), (66.0, 33.9)),
        _stock("A4-40", A4_MM, (48.5, 25.4), (4, 10), (8.0, 21.5), (48.5, 25.4)),
        _stock("L7651", A4_MM, (38.1, 21.2), (5, 13), (4.75, 10.7), (40.6, 21.2)),
        _stock("L4731", A4_MM, (25.4, 10.0), (7, 27), (8.5, 13.5), (27.9, 10.0)),
        _stock("5160", LETTER_MM, (66.675, 25.4), (3, 10), (4.7625, 12.7), (69.85, 25.4)),
    )
}
"""By the number on the box. Other makers sell the same cuts under numbers of their own."""


def stock_of(name: str) -> Stock:
    """Find stock by its number, or read a cut in millimetres: `70x37@3x8`, three across and eight down on A4.

    After it may follow `+LEFT,TOP` of the first label, `/ACROSS,DOWN` between labels, and `:letter`; without a corner
    the labels stand in the middle. Raises LabelFitError.
    """
    if name in STOCKS:
        return STOCKS[name]
    found = _CUSTOM.fullmatch(name)
    if not found:
        known = ", ".join(STOCKS)
        raise LabelFitError(f"stock is one of {known}, or a cut in mm as 70x37@3x8, not {name[:40]!r}")
    width, height = float(found[1]), float(found[2])
    columns, rows = int(found[3]), int(found[4])
    across, down = float(found[7] or 0), float(found[8] or 0)
    page = LETTER_MM if found[9] == "letter" else A4_MM
    pitch = (width + across, height + down)
    left = float(found[5]) if found[5] else (page[0] - columns * pitch[0] + across) / 2
    top = float(found[6]) if found[6] else (page[1] - rows * pitch[1] + down) / 2
    stock = Stock(name, page, (width, height), columns, rows, left, top, pitch)
    _check(stock)
    return stock


def single(width_mm: float, height_mm: float) -> Stock:
    """Give a page that is one label."""
    return Stock("single", (width_mm, height_mm), (width_mm, height_mm), 1, 1, 0.0, 0.0, (width_mm, height_mm))


def cards(width_mm: float, height_mm: float) -> Stock:
    """Give an A4 sheet of cards of one size, edge to edge, to be cut."""
    columns, rows = int(A4_MM[0] // width_mm), int(A4_MM[1] // height_mm)
    left, top = (A4_MM[0] - columns * width_mm) / 2, (A4_MM[1] - rows * height_mm) / 2
    return Stock("cards", A4_MM, (width_mm, height_mm), columns, rows, left, top, (width_mm, height_mm))


def _check(stock: Stock) -> None:
    if not (stock.places and stock.places <= _PLACES_MAX and min(stock.label_mm) > 0):
        raise LabelFitError(f"{stock.name}: a sheet has 1 to {_PLACES_MAX} labels of more than 0 mm")
    left, top = stock.corner_mm(stock.places - 1)
    right, bottom = left + stock.label_mm[0], top + stock.label_mm[1]
    out = min(stock.left_mm, stock.top_mm) < -_SLIP_MM
    if out or right > stock.page_mm[0] + _SLIP_MM or bottom > stock.page_mm[1] + _SLIP_MM:
        raise LabelFitError(
            f"{stock.name}: the labels reach {right:.1f} x {bottom:.1f} mm, the page has "
            f"{stock.page_mm[0]:g} x {stock.page_mm[1]:g} mm"
        )
