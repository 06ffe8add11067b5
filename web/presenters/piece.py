"""The piece as its passport describes it, once the registry vouches for that passport."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from provenance_schemas.document_parts import Image
from provenance_schemas.ids import ItemId
from provenance_schemas.passports import Mark, Passport
from verifier.answers import Answer
from verifier.service import Verification
from verifier.verdict import Code, Outcome
from web.presenters.catalogues import words_of
from web.presenters.countries import country_text, is_country
from web.presenters.language import Language

_PROVING: Final = (Code.ISSUER_TRUSTED, Code.ITEM_RECORDED, Code.PASSPORT_MATCH, Code.PASSPORT_VALID)
_NOTHING_SHOWN: Final = frozenset({Answer.NOT_GENUINE, Answer.NOT_ISSUED, Answer.CANNOT_VERIFY})
"""Answers that show no piece: its picture beside them would speak louder than the words."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of ours."""

    href: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class MarkRow:
    """A detail to compare."""

    text: str
    language: Language | None
    """None: as the maker wrote it, in a language we do not know."""
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class PiecePanel:
    """The piece: name, words, pictures, marks."""

    name: str
    description: tuple[str, ...]
    """Paragraphs."""
    traits: tuple[tuple[str, str], ...]
    front: Picture
    more: tuple[Picture, ...]
    marks: tuple[MarkRow, ...]


def proven_passport(verification: Verification) -> Passport | None:
    """Give the passport if the registry vouches for it: the one recorded, valid, and of this very item."""
    passport = verification.evidence.passport
    proven = all(verification.verdict.outcome(code) is Outcome.PASSED for code in _PROVING)
    return passport if proven and isinstance(passport, Passport) else None


def pictures_of(passport: Passport) -> tuple[Image, ...]:
    """Give every picture a passport names: the piece's own, then those of its marks."""
    return passport.images + tuple(mark.image for mark in passport.product.marks if mark.image)


def picture_path(item: ItemId, image: Image) -> str:
    """Name the address that serves a picture of an item. It holds no secret: tokens are public."""
    return f"/pictures/{item.token_id}/{image.uri.removeprefix('ipfs://')}"


def present_piece(verification: Verification, answer: Answer, language: Language) -> PiecePanel | None:
    """Describe the piece; None where it must not be shown, or is not proven."""
    passport = None if answer in _NOTHING_SHOWN else proven_passport(verification)
    if passport is None:
        return None
    front, *more = (_picture(passport.item, image) for image in passport.images)
    return PiecePanel(
        passport.name,
        tuple(line for line in passport.description.split("\n") if line.strip()),
        _traits(passport, language),
        front,
        tuple(more),
        tuple(_mark(passport.item, mark, language) for mark in passport.product.marks),
    )


def _traits(passport: Passport, language: Language) -> tuple[tuple[str, str], ...]:
    """Say where it was made, which the passport itself tells, before what the maker adds in words of their own.

    A trait of theirs that says the same country under the same name is not said twice.
    """
    code, name = passport.product.country_of_production, words_of(language).verdict.made_in
    names = {words_of(each).verdict.made_in.casefold() for each in Language}
    own = [each for each in passport.attributes if each.value != code or each.trait_type.casefold() not in names]
    made = [(name, country_text(code, language))] if is_country(code) else []
    return (*made, *((each.trait_type, _value(each.value)) for each in own))


def _picture(item: ItemId, image: Image) -> Picture:
    return Picture(picture_path(item, image), image.alt, image.width, image.height)


def _mark(item: ItemId, mark: Mark, language: Language) -> MarkRow:
    picture = _picture(item, mark.image) if mark.image else None
    if mark.text_fr is None:
        return MarkRow(mark.text, None, picture)
    text = mark.text_fr if language is Language.FR else mark.text
    return MarkRow(text, language, picture)


def _value(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:g}"
