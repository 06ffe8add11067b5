"""Every sentence of the points pages, in each language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from loyalty.events import EventKind
from loyalty.results import LineState, Reason
from web.presenters.language import Language


@unique
class NotCounted(StrEnum):
    """Why a check cannot be collected before any rule is asked."""

    NO_CHECK = "no_check"
    """No check of this visit waits to be collected."""
    TOO_OLD = "too_old"
    USED = "used"
    CANNOT_VERIFY = "cannot_verify"
    """The world did not answer; the check goes on waiting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsWords:
    """The points pages. Numbers come formatted."""

    headline: str
    lead: str
    available: str
    pending: str
    points: str
    """`{amount}`, for any number but one."""
    point: str
    """For one."""
    vest_next: str
    """`{points}`, `{day}`."""
    expiry_next: str
    """`{points}`, `{day}`."""
    no_expiry: str
    lines: str
    when: str
    why: str
    amount: str
    state: str
    states: Mapping[LineState, str]
    """`{day}` in PENDING and AVAILABLE."""
    proof: str
    proof_hint: str
    rule: str
    rule_hash: str
    facts_hash: str
    leaf: str
    receipt: str
    older: str
    newer: str
    empty: str
    empty_hint: str
    scan: str
    earn: str
    earn_line: str
    """`{points}`, `{fact}`."""
    facts: Mapping[EventKind, str]
    """What earns, as an invitation."""
    earn_terms: str
    unnamed: str
    """`{number}`: a piece whose name cannot be read now."""
    awarded: str
    """`{points}`."""
    awarded_hint: str
    """`{day}`."""
    repeated: str
    declined_title: str
    had_already: str
    reasons: Mapping[Reason, str]
    not_counted: Mapping[NotCounted, str]
    conflict: str
    collect_headline: str
    collect_lead: str
    """`{points}`, `{piece}`."""
    collect_button: str
    """`{points}`."""
    collect_terms: str
    """`{day}`."""
    again: str
    back: str


_EN_STATES: Final = {
    LineState.PENDING: "Yours from {day}",
    LineState.AVAILABLE: "Yours until {day}",
    LineState.HELD: "Set aside for a reward",
    LineState.REDEEMED: "Used for a reward",
    LineState.EXPIRED: "Expired",
    LineState.REVERSED: "Taken back",
}
_EN_REASONS: Final = {
    Reason.NOT_GENUINE: "Points are given for pieces whose record is in order. This one’s is not; see its page.",
    Reason.CANNOT_VERIFY: (
        "We could not read the piece’s record just now. Your check is not lost: try again in a minute."
    ),
    Reason.NOT_SOLD: "This piece is not sold yet. Points begin with its first owner.",
    Reason.UNUSUAL_ACTIVITY: "This label is checked in an unusual way, so it earns no points for now.",
    Reason.STAFF: "You work for the house, so checks earn you no points.",
    Reason.NO_RULE: "Nothing is given for this at the moment.",
    Reason.SCAN_USED: "This check has been collected already.",
    Reason.ALREADY_COLLECTED: "You have collected points for this piece before. Each piece counts once.",
    Reason.SLOTS_TAKEN: "Enough people have collected points for this piece. One place is kept for its owner.",
    Reason.MEMBER_DAY: "You have reached today’s limit. Check another piece tomorrow.",
    Reason.DEVICE_DAY: "This phone has reached today’s limit. Check another piece tomorrow.",
    Reason.DAY_SPENT: "Today’s points are all given. New ones are released tomorrow.",
    Reason.CAMPAIGN_EMPTY: "All points of this campaign are given.",
}
ENGLISH: Final = PointsWords(
    headline="My points",
    lead="A thank-you for looking closely. Each line says why, and carries its proof.",
    available="Yours to use",
    pending="On the way",
    points="{amount} points",
    point="1 point",
    vest_next="On {day}, {points} more will be yours.",
    expiry_next="Use {points} before {day}.",
    no_expiry="Nothing expires soon.",
    lines="What you earned",
    when="When",
    why="Why",
    amount="Points",
    state="State",
    states=_EN_STATES,
    proof="Proof",
    proof_hint="The rule and the facts behind this line, and its place in the house’s log. Anybody can recompute them.",
    rule="Rule",
    rule_hash="Rule, SHA-256",
    facts_hash="Facts, SHA-256",
    leaf="Place in the log",
    receipt="Download the receipt",
    older="Older",
    newer="Newest",
    empty="No points yet.",
    empty_hint="Check a piece that has been sold, and collect your first ones.",
    scan="Check a piece",
    earn="How to earn",
    earn_line="{points}: {fact}",
    facts={
        EventKind.CHECK: "check a piece that has found its owner, for the first time",
        EventKind.CLAIM: "claim a piece you own",
    },
    earn_terms="Points are a thank-you of the house. They cannot be sold or passed on, and are never paid in money.",
    unnamed="Piece {number}",
    awarded="{points} for you",
    awarded_hint="You can use them from {day}.",
    repeated="You had collected this check already; it counts once.",
    declined_title="No points this time",
    had_already="Already collected",
    reasons=_EN_REASONS,
    not_counted={
        NotCounted.NO_CHECK: "There is no check to collect. Scan the label of a piece first.",
        NotCounted.TOO_OLD: "This check is more than 15 minutes old. Scan the label again.",
        NotCounted.USED: "This check has been collected already.",
        NotCounted.CANNOT_VERIFY: _EN_REASONS[Reason.CANNOT_VERIFY],
    },
    conflict="This check was collected from another place. Scan the label again.",
    collect_headline="Collect your points",
    collect_lead="Your check of {piece} earns you {points}.",
    collect_button="Collect {points}",
    collect_terms="You can use them from {day}.",
    again="Try again",
    back="Back to my points",
)

_FR_STATES: Final = {
    LineState.PENDING: "À vous dès le {day}",
    LineState.AVAILABLE: "À vous jusqu’au {day}",
    LineState.HELD: "Réservés pour un avantage",
    LineState.REDEEMED: "Utilisés pour un avantage",
    LineState.EXPIRED: "Expirés",
    LineState.REVERSED: "Repris",
}
_FR_REASONS: Final = {
    Reason.NOT_GENUINE: (
        "Des points sont offerts pour les pièces dont la fiche est en ordre. Celle-ci ne l’est pas\u00a0; "
        "voyez sa page."
    ),
    Reason.CANNOT_VERIFY: (
        "Nous n’avons pas pu lire la fiche de la pièce. Votre vérification n’est pas perdue\u00a0: réessayez "
        "dans une minute."
    ),
    Reason.NOT_SOLD: "Cette pièce n’est pas encore vendue. Les points commencent avec son premier propriétaire.",
    Reason.UNUSUAL_ACTIVITY: (
        "Cette étiquette est vérifiée de façon inhabituelle\u00a0; elle ne rapporte pas de points pour le moment."
    ),
    Reason.STAFF: "Vous travaillez pour la maison\u00a0: vos vérifications ne rapportent pas de points.",
    Reason.NO_RULE: "Rien n’est offert pour cela en ce moment.",
    Reason.SCAN_USED: "Les points de cette vérification vous ont déjà été donnés.",
    Reason.ALREADY_COLLECTED: "Vous avez déjà reçu des points pour cette pièce. Chaque pièce compte une fois.",
    Reason.SLOTS_TAKEN: (
        "Assez de personnes ont reçu des points pour cette pièce. Une place reste réservée à son propriétaire."
    ),
    Reason.MEMBER_DAY: "Vous avez atteint la limite du jour. Vérifiez une autre pièce demain.",
    Reason.DEVICE_DAY: "Ce téléphone a atteint la limite du jour. Vérifiez une autre pièce demain.",
    Reason.DAY_SPENT: "Les points du jour sont tous offerts. D’autres suivront demain.",
    Reason.CAMPAIGN_EMPTY: "Tous les points de cette campagne sont offerts.",
}
FRENCH: Final = PointsWords(
    headline="Mes points",
    lead="Un merci pour votre regard attentif. Chaque ligne dit pourquoi, et porte sa preuve.",
    available="À votre disposition",
    pending="En attente",
    points="{amount} points",
    point="1 point",
    vest_next="Le {day}, vous recevrez {points}.",
    expiry_next="À utiliser avant le {day}\u00a0: {points}.",
    no_expiry="Rien n’expire bientôt.",
    lines="Ce que vous avez gagné",
    when="Quand",
    why="Pourquoi",
    amount="Points",
    state="État",
    states=_FR_STATES,
    proof="Preuve",
    proof_hint=(
        "La règle et les faits de cette ligne, et sa place dans le registre de la maison. Chacun peut les recalculer."
    ),
    rule="Règle",
    rule_hash="Règle, SHA-256",
    facts_hash="Faits, SHA-256",
    leaf="Place dans le registre",
    receipt="Télécharger le reçu",
    older="Plus anciens",
    newer="Les plus récents",
    empty="Pas encore de points.",
    empty_hint="Vérifiez une pièce déjà vendue, et recevez vos premiers points.",
    scan="Vérifier une pièce",
    earn="Comment en gagner",
    earn_line="{points}\u00a0: {fact}",
    facts={
        EventKind.CHECK: "vérifier pour la première fois une pièce déjà vendue",
        EventKind.CLAIM: "revendiquer une pièce qui vous appartient",
    },
    earn_terms=(
        "Les points sont un merci de la maison. Ils ne se vendent pas, ne se cèdent pas et ne sont jamais "
        "versés en argent."
    ),
    unnamed="Pièce {number}",
    awarded="{points} pour vous",
    awarded_hint="À utiliser à partir du {day}.",
    repeated="Vous aviez déjà reçu les points de cette vérification\u00a0; elle compte une fois.",
    declined_title="Pas de points cette fois",
    had_already="Déjà reçus",
    reasons=_FR_REASONS,
    not_counted={
        NotCounted.NO_CHECK: "Aucune vérification ne vous attend. Scannez d’abord l’étiquette d’une pièce.",
        NotCounted.TOO_OLD: "Cette vérification date de plus de 15 minutes. Scannez de nouveau l’étiquette.",
        NotCounted.USED: "Les points de cette vérification ont déjà été donnés.",
        NotCounted.CANNOT_VERIFY: _FR_REASONS[Reason.CANNOT_VERIFY],
    },
    conflict="Les points de cette vérification ont été demandés ailleurs. Scannez de nouveau l’étiquette.",
    collect_headline="Recevez vos points",
    collect_lead="Votre vérification vous rapporte {points}\u00a0: {piece}.",
    collect_button="Recevoir {points}",
    collect_terms="À utiliser à partir du {day}.",
    again="Réessayer",
    back="Retour à mes points",
)

WORDS: Final[Mapping[Language, PointsWords]] = {Language.EN: ENGLISH, Language.FR: FRENCH}
