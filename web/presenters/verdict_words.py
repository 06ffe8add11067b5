"""The words around a verdict, in each language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from web.presenters import taps
from web.presenters.taps import TapState, TapWords


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionWords:
    """What can be done next."""

    again: str
    another: str
    scan: str
    compare: str
    contact: str
    """`{brand}`."""
    claim: str
    collect: str
    my_pieces: str
    way_out: str
    """Leads to where a piece is moved out of the house's hands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactWords:
    """The lines beside the answer."""

    serial: str
    checked: str
    registry: str
    registry_age: str
    """`{age}`."""
    registry_away: str
    registry_unneeded: str
    """The label itself is malformed."""
    custody: str
    checks: str
    checks_none: str
    checks_none_but_yours: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofWords:
    """The third level: for whoever believes nobody."""

    all_passed: str
    """`{count}`."""
    some_failed: str
    """`{some}` and `{count}`. How many others passed is no comfort."""
    some_unknown: str
    """`{some}` and `{count}`."""
    advisory: str
    item: str
    passports: str
    final_block: str
    block_hash: str
    block: str
    """`{number}` and `{moment}`."""
    verify: str
    verify_hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictWords:
    """The page, whole."""

    facts: FactWords
    actions: ActionWords
    proof: ProofWords
    taps: Mapping[TapState, TapWords]
    compare: str
    compare_hint: str
    made_in: str
    pictures: str
    provenance: str
    by: str
    """`{recorder}`."""
    reason: str
    printed: str
    """On paper only."""
    report: str
    """Leads to the report of a suspicious piece."""


ENGLISH: Final = VerdictWords(
    facts=FactWords(
        serial="Serial on the label",
        checked="Checked",
        registry="Registry’s answer",
        registry_age="{age}\u00a0old",
        registry_away="Not reached",
        registry_unneeded="Not needed: the code itself is wrong",
        custody="Owner on record",
        checks="Checks, last 30 days",
        checks_none="None before this one",
        checks_none_but_yours="None but yours",
    ),
    actions=ActionWords(
        again="Try again",
        another="Check another piece",
        scan="Scan again",
        compare="Compare the details",
        contact="Contact {brand}",
        claim="Claim this piece",
        collect="Collect points",
        my_pieces="My pieces",
        way_out="Take it into your own hands",
    ),
    proof=ProofWords(
        all_passed="Proof: {count} of {count} checks passed",
        some_failed="Proof: checks failed: {some} of {count}",
        some_unknown="Proof: checks without an answer: {some} of {count}",
        advisory="advisory",
        item="Item",
        passports="Passports, on IPFS",
        final_block="Final block",
        block_hash="Its hash",
        block="{number}, {moment}",
        verify="Verify it yourself",
        verify_hint="With the open tool, on your own computer, against any node.",
    ),
    taps=taps.ENGLISH,
    compare="Compare with the piece",
    compare_hint="A true piece shows every one of these.",
    made_in="Made in",
    pictures="Pictures on record",
    provenance="Provenance",
    by="Recorded by {recorder}",
    reason="Reason:",
    printed="On paper this proves nothing. Scan the label for the answer of today.",
    report="Report a suspicious piece",
)

FRENCH: Final = VerdictWords(
    facts=FactWords(
        serial="Série sur l’étiquette",
        checked="Vérifiée le",
        registry="Réponse du registre",
        registry_age="il\u00a0y\u00a0a\u00a0{age}",
        registry_away="Non joint",
        registry_unneeded="Inutile\u00a0: le code lui-même est faux",
        custody="Propriétaire inscrit",
        checks="Vérifications sur 30\u00a0jours",
        checks_none="Aucune avant celle-ci",
        checks_none_but_yours="Aucune, hormis les vôtres",
    ),
    actions=ActionWords(
        again="Réessayer",
        another="Vérifier une autre pièce",
        scan="Scanner à nouveau",
        compare="Comparer les détails",
        contact="Contacter {brand}",
        claim="Revendiquer cette pièce",
        collect="Recevoir mes points",
        my_pieces="Mes pièces",
        way_out="La reprendre en mains propres",
    ),
    proof=ProofWords(
        all_passed="Preuve\u00a0: {count} contrôles réussis sur {count}",
        some_failed="Preuve\u00a0: contrôles échoués\u00a0: {some} sur {count}",
        some_unknown="Preuve\u00a0: contrôles sans réponse\u00a0: {some} sur {count}",
        advisory="indicatif",
        item="Pièce",
        passports="Passeports, sur IPFS",
        final_block="Bloc définitif",
        block_hash="Son empreinte",
        block="{number}, {moment}",
        verify="Vérifiez vous-même",
        verify_hint="Avec l’outil libre, sur votre ordinateur, auprès de n’importe quel nœud.",
    ),
    taps=taps.FRENCH,
    compare="À comparer avec la pièce",
    compare_hint="Une pièce véritable les montre tous.",
    made_in="Fabrication",
    pictures="Photos de la fiche",
    provenance="Provenance",
    by="Inscrit par {recorder}",
    reason="Motif\u00a0:",
    printed="Sur papier, ceci ne prouve rien. Scannez l’étiquette pour la réponse du jour.",
    report="Signaler une pièce suspecte",
)
