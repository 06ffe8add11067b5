"""The site in French."""

from __future__ import annotations

from typing import Final

from mint.reports import ReportReason
from provenance_schemas.step_kinds import EntryKind
from verifier.answers import Answer
from verifier.verdict import Code, Outcome
from web.presenters import many_words, scan_words, verdict_words
from web.presenters.catalogue import (
    AnswerWords,
    Custody,
    ErrorWords,
    FrameWords,
    Refusal,
    StepState,
    Words,
)
from web.presenters.language import Language

_COMPARE: Final = "Comparez les détails avec la pièce que vous avez en main."
_WITHDRAWN: Final = "N’est plus certifiée"

_ANSWERS: Final = {
    Answer.VERIFIED: AnswerWords(
        "Enregistrée par {brand}", "Fiche authentique", f"Émise par nous, fiche intacte. {_COMPARE}"
    ),
    Answer.VERIFIED_PENDING: AnswerWords(
        "Enregistrée par {brand}",
        "Fiche authentique, dernière étape en attente",
        f"Émise par nous, fiche intacte. L’étape la plus récente est en cours de confirmation. {_COMPARE}",
    ),
    Answer.UNUSUAL_ACTIVITY: AnswerWords(
        "À vérifier avant l’achat",
        "Code authentique, activité inhabituelle",
        "Nous avons émis ce code, mais il est consulté de façon inhabituelle : des copies de l’étiquette "
        f"circulent peut-être. {_COMPARE}",
    ),
    Answer.ACTIVITY_UNKNOWN: AnswerWords(
        "À comparer avec soin",
        "Fiche authentique, activité non contrôlée",
        "Émise par nous, fiche intacte. Nous ne pouvons pas lire pour l’instant combien de fois cette étiquette a été "
        f"vérifiée. {_COMPARE}",
    ),
    Answer.NOT_SOLD_YET: AnswerWords(
        "À vérifier avant l’achat",
        "Enregistrée, pas encore vendue",
        "Nous avons émis ce code et n’avons enregistré aucune vente : cette pièce devrait encore être chez nous "
        "ou en boutique.",
    ),
    Answer.STEP_UNCONFIRMED: AnswerWords(
        "Consultez la provenance",
        "Fiche authentique, une étape non confirmée",
        f"Émise par nous. Une étape ci-dessous est contestée ou illisible. {_COMPARE}",
    ),
    Answer.STOLEN: AnswerWords(
        "Ne pas acheter",
        "Déclarée volée",
        "Cette pièce a été déclarée volée. N’affrontez pas le vendeur. Contactez {brand}.",
    ),
    Answer.LOST: AnswerWords(
        "Ne pas acheter",
        "Déclarée perdue",
        "Cette pièce a été déclarée perdue. N’affrontez pas le vendeur. Contactez {brand}.",
    ),
    Answer.REVOKED: AnswerWords(
        "Fiche retirée", _WITHDRAWN, "Nous avons retiré cette fiche. La provenance ci-dessous indique quand."
    ),
    Answer.RECALLED: AnswerWords(
        "Pièce rappelée",
        _WITHDRAWN,
        "Nous avons rappelé cette pièce. Contactez {brand} avant de l’utiliser ou de l’acheter.",
    ),
    Answer.RETIRED: AnswerWords(
        "Fiche close",
        _WITHDRAWN,
        "Nous avons clos cette fiche définitivement : la pièce ne devrait plus être proposée.",
    ),
    Answer.LABEL_REPLACED: AnswerWords(
        "Étiquette remplacée",
        _WITHDRAWN,
        "Cette étiquette a été remplacée. La pièce en porte une plus récente : demandez-la.",
    ),
    Answer.NOT_GENUINE: AnswerWords(
        "Ne pas acheter",
        "Cette étiquette n’est pas authentique",
        "Cette étiquette n’ouvre pas la fiche vers laquelle elle mène. Ne vous y fiez pas. Si la pièce vous a été "
        "vendue, gardez le reçu et écrivez à {brand}.",
    ),
    Answer.NOT_ISSUED: AnswerWords(
        "Absente de notre registre",
        "Nous n’avons pas émis ce code",
        "Aucune de nos pièces ne porte ce code. Il est peut-être inventé ou mal saisi : vérifiez chaque caractère.",
    ),
    Answer.CANNOT_VERIFY: AnswerWords(
        "Pas de réponse",
        "Vérification impossible pour le moment",
        "Nous n’avons pas pu lire tout ce qu’une réponse exige. Cela ne dit rien contre la pièce. Réessayez plus tard.",
    ),
}

_YOURS: Final = {
    Answer.VERIFIED: AnswerWords(
        "Enregistrée à votre nom", "Votre pièce", f"Émise par {{brand}}, fiche intacte, à votre nom. {_COMPARE}"
    ),
    Answer.VERIFIED_PENDING: AnswerWords(
        "Enregistrée à votre nom",
        "Votre pièce, dernière étape en attente",
        f"Émise par {{brand}}, fiche intacte, à votre nom. L’étape la plus récente est en cours de confirmation. "
        f"{_COMPARE}",
    ),
    Answer.STOLEN: AnswerWords(
        "Votre pièce",
        "Déclarée volée",
        "Vous avez déclaré le vol de cette pièce, et quiconque la scanne le sait. Vous l’avez retrouvée ? "
        "Levez la déclaration.",
    ),
    Answer.LOST: AnswerWords(
        "Votre pièce",
        "Déclarée perdue",
        "Vous avez déclaré la perte de cette pièce, et quiconque la scanne le sait. Vous l’avez retrouvée ? "
        "Levez la déclaration.",
    ),
}

_CHECKS: Final = {
    Code.LABEL_WELL_FORMED: "Étiquette conforme à celles de la maison",
    Code.ISSUER_TRUSTED: "Registre de la maison elle-même",
    Code.ITEM_RECORDED: "Pièce inscrite au registre",
    Code.ITEM_COMMITTED: "L’étiquette ouvre la fiche de la pièce",
    Code.ITEM_UNIQUE: "Aucune autre pièce avec cette étiquette",
    Code.PASSPORT_MATCH: "Passeport identique à celui inscrit",
    Code.PASSPORT_VALID: "Passeport valide, et de cette pièce",
    Code.HISTORY_COMPLETE: "Historique complet, rien de caché",
    Code.HISTORY_ORDERED: "Étapes dans l’ordre du temps",
    Code.HISTORY_AUTHORISED: "Aucune étape d’un acteur contesté",
    Code.DOCUMENTS_MATCH: "Documents identiques à ceux inscrits",
    Code.DOCUMENTS_VALID: "Documents des étapes valides",
    Code.STATUS_CLEAR: "Ni volée, ni perdue, ni retirée",
    Code.CHAIN_FINAL: "Lue à un bloc définitif",
    Code.CHAIN_FRESH: "Registre à jour",
    Code.SCAN_PATTERN_PLAUSIBLE: "Usage plausible de l’étiquette",
    Code.SALE_RECORDED: "Vente enregistrée par la maison",
    Code.POSSESSION_SHOWN: "Possession démontrée",
}

_KINDS: Final = {
    EntryKind.SOURCED: "Matière choisie",
    EntryKind.MANUFACTURED: "Fabriquée",
    EntryKind.INSPECTED: "Contrôlée",
    EntryKind.SHIPPED: "Expédiée",
    EntryKind.RECEIVED: "Reçue",
    EntryKind.CUSTOMS_CLEARED: "Dédouanée",
    EntryKind.SOLD: "Vendue",
    EntryKind.SERVICED: "Entretenue",
    EntryKind.AUTHENTICATED: "Authentifiée par un expert",
    EntryKind.LABEL_REPLACED: "Étiquette remplacée",
    EntryKind.RECALLED: "Rappelée",
    EntryKind.RETIRED: "Retirée définitivement",
    EntryKind.RETURNED: "Revenue à la maison",
    EntryKind.REPORTED_STOLEN: "Déclarée volée",
    EntryKind.REPORTED_LOST: "Déclarée perdue",
    EntryKind.REPORT_WITHDRAWN: "Déclaration levée",
    EntryKind.REVOKED: "Fiche retirée",
    EntryKind.VOIDED: "Étape antérieure annulée",
    EntryKind.REGISTERED: "Enregistrée",
    EntryKind.TRANSFERRED: "Nouveau propriétaire inscrit",
    EntryKind.CLAIMED: "Revendiquée par son propriétaire",
    EntryKind.CLAIM_KEY_SET: "Carte de propriété renouvelée",
}

_REASONS: Final = {
    ReportReason.THEFT: "Vol",
    ReportReason.BURGLARY: "Cambriolage",
    ReportReason.ROBBERY: "Vol avec violence",
    ReportReason.FRAUD: "Escroquerie",
    ReportReason.MISLAID: "Égarée",
    ReportReason.LOST_IN_TRANSIT: "Perdue en chemin",
    ReportReason.RECOVERED: "Retrouvée",
    ReportReason.REPORTED_BY_MISTAKE: "Déclarée par erreur",
}

_ERRORS: Final = {
    400: ErrorWords("Demande illisible", "Vérifiez l’adresse, ou recommencez depuis la première page."),
    401: ErrorWords(
        "Veuillez vous identifier", "Cette page est réservée à nos membres. Identifiez-vous, puis revenez ici."
    ),
    403: ErrorWords(
        "Accès réservé",
        "Cette page est réservée à d’autres, ou votre session a pris fin. Revenez en arrière, rechargez la page et "
        "réessayez.",
    ),
    404: ErrorWords("Cette page n’existe pas", "Vérifiez l’adresse, ou recommencez depuis la première page."),
    405: ErrorWords("Impossible ici", "Cette adresse n’accepte pas ce type de demande."),
    413: ErrorWords("La photo est trop lourde", "Envoyez une photo de 15 Mo au plus."),
    421: ErrorWords(
        "Ceci n’est pas notre adresse",
        "Aucune de nos étiquettes ne mène à l’adresse utilisée. Vérifiez-la lettre par lettre.",
    ),
    429: ErrorWords(
        "Un instant, s’il vous plaît",
        "Votre réseau nous a envoyé de nombreuses demandes à la fois. Veuillez réessayer dans quelques minutes.",
    ),
    500: ErrorWords(
        "Une erreur s’est produite chez nous", "Cela ne dit rien d’aucune pièce. Veuillez réessayer plus tard."
    ),
    503: ErrorWords("Service très demandé", "Veuillez réessayer dans un instant."),
}

_REFUSALS: Final = {
    Refusal.NOTHING_GIVEN: "Choisissez une photo, ou saisissez le code de l’étiquette.",
    Refusal.NOT_A_PICTURE: "Ce fichier ne s’ouvre pas comme une photo. Envoyez un JPEG, HEIC, PNG, WebP, AVIF ou "
    "GIF de 15 Mo au plus.",
    Refusal.NO_CODE: "Aucun QR code trouvé sur cette photo. Cadrez l’étiquette de près, sous une lumière uniforme.",
    Refusal.SEVERAL_LABELS: "Il y a plus d’une étiquette sur cette photo. Photographiez-les une par une.",
    Refusal.NOT_A_LABEL: "Ce code n’est pas une de nos étiquettes.",
    Refusal.GTIN_WRONG: "Le numéro d’article (GTIN) n’est pas correct. Vérifiez chaque chiffre.",
    Refusal.SERIAL_WRONG: "Le numéro de série n’est pas correct. Vérifiez chaque caractère.",
    Refusal.FOREIGN_HOST: "Ce code mène à {host}, qui n’est pas une de nos adresses. Ne le suivez pas.",
    Refusal.BUSY: "Beaucoup de photos sont lues en même temps. Veuillez réessayer dans un instant.",
}

FRENCH: Final = Words(
    language=Language.FR,
    months=(
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    first_of_month="1er",
    age_units=("s", "min", "h", "jours"),
    answers=_ANSWERS,
    yours=_YOURS,
    checks=_CHECKS,
    outcomes={Outcome.PASSED: "Réussi", Outcome.FAILED: "Échoué", Outcome.UNKNOWN: "Inconnu"},
    kinds=_KINDS,
    reasons=_REASONS,
    states={
        StepState.CONFIRMED: "Confirmée",
        StepState.PENDING: "En attente : pas encore définitive",
        StepState.UNCONFIRMED: "Non confirmée : son document est illisible",
        StepState.DISPUTED: "Contestée : inscrite avec une clé qui n’a plus notre confiance",
        StepState.VOIDED: "Annulée par une étape ultérieure",
    },
    custody={
        Custody.STOCK: "À la maison, pas encore vendue",
        Custody.HOUSE: "Vendue, pas encore revendiquée : la maison la garde et pourrait la déplacer",
        Custody.OWNER: "Enregistrée au nom d’un propriétaire privé",
        Custody.KEPT: "Un propriétaire privé. La maison la garde pour lui, et pourrait la déplacer.",
        Custody.YOURS: "Vous. La maison la garde pour vous, et pourrait la déplacer.",
    },
    errors=_ERRORS,
    refusals=_REFUSALS,
    frame=FrameWords(
        skip="Aller au contenu",
        official="Vérification officielle sur",
        caveat="Une étiquette peut être copiée. Nous certifions la fiche, non l’objet que vous avez en main : "
        "comparez toujours la pièce.",
        footer="Pied de page",
        home="Vérifier une pièce",
        menu="Menu",
        nav="Principale",
        my_pieces="Mes pièces",
        my_points="Mes points",
        account="Compte",
        sign_in="Se connecter",
        console="Console",
        other_language="English",
        title="{headline} · {brand}",
        preview="Ouvrez pour voir l’état actuel de la fiche.",
        preview_title="Fiche de provenance",
    ),
    verdict=verdict_words.FRENCH,
    scan=scan_words.FRENCH,
    many=many_words.FRENCH,
)
