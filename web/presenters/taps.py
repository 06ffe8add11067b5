"""The line about the tag in the piece, beside the answer: what its message was, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from web.presenters.tones import ICONS, Icon, Tone


@unique
class TapState(StrEnum):
    """What a visitor is told of a tag's message. Append only."""

    ANSWERED = "answered"
    USED = "used"
    """Genuine, and not new: it counted before, or a newer one did."""
    FALSE = "false"
    OTHER_PIECE = "other_piece"
    RETIRED = "retired"
    NO_TAG = "no_tag"
    CUT = "cut"
    """The message is incomplete: nothing can be said."""
    AWAY = "away"
    """Keys, table or counter could not be read."""


@dataclass(frozen=True, slots=True)
class TapSeen:
    """What is known of the message a visitor came with."""

    state: TapState
    count: int = 0
    """The tag's counter, where it answered."""
    missed: int = 0
    """Taps since the last one that counted here."""


@dataclass(frozen=True, slots=True)
class TapWords:
    """One state in words."""

    line: str
    """`{count}` in ANSWERED."""
    hint: str
    """`{brand}` is the maker's name."""


@dataclass(frozen=True, slots=True)
class TapLine:
    """What the template prints."""

    tone: Tone
    icon: Icon
    text: str
    hint: str


TONES: Final[Mapping[TapState, Tone]] = {
    TapState.ANSWERED: Tone.VERIFIED,
    TapState.USED: Tone.CAUTION,
    TapState.FALSE: Tone.REJECTED,
    TapState.OTHER_PIECE: Tone.REJECTED,
    TapState.RETIRED: Tone.REJECTED,
    TapState.NO_TAG: Tone.UNDETERMINED,
    TapState.CUT: Tone.UNDETERMINED,
    TapState.AWAY: Tone.UNDETERMINED,
}


def present_tap(seen: TapSeen, words: Mapping[TapState, TapWords], brand: str) -> TapLine:
    """Put a message into words."""
    said, tone = words[seen.state], TONES[seen.state]
    return TapLine(tone, ICONS[tone], said.line.format(count=seen.count), said.hint.format(brand=brand))


ENGLISH: Final[Mapping[TapState, TapWords]] = {
    TapState.ANSWERED: TapWords(
        "The tag in the piece answered, tap {count}.",
        "This answer is new. A chip can be cut out: compare the details all the same.",
    ),
    TapState.USED: TapWords(
        "This tag’s answer was used before: tap again.",
        "This page may have been opened twice. If a new tap says the same, the tag is a copy: do not rely on it.",
    ),
    TapState.FALSE: TapWords(
        "This answer is not from the piece’s own tag.",
        "It is not the one on record for the piece. Do not rely on it, and ask {brand}.",
    ),
    TapState.OTHER_PIECE: TapWords(
        "This tag belongs to another piece.",
        "It was made for that one, and was moved. Do not rely on it, and ask {brand}.",
    ),
    TapState.RETIRED: TapWords(
        "This tag was taken out of use.",
        "It should not be in any piece any more. Do not rely on it, and ask {brand}.",
    ),
    TapState.NO_TAG: TapWords(
        "No tag is on record for this piece.",
        "So its answer proves nothing, for or against. Compare the details.",
    ),
    TapState.CUT: TapWords(
        "The tag’s answer is incomplete: tap again.",
        "A link that was copied by hand often is. It says nothing against the piece.",
    ),
    TapState.AWAY: TapWords(
        "The tag’s answer cannot be checked right now.",
        "It says nothing against the piece. Tap again later.",
    ),
}

FRENCH: Final[Mapping[TapState, TapWords]] = {
    TapState.ANSWERED: TapWords(
        "La puce de la pièce a répondu, lecture {count}.",
        "Sa réponse est neuve. Une puce peut être découpée\u00a0: comparez tout de même les détails.",
    ),
    TapState.USED: TapWords(
        "Cette réponse a déjà servi\u00a0: approchez à nouveau le téléphone.",
        "La page a pu être ouverte deux fois. Si une nouvelle lecture dit de même, la puce est une copie\u00a0: ne "
        "vous y fiez pas.",
    ),
    TapState.FALSE: TapWords(
        "Cette réponse ne vient pas de la puce de la pièce.",
        "Ce n’est pas celle qui est inscrite pour la pièce. Ne vous y fiez pas et demandez à {brand}.",
    ),
    TapState.OTHER_PIECE: TapWords(
        "Cette puce appartient à une autre pièce.",
        "Elle a été faite pour celle-là, puis déplacée. Ne vous y fiez pas et demandez à {brand}.",
    ),
    TapState.RETIRED: TapWords(
        "Cette puce a été mise hors service.",
        "Elle ne devrait plus se trouver dans aucune pièce. Ne vous y fiez pas et demandez à {brand}.",
    ),
    TapState.NO_TAG: TapWords(
        "Aucune puce n’est inscrite pour cette pièce.",
        "Sa réponse ne prouve donc rien, ni pour ni contre. Comparez les détails.",
    ),
    TapState.CUT: TapWords(
        "La réponse de la puce est incomplète\u00a0: approchez à nouveau le téléphone.",
        "C’est souvent le cas d’un lien recopié à la main. Cela ne dit rien contre la pièce.",
    ),
    TapState.AWAY: TapWords(
        "La réponse de la puce ne peut pas être contrôlée pour le moment.",
        "Cela ne dit rien contre la pièce. Approchez à nouveau le téléphone plus tard.",
    ),
}
