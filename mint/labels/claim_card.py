"""Draw claim cards: the hidden code that lets a buyer take the piece into his own hands.

Nothing here keeps or logs a code; once the cards are printed it is forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Final

from mint.labels.card_layout import lay_out_fold_card, lay_out_scratch_card
from mint.labels.choices import PictureFormat, PrintChoices
from mint.labels.layout import Layout, check_caption
from mint.labels.lettering import Lettering
from mint.labels.pdf_sheet import pdf_of, prove_pdf
from mint.labels.render import draw, lettering_for
from mint.labels.stock import cards
from mint.labels.substrates import Substrate
from mint.labels.symbol import qr_matrix
from provenance_schemas.claim_codes import ClaimCode
from provenance_schemas.labels import check_host, origin_of

CARD_CHOICES: Final = PrintChoices(substrate=Substrate.CARD)


@unique
class CardShape(StrEnum):
    """How a card hides its code. Append only: print runs keep it."""

    FOLD = "fold"
    """85.6 x 107.96 mm, folded in the middle with the print inside."""
    SCRATCH = "scratch"
    """85.6 x 53.98 mm, the code under scratch foil."""


@dataclass(frozen=True, slots=True)
class CardWish:
    """One card to be drawn."""

    code: ClaimCode = field(repr=False)
    host: str
    caption: Sequence[str] = ()

    @property
    def text(self) -> str:
        """What its symbol says."""
        return claim_url(self.code, self.host)


def claim_url(code: ClaimCode, host: str) -> str:
    """Give the page a card's symbol opens.

    The code is the fragment: browsers keep that to themselves, so no server or proxy logs it.
    """
    return f"{origin_of(check_host(host.lower()))}/claim#{code.symbols}"


def render_claim_card(
    code: ClaimCode,
    host: str,
    *,
    picture_format: PictureFormat = "png",
    choices: PrintChoices = CARD_CHOICES,
    caption: Sequence[str] = (),
    shape: CardShape = CardShape.FOLD,
) -> bytes:
    """Draw one card. Words are English and French; `caption` names the house and the model, never the label.

    Raises LabelError for a host that is none, LabelPrintError as `render_label` does.
    """
    wish, lettering = CardWish(code, host, caption), lettering_for(choices, picture_format)
    layout = _layout(wish, shape, choices, choices.printed_module_mm(picture_format), lettering)
    return draw(layout, wish.text, lettering, picture_format, choices)


def render_card_sheet(
    wishes: Sequence[CardWish], shape: CardShape = CardShape.FOLD, choices: PrintChoices = CARD_CHOICES
) -> bytes:
    """Draw cards on A4 sheets to be cut, as PDF, and prove all of them: ten scratch cards a sheet, or four folded ones.

    After each page of scratch cards comes the plate of their foil. Raises as `render_claim_card` does.
    """
    lettering = lettering_for(choices, "pdf")
    layouts = [_layout(wish, shape, choices, choices.printed_module_mm("pdf"), lettering) for wish in wishes]
    stock = cards(layouts[0].width_mm, layouts[0].height_mm)
    content = pdf_of(layouts, stock, choices, cut=True)
    prove_pdf(content, layouts, [wish.text for wish in wishes], stock, choices, cut=True)
    return content


def _layout(wish: CardWish, shape: CardShape, choices: PrintChoices, module_mm: float, lettering: Lettering) -> Layout:
    check_caption(wish.caption)
    place = lay_out_scratch_card if shape is CardShape.SCRATCH else lay_out_fold_card
    symbol = qr_matrix(wish.text, choices.ecc)
    return place(symbol, wish.code.groups, wish.caption, wish.host.lower(), module_mm, lettering.measure)
