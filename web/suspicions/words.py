"""Every sentence around reports of suspicious pieces, in each language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from web.presenters.language import Language
from web.store.suspicions import Suspected


@unique
class Fault(StrEnum):
    """What is wrong with a field."""

    WRONG_MISSING = "wrong_missing"
    TOO_LONG = "too_long"
    NOTHING_SAID = "nothing_said"
    CONTACT = "contact"
    PHOTO = "photo"
    PHOTO_DENSE = "photo_dense"


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspicionWords:
    """The pages. `{days}` and `{brand}` where they are said."""

    headline: str
    lead: str
    wrong: str
    kinds: Mapping[Suspected, str]
    place: str
    place_hint: str
    words: str
    words_hint: str
    photo: str
    photo_hint: str
    consent: str
    consent_hint: str
    contact: str
    contact_hint: str
    send: str
    kept: str
    faults: Mapping[Fault, str]
    fault: str
    optional: str
    thanks: str
    thanks_lead: str
    again: str
    with_photo: str
    without_photo: str
    with_label: str
    code: str
    code_hint: str
    withdraw: str
    withdraw_lead: str
    withdraw_send: str
    withdrawn: str
    withdrawn_lead: str
    unknown_code: str
    onward: str
    # The console.
    list_headline: str
    list_lead: str
    list_empty: str
    waiting: str
    handled: str
    page_headline: str
    said: str
    seen: str
    email: str
    reported: str
    deleted: str
    label: str
    label_none: str
    nothing: str
    photo_alt: str
    no_photo: str
    mark: str
    mark_hint: str
    back: str
    home: str


_EN: Final = SuspicionWords(
    headline="Report a suspicious piece",
    lead="Tell {brand} what made you doubt. You need no account, and nobody but the house reads it.",
    wrong="What is wrong?",
    kinds={
        Suspected.FALSE_LABEL: "The label or its code is not genuine",
        Suspected.DETAILS_DIFFER: "The piece does not look like its record",
        Suspected.COPIED_LABEL: "The same label is on several pieces",
        Suspected.STOLEN: "The piece is reported stolen or lost",
        Suspected.SELLER: "The seller behaves suspiciously",
        Suspected.OTHER: "Something else",
    },
    place="Where did you see it?",
    place_hint="A shop and its town, or an address on the internet.",
    words="In your own words",
    words_hint="What you saw, and when. At most 2,000 characters. Name nobody you only suspect.",
    photo="A photo of the piece or its label",
    photo_hint="JPEG, PNG, WebP, HEIC or AVIF, up to 15 MB. We read a label in it and forget the photo, "
    "unless you agree below.",
    consent="The house may keep this photo",
    consent_hint="For its investigation, for at most {days} days. Place and camera are taken out of it. "
    "Without this, the photo is read once and kept nowhere.",
    contact="Your email",
    contact_hint="Only if the house may ask you back. It is deleted with the report.",
    send="Send the report",
    kept="Your report is deleted after {days} days, or before when you take it back.",
    faults={
        Fault.WRONG_MISSING: "Choose what is wrong.",
        Fault.TOO_LONG: "This is too long. Please shorten it.",
        Fault.NOTHING_SAID: "Say where you saw it or what you saw, or add a photo.",
        Fault.CONTACT: "Write an email address, as name@example.com, or leave it empty.",
        Fault.PHOTO: "We cannot read this photo. Send a JPEG, HEIC or PNG of at most 15 MB.",
        Fault.PHOTO_DENSE: "We cannot keep this photo: it is too finely patterned. Send a smaller one.",
    },
    fault="That did not work",
    optional="{label} (optional)",
    thanks="Thank you. Your report has arrived.",
    thanks_lead="The house reads it. If you bought the piece, keep the receipt and the messages with the seller.",
    again="This report has arrived already, and its code was shown then. Nothing was sent twice.",
    with_photo="Your photo is kept with it, without place and camera.",
    without_photo="No photo is kept.",
    with_label="A label was read in your photo. We keep its fingerprint, never its serial.",
    code="Your code to take it back",
    code_hint="Shown this once. With it you can delete the report and its photo before the {days} days are over.",
    withdraw="Take a report back",
    withdraw_lead="Enter the code you were shown when you sent it. The report and its photo are deleted at once.",
    withdraw_send="Delete the report",
    withdrawn="Your report is deleted.",
    withdrawn_lead="Nothing of it is left on this site. Copies in the house’s backups go when these are renewed.",
    unknown_code="No report has this code. Compare each character; or it was deleted already.",
    onward="Check a piece",
    list_headline="Reports of suspicious pieces",
    list_lead="What visitors told the house. Each is deleted on its day, or when its sender takes it back.",
    list_empty="Nobody has reported anything.",
    waiting="Waiting",
    handled="Handled",
    page_headline="A report",
    said="What was written",
    seen="Seen at",
    email="Email",
    reported="Reported",
    deleted="Deleted on",
    label="Label in the photo (fingerprint)",
    label_none="None was read",
    nothing="Not said",
    photo_alt="Photo sent with the report",
    no_photo="No photo is kept with this report.",
    mark="Mark as handled",
    mark_hint="It stays here until its day, and your name goes into the log.",
    back="All reports",
    home="Console",
)

_FR: Final = SuspicionWords(
    headline="Signaler une pièce suspecte",
    lead="Dites à {brand} ce qui vous a fait douter. Aucun compte n’est nécessaire, et seule la maison vous lit.",
    wrong="Qu’est-ce qui ne va pas\u00a0?",
    kinds={
        Suspected.FALSE_LABEL: "L’étiquette ou son code n’est pas authentique",
        Suspected.DETAILS_DIFFER: "La pièce ne ressemble pas à sa fiche",
        Suspected.COPIED_LABEL: "La même étiquette se trouve sur plusieurs pièces",
        Suspected.STOLEN: "La pièce est déclarée volée ou perdue",
        Suspected.SELLER: "Le vendeur se comporte de façon suspecte",
        Suspected.OTHER: "Autre chose",
    },
    place="Où l’avez-vous vue\u00a0?",
    place_hint="Une boutique et sa ville, ou une adresse sur internet.",
    words="Avec vos mots",
    words_hint="Ce que vous avez vu, et quand. 2\u202f000 caractères au plus. Ne nommez personne sans preuve.",
    photo="Une photo de la pièce ou de son étiquette",
    photo_hint="JPEG, PNG, WebP, HEIC ou AVIF, 15 Mo au plus. Nous y lisons une étiquette et oublions la photo, "
    "sauf votre accord ci-dessous.",
    consent="La maison peut garder cette photo",
    consent_hint="Pour son enquête, {days} jours au plus. Le lieu et l’appareil en sont retirés. Sans cet accord, "
    "la photo est lue une fois et n’est gardée nulle part.",
    contact="Votre adresse e-mail",
    contact_hint="Seulement si la maison peut vous répondre. Elle est supprimée avec le signalement.",
    send="Envoyer le signalement",
    kept="Votre signalement est supprimé après {days} jours, ou avant si vous le retirez.",
    faults={
        Fault.WRONG_MISSING: "Choisissez ce qui ne va pas.",
        Fault.TOO_LONG: "C’est trop long. Raccourcissez, s’il vous plaît.",
        Fault.NOTHING_SAID: "Dites où vous l’avez vue ou ce que vous avez vu, ou ajoutez une photo.",
        Fault.CONTACT: "Écrivez une adresse e-mail, comme nom@example.com, ou laissez ce champ vide.",
        Fault.PHOTO: "Nous ne pouvons pas lire cette photo. Envoyez un JPEG, HEIC ou PNG de 15 Mo au plus.",
        Fault.PHOTO_DENSE: "Nous ne pouvons pas garder cette photo\u00a0: ses motifs sont trop fins. "
        "Envoyez-en une plus petite.",
    },
    fault="Cela n’a pas fonctionné",
    optional="{label} (facultatif)",
    thanks="Merci. Votre signalement est arrivé.",
    thanks_lead="La maison le lit. Si vous avez acheté la pièce, gardez le reçu et vos messages avec le vendeur.",
    again="Ce signalement est déjà arrivé, et son code a été montré alors. Rien n’a été envoyé deux fois.",
    with_photo="Votre photo est gardée avec lui, sans lieu ni appareil.",
    without_photo="Aucune photo n’est gardée.",
    with_label="Une étiquette a été lue sur votre photo. Nous gardons son empreinte, jamais son numéro de série.",
    code="Votre code pour le retirer",
    code_hint="Montré cette seule fois. Il permet de supprimer le signalement et sa photo avant la fin "
    "des {days} jours.",
    withdraw="Retirer un signalement",
    withdraw_lead="Entrez le code montré lors de l’envoi. Le signalement et sa photo sont supprimés aussitôt.",
    withdraw_send="Supprimer le signalement",
    withdrawn="Votre signalement est supprimé.",
    withdrawn_lead="Il n’en reste rien sur ce site. Les copies dans les sauvegardes de la maison disparaissent "
    "avec leur renouvellement.",
    unknown_code="Aucun signalement n’a ce code. Comparez chaque caractère\u00a0; ou il a déjà été supprimé.",
    onward="Vérifier une pièce",
    list_headline="Signalements de pièces suspectes",
    list_lead="Ce que des visiteurs ont dit à la maison. Chacun est supprimé à son jour, ou quand son auteur "
    "le retire.",
    list_empty="Personne n’a rien signalé.",
    waiting="En attente",
    handled="Traité",
    page_headline="Un signalement",
    said="Ce qui a été écrit",
    seen="Vue à",
    email="E-mail",
    reported="Signalé",
    deleted="Supprimé le",
    label="Étiquette sur la photo (empreinte)",
    label_none="Aucune n’a été lue",
    nothing="Non précisé",
    photo_alt="Photo envoyée avec le signalement",
    no_photo="Aucune photo n’est gardée avec ce signalement.",
    mark="Marquer comme traité",
    mark_hint="Il reste ici jusqu’à son jour, et votre nom entre dans le journal.",
    back="Tous les signalements",
    home="Console",
)

WORDS: Final[Mapping[Language, SuspicionWords]] = {Language.EN: _EN, Language.FR: _FR}
