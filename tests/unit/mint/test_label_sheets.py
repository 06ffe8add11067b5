"""Labels and cards on sheets: they stand where the stock is cut, and nothing stands beside them."""

import io

import numpy as np
import pytest
from PIL import Image

from mint.labels.claim_card import CARD_CHOICES, CardShape, CardWish, render_card_sheet
from mint.labels.errors import LabelFitError, LabelReadbackError, LabelTextError
from mint.labels.pdf_sheet import FOIL_NAME, page_count, pdf_of, prove_pdf, render_page
from mint.labels.render import DEFAULT, LabelWish, render_sheet, sheet_layouts
from mint.labels.stock import STOCKS, cards, stock_of
from mint.labels.substrates import Substrate
from provenance_schemas.claim_codes import ClaimCode
from provenance_schemas.labels import format_label, new_serial
from verifier.images import read_labels

GTIN = "09521321000018"
CAPTION = ("Maison Éclat", "Sac Numéro Sept, çà et là")


def wishes(count, host="id.maison.example", caption=CAPTION):
    return [LabelWish(format_label(host, GTIN, new_serial()), caption) for _ in range(count)]


@pytest.mark.parametrize("name", ["L7160", "L7159", "A4-40", "L7651", "5160", "60x60@3x4", "30x60@6x4"])
def test_common_stock_holds_a_label(name):
    """Every cut, upright ones too; what a customer compares is never left out."""
    stock = stock_of(name)
    (layout,) = sheet_layouts(wishes(1), stock)
    words = "".join(line.text for line in layout.lines).replace(" ", "")

    assert "id.maison.example" in words
    assert f"GTIN{GTIN}" in words
    assert all(line.x_mm - line.width_mm / 2 >= 0 for line in layout.lines)
    assert all(line.x_mm + line.width_mm / 2 <= stock.label_mm[0] for line in layout.lines)
    assert all(line.baseline_mm - line.em_mm > 0 and line.baseline_mm < stock.label_mm[1] for line in layout.lines)


@pytest.mark.parametrize("name", ["A4-40", "L7160"])
def test_the_labels_of_a_sheet_look_alike(name):
    """A narrow serial is broken where a wide one is: lines stand at the same heights, in the same size."""
    layouts = sheet_layouts(wishes(40)[: STOCKS[name].places], STOCKS[name])

    assert len({tuple((line.baseline_mm, line.em_mm) for line in layout.lines) for layout in layouts}) == 1


@pytest.mark.parametrize("name", STOCKS)
def test_stock_stays_on_its_page(name):
    """The last label ends on the page, and labels do not lie on one another."""
    stock = STOCKS[name]
    left, top = stock.corner_mm(stock.places - 1)

    assert left + stock.label_mm[0] <= stock.page_mm[0]
    assert top + stock.label_mm[1] <= stock.page_mm[1]
    assert all(side <= pitch for side, pitch in zip(stock.label_mm, stock.pitch_mm, strict=True))


def test_stock_that_is_too_small_is_refused_with_what_is_needed():
    """L4731 is 10 mm high; leather asks for larger modules than L7651 has room for."""
    with pytest.raises(LabelFitError, match=r"needs 18\.2 mm each way"):
        sheet_layouts(wishes(1), STOCKS["L4731"])
    with pytest.raises(LabelFitError, match="leather"):
        sheet_layouts(wishes(1), STOCKS["L7651"], type(DEFAULT)(substrate=Substrate.LEATHER))
    with pytest.raises(LabelFitError, match="needs 22"):
        sheet_layouts(wishes(1), STOCKS["L7651"], type(DEFAULT)(module_mm=0.495))
    with pytest.raises(LabelFitError, match="serial, GTIN and host"):
        sheet_layouts(wishes(1), stock_of("21x23@3x3"))


@pytest.mark.parametrize("name", ["L9999", "70x37", "0x10@1x1", "200x100@2x2", "70x37@3x8+100,0", "70x37@0x8", "x@1x1"])
def test_stock_that_is_none_is_refused(name):
    """Unknown numbers, cuts that leave the page."""
    with pytest.raises(LabelFitError):
        stock_of(name)


def test_a_used_sheet_goes_on_at_its_first_free_place():
    """Places before it stay empty; what does not fit goes to the next sheet; every label reads."""
    stock, some = STOCKS["L7160"], wishes(3)
    content = render_sheet(some, stock, start=20)
    pages = [render_page(content, number) for number in range(page_count(content))]
    px = 300 / 25.4
    used_top = int(stock.corner_mm(18)[1] * px)

    assert len(pages) == 2
    assert pages[0][: used_top - 2].min() == 255
    assert [len(read(page)) for page in pages] == [2, 1]
    assert set().union(*map(read, pages)) == {wish.text for wish in some}
    for start in (0, 22):
        with pytest.raises(LabelFitError, match="places 1 to 21"):
            render_sheet(some, stock, start=start)


def read(pixels):
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return set(read_labels(content.getvalue()).texts)


def test_the_letters_are_in_the_file():
    """Whatever the print shop has installed; and letters the typeface lacks are refused by name."""
    content = render_sheet(wishes(1), STOCKS["L7160"])

    assert b"/FontFile2" in content
    with pytest.raises(LabelTextError, match="\u65e5"):
        sheet_layouts(wishes(1, caption=("\u65e5\u672c",)), STOCKS["L7160"])


def test_the_same_sheet_is_the_same_bytes():
    """Drawn again for a lost file, it is that file."""
    some = wishes(2)

    assert render_sheet(some, STOCKS["L7159"]) == render_sheet(some, STOCKS["L7159"])


def test_a_sheet_that_prints_beside_its_labels_is_not_released():
    """The proof knows one label; the file has two."""
    some = wishes(2)
    layouts, stock = sheet_layouts(some, STOCKS["L7160"]), STOCKS["L7160"]
    with pytest.raises(LabelReadbackError, match="nothing_outside"):
        prove_pdf(pdf_of(layouts, stock, DEFAULT), layouts[:1], [some[0].text], stock, DEFAULT)


def test_a_sheet_with_labels_exchanged_is_not_released():
    """Each label must be the one of its place: pieces are labelled by their place on the sheet."""
    some = wishes(2)
    layouts, stock = sheet_layouts(some, STOCKS["L7160"]), STOCKS["L7160"]
    with pytest.raises(LabelReadbackError):
        prove_pdf(pdf_of(layouts[::-1], stock, DEFAULT), layouts, [one.text for one in some], stock, DEFAULT)


def test_ten_scratch_cards_stand_on_a_page_with_a_plate_of_foil():
    """The foil has a page and a spot colour of its own, over every symbol, and no ink is on that page."""
    some = [CardWish(ClaimCode(bytes([n] * 16)), "id.maison.example", CAPTION) for n in range(2)]
    content = render_card_sheet(some, CardShape.SCRATCH)
    ink, foil = render_page(content, 0), render_page(content, 1)
    stock = cards(85.6, 53.98)

    assert stock.places == 10
    assert page_count(content) == 2
    assert FOIL_NAME.replace(" ", "#20").encode() in content
    assert read(ink) == {wish.text for wish in some}
    assert read(foil) == set()
    covered = (foil < 250) & (ink < 128)
    assert covered.sum() > 10_000


def test_folded_cards_stand_four_to_a_page():
    """And no plate of foil follows."""
    some = [CardWish(ClaimCode(bytes([n] * 16)), "id.maison.example", CAPTION) for n in range(5)]
    content = render_card_sheet(some)

    assert page_count(content) == 2
    assert len(read(render_page(content, 0))) == 4
    assert CARD_CHOICES.substrate is Substrate.CARD
    assert np.asarray(render_page(content, 1)).min() == 0
