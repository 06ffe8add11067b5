"""Draw claim cards: the hidden code that lets a buyer take the piece into his own hands.

Nothing here keeps or logs a code; once the cards are printed it is forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mint.labels.layout import MODULE_MM, check_caption, check_module, lay_out_claim_card
from mint.labels.lettering import Lettering
from mint.labels.render import PictureFormat, draw, printed_module_mm
from mint.labels.symbol import qr_matrix
from provenance_schemas.claim_codes import ClaimCode
from provenance_schemas.labels import check_host, origin_of


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
    module_mm: float = MODULE_MM,
    caption: Sequence[str] = (),
    font_path: Path | None = None,
) -> bytes:
    """Draw a card of 85.6 x 107.96 mm, to be folded in the middle with the print inside.

    Words are English and French; `caption` names the house and the model, never the label.
    Raises LabelError for a host that is none, LabelPrintError as `render_label` does.
    """
    text = claim_url(code, host)
    check_module(module_mm)
    check_caption(caption)
    lettering = Lettering(font_path)
    module_mm = printed_module_mm(module_mm, picture_format)
    layout = lay_out_claim_card(qr_matrix(text), code.groups, caption, host.lower(), module_mm, lettering.measure)
    return draw(layout, text, lettering, picture_format)
