"""The words of the page where many labels are checked at once, in each language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyWords:
    """The page, whole. `{count_max}` is how many labels it takes at once."""

    headline: str
    lead: str
    camera_title: str
    seen: str
    """Names the list of what the camera read last."""
    list_title: str
    labels: str
    labels_hint: str
    check: str
    results: str
    summary: str
    """`{verified}` of `{count}`."""
    row: str
    label: str
    piece: str
    answer: str
    open: str
    """Leads to a label's own page; `{row}` is its line."""
    no_piece: str
    duplicate: str
    """`{row}` is the line it repeats."""
    postponed: str
    """There was no time left for this one."""
    postponed_all: str
    """Above the list that holds them still."""
    empty: str
    too_many: str
    """`{count}`, `{count_max}`."""
    too_long: str
    """`{row}`."""
    one: str
    """Leads to the page for one piece."""


ENGLISH: Final = ManyWords(
    headline="Check many labels",
    lead="Scan one label after the other, or paste them, up to {count_max} at once. Nothing of the list is kept.",
    camera_title="Scan label after label",
    seen="Read last",
    list_title="The list",
    labels="Labels, one a line",
    labels_hint="The address in the QR code; or article number (GTIN), a space, and serial.",
    check="Check all",
    results="Results",
    summary="{verified} of {count} with an authentic record.",
    row="Line",
    label="Label",
    piece="Piece",
    answer="Result",
    open="Open the record of line {row}",
    no_piece="Unknown",
    duplicate="The same label as line {row}.",
    postponed="Not checked yet.",
    postponed_all="The registry answered slowly. Labels that were not checked yet are still in the list: check again.",
    empty="There is no label in the list. Scan or paste at least one.",
    too_many="There are {count} labels in the list, at most {count_max} are checked at once. Take some out.",
    too_long="Line {row} is too long for a label. Correct it.",
    one="Check a single piece",
)

FRENCH: Final = ManyWords(
    headline="Vérifier plusieurs étiquettes",
    lead="Scannez les étiquettes l’une après l’autre, ou collez-les, jusqu’à {count_max} à la fois. Rien de la liste "
    "n’est gardé.",
    camera_title="Scanner une étiquette après l’autre",
    seen="Dernières lectures",
    list_title="La liste",
    labels="Étiquettes, une par ligne",
    labels_hint="L’adresse du QR code\u00a0; ou le numéro d’article (GTIN), une espace, et le numéro de série.",
    check="Tout vérifier",
    results="Résultats",
    summary="{verified} sur {count} avec une fiche authentique.",
    row="Ligne",
    label="Étiquette",
    piece="Pièce",
    answer="Résultat",
    open="Ouvrir la fiche de la ligne {row}",
    no_piece="Inconnue",
    duplicate="La même étiquette que la ligne {row}.",
    postponed="Pas encore vérifiée.",
    postponed_all="Le registre a répondu lentement. Les étiquettes pas encore vérifiées sont toujours dans la "
    "liste\u00a0: vérifiez à nouveau.",
    empty="La liste ne contient aucune étiquette. Scannez ou collez-en au moins une.",
    too_many="La liste contient {count} étiquettes, {count_max} au plus sont vérifiées à la fois. Retirez-en.",
    too_long="La ligne {row} est trop longue pour une étiquette. Corrigez-la.",
    one="Vérifier une seule pièce",
)
