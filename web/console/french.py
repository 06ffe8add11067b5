"""The console in French."""

from __future__ import annotations

from typing import Final

from web.console.catalogue import (
    ConsoleWords,
    FieldWords,
    HomeWords,
    JobPhase,
    JobWords,
    LogWords,
    PieceWords,
    PrintWords,
    Refused,
    RegisterWords,
    StepWords,
    Telling,
)
from web.console.fields import Wrong
from web.console.french_runs import RUN_ACTIONS, RUNS
from web.custody.acts import CLAIM, CLAIMED, MOVE, REPORT
from web.store.staff_log import StaffAction

_LINE: Final = "Une ligne de {most} caractères au plus, sans caractère invisible."
_COUNTRY: Final = "Choisissez un pays."
_NUMBER: Final = "Un nombre supérieur à zéro."

_FIELDS: Final = {
    "reference": FieldWords(
        "Votre référence",
        "Le numéro de la maison pour cette pièce précise.",
        "64 lettres, chiffres et . _ / - au plus, sans espace.",
    ),
    "gtin": FieldWords(
        "GTIN", "Le numéro du produit sous le code-barres, 8 à 14 chiffres.", "8, 12, 13 ou 14 chiffres."
    ),
    "name": FieldWords("Nom", "Tel que le client le lira.", _LINE.format(most=120)),
    "model": FieldWords("Modèle", None, _LINE.format(most=120)),
    "category": FieldWords(
        "Type de pièce", "Un mot en anglais\u00a0: handbag, watch, scarf.", "Un mot en lettres simples, sans accent."
    ),
    "country": FieldWords("Fabrication", None, _COUNTRY, _COUNTRY),
    "description": FieldWords(
        "Description", "Quelques phrases pour le client.", "4 000 caractères au plus, sans caractère invisible."
    ),
    "model_number": FieldWords("Numéro de modèle", "Tel que gravé ou frappé.", _LINE.format(most=60)),
    "lot": FieldWords("Lot", None, _LINE.format(most=60)),
    "production_date": FieldWords("Fabriqué le", None, "Une date, par exemple 2026-11-02."),
    "facility": FieldWords("Atelier", "Un site de la maison, jamais un domicile.", _LINE.format(most=120)),
    "facility_city": FieldWords("Sa ville", None, _LINE.format(most=60)),
    "facility_country": FieldWords("Son pays", None, _COUNTRY),
    "external_url": FieldWords("Page du modèle", None, "Une adresse qui commence par https://"),
    "quantity": FieldWords(
        "Combien", "Plusieurs pièces reçoivent chacune un numéro\u00a0: SAC-7-001, SAC-7-002.", "De 1 à 50 000."
    ),
    "width_mm": FieldWords("Largeur, mm", None, _NUMBER),
    "height_mm": FieldWords("Hauteur, mm", None, _NUMBER),
    "depth_mm": FieldWords("Profondeur, mm", None, _NUMBER),
    "length_mm": FieldWords("Longueur, mm", None, _NUMBER),
    "diameter_mm": FieldWords("Diamètre, mm", None, _NUMBER),
    "weight_g": FieldWords("Poids, g", None, _NUMBER),
    "dimensions": FieldWords("Dimensions", None, _NUMBER),
    "materials": FieldWords("Matières", None, "Indiquez au moins une matière."),
    "material_name": FieldWords("Matière", None, _LINE.format(most=120)),
    "material_country": FieldWords("Origine", None, _COUNTRY),
    "material_share": FieldWords("Part, %", None, "Plus de 0 et 100 au plus."),
    "marks": FieldWords("Détails à comparer", None, "Décrivez trois à cinq détails."),
    "mark_text": FieldWords("En anglais", None, _LINE.format(most=300)),
    "mark_text_fr": FieldWords("En français", None, _LINE.format(most=300)),
    "mark_photo": FieldWords("Sa photo", None, "Une photo JPEG, PNG ou WebP de 15 Mo au plus."),
    "photos": FieldWords(
        "Photos de la pièce",
        "Une à huit, la face d’abord. JPEG, PNG ou WebP, 15 Mo au plus chacune.",
        "Ajoutez au moins une photo de la pièce.",
    ),
    "photo_alt": FieldWords(
        "Ce qu’elle montre",
        "Pour les clients qui ne la voient pas.",
        _LINE.format(most=300),
        "Dites ce qu’elle montre.",
    ),
    "what": FieldWords("Ce qui s’est passé", None, "Choisissez ce qui s’est passé."),
    "at": FieldWords("Quand", None, "Date et heure, par exemple 2026-11-02 10:30."),
    "zone": FieldWords(
        "À l’heure de", "L’écart avec UTC\u00a0: Paris est à +01:00, en été +02:00.", "Choisissez un décalage."
    ),
    "place": FieldWords("Site", "Son nom, par exemple Boutique Ginza.", _LINE.format(most=120)),
    "place_city": FieldWords("Ville", None, _LINE.format(most=60)),
    "place_country": FieldWords("Pays", None, _COUNTRY),
    "place_latitude": FieldWords("Latitude", "Pour la carte.", "De -90 à 90, avec la longitude."),
    "place_longitude": FieldWords("Longitude", None, "De -180 à 180, avec la latitude."),
    "step_name": FieldWords("Titre", "Sans titre, l’étape porte le nom de son type.", _LINE.format(most=120)),
    "step_description": FieldWords(
        "En une phrase", "Tout le monde peut la lire. Ne nommez jamais une personne.", "4 000 caractères au plus."
    ),
}

_WRONG: Final = {
    Wrong.REFUSED: "Ceci ne peut pas être publié tel quel.",
    Wrong.MISSING: "À compléter, s’il vous plaît.",
    Wrong.TOO_LONG: "C’est trop long.",
    Wrong.NOT_A_NUMBER: "Écrivez un nombre, s’il vous plaît.",
    Wrong.NOT_A_TIME: "Écrivez la date et l’heure, par exemple 2026-11-02 10:30.",
    Wrong.TAKEN: "{detail} est déjà enregistré.",
    Wrong.CHECK_DIGIT: "Le dernier chiffre devrait être {detail}, ou un autre chiffre est mal saisi.",
    Wrong.FOREIGN_GTIN: "Ce n’est pas un de nos produits\u00a0: les nôtres commencent par {detail}.",
    Wrong.NOT_YET: "Ce moment est encore à venir.",
    Wrong.OUT_OF_ORDER: "La dernière étape date du {detail}. Les étapes se suivent, avec 48 heures de retard au plus.",
    Wrong.NOT_A_PHOTO: "Nous ne pouvons pas ouvrir {detail}. Choisissez un JPEG, PNG ou WebP de 15 Mo au plus.",
    Wrong.TOO_MANY_PHOTOS: "Huit photos au plus. Retirez-en d’abord.",
}

FRENCH: Final = ConsoleWords(
    home=HomeWords(
        headline="Console",
        register="Enregistrer une pièce",
        search="Trouver une pièce",
        search_hint="Votre propre référence, ou une partie.",
        find="Trouver",
        found="Pièces avec «\u00a0{text}\u00a0»",
        not_found="Aucune de nos pièces n’a «\u00a0{text}\u00a0» dans sa référence.",
        attention="À voir",
        no_attention="Rien ne vous attend.",
        card_kept="La carte de {reference} a été dessinée et son code est encore conservé ici.",
        look="Ouvrir",
        retry="Réessayer",
        under_way="En cours",
        none_under_way="Rien n’est en cours d’inscription.",
        drafts="Brouillons",
        draft_unnamed="Encore sans référence",
        resume="Continuer",
        drop="Supprimer",
        newest="Enregistrées en dernier",
        empty="Aucune pièce n’est encore enregistrée. La première prend cinq minutes.",
        registered="Enregistrée",
        registering="En cours d’enregistrement",
        log="Ce qui a été fait ici",
        reports="Signalements de pièces suspectes",
        reports_waiting="{count} en attente",
        runs="Tirages",
        records_away=Telling(
            "Les livres de la maison ne s’ouvrent pas", "Rien n’est perdu. Réessayez dans un instant."
        ),
    ),
    register=RegisterWords(
        headline="Enregistrer une pièce",
        lead="Vous voyez ce que le public lira avant toute inscription. Votre saisie est gardée comme brouillon.",
        optional="{label} (facultatif)",
        more_marks="D’autres détails à comparer",
        more_materials="D’autres matières",
        facts="La pièce",
        makeup="Matières",
        material="Matière {number}",
        marks="Détails à comparer",
        marks_hint="Trois à cinq détails qu’un client trouve sur la pièce et qu’une copie manquerait.",
        mark="Détail {number}",
        photos="Photos",
        photos_hint="Le lieu, l’heure et l’appareil sont retirés de chaque photo.",
        photo_of="Photo {number}",
        drop_photo="Retirer cette photo",
        no_country="Choisir",
        sizes="Dimensions (facultatif)",
        more="Numéros, date et atelier (facultatif)",
        how_many="Combien",
        add_photos="Ajouter les photos",
        look="Voir ce que le public lira",
        faults="Merci de revoir {count} saisies",
        fault="Merci de revoir une saisie",
        fault_line="{label}\u00a0: {text}",
        preview="Avant d’enregistrer",
        preview_lead="Voici ce que chacun peut lire\u00a0: la page de l’étiquette, et le passeport qu’elle ouvre. "
        "Lisez-le une fois comme le ferait un client.",
        public="La page publique",
        facts_title="Dans le passeport",
        compare="À comparer avec la pièce en main",
        pictures="Autres images",
        one_piece="Une pièce sera enregistrée\u00a0: {reference}. Elle reçoit sa propre étiquette et sa carte.",
        pieces="{count} pièces seront enregistrées\u00a0: {references}. Chacune reçoit son étiquette et sa carte.",
        for_ever="Une fois enregistrée, cette page ne change plus.",
        register="Enregistrer",
        change="Modifier",
    ),
    piece=PieceWords(
        reference="Référence",
        token="Jeton",  # noqa: S106 - a word
        gtin="GTIN",
        public="Un scan dit\u00a0: {headline}",
        sell="Inscrire la vente",
        record="Inscrire une étape",
        label="Imprimer l’étiquette",
        card="Imprimer la carte",
        provenance="Provenance",
        no_steps="Rien n’est encore inscrit après l’enregistrement.",
        not_yet="Cette pièce est en cours d’enregistrement. Étiquette et carte s’impriment ensuite.",
        log="Fait par la maison",
        no_log="Rien encore.",
    ),
    step=StepWords(
        headline="Inscrire une étape",
        lead="Vous voyez ce que le public lira avant toute inscription.",
        choose="Choisir",
        choice_by="{kind}, par {company}",
        nobody="Cette maison n’a aucune clé pour inscrire une étape. Ajoutez-en une\u00a0: `assay mint actor add`.",
        where="Où (facultatif)",
        coordinates="Coordonnées, pour la carte",
        more="En mots (facultatif)",
        look="Voir ce que le public lira",
        preview="Avant d’inscrire",
        preview_lead="Voici la ligne que chacun lira dans la provenance de cette pièce.",
        by="Inscrit par {recorder}",
        for_ever="Une étape peut être reprise plus tard, mais elle reste visible.",
        record="Inscrire",
        record_sale="Inscrire la vente",
        change="Modifier",
    ),
    printing=PrintWords(
        label="Étiquette de {reference}",
        label_lead="Cette image suffit à copier l’étiquette. Imprimez-la, posez-la, puis supprimez le fichier.",
        card="Carte de {reference}",
        card_lead="Qui connaît le code de cette carte peut devenir le premier propriétaire. Imprimez-la, pliez-la et "
        "remettez-la à l’acheteur avec la pièce.",
        card_once="Une fois imprimée, dites-le-nous\u00a0: nous oublions son code, le papier est le seul exemplaire.",
        card_gone=Telling(
            "La carte a été imprimée",
            "Son code est oublié ici\u00a0: le papier est le seul exemplaire. Tant que la pièce est en stock, "
            "`assay mint card --renew` en fait une nouvelle.",
        ),
        png="Télécharger pour votre imprimante",
        svg="Télécharger pour un imprimeur (SVG)",
        printed="C’est imprimé\u00a0: oublier le code",
        printed_hint="C’est définitif.",
        back="Retour à la pièce",
    ),
    job=JobWords(
        phases={
            JobPhase.WAITING: Telling("Un instant", "Cela va commencer."),
            JobPhase.AWAY: Telling(
                "En attente du registre",
                "Il ne répond pas pour l’instant. Rien n’est perdu\u00a0: cela reprend seul.",
            ),
            JobPhase.RUNNING: Telling(
                "En cours d’inscription", "C’est inscrit, puis vérifié comme le ferait un inconnu. Quelques secondes."
            ),
            JobPhase.DONE: Telling("Inscrit", "C’est au registre, et nous l’avons vérifié comme le ferait un inconnu."),
            JobPhase.REFUSED: Telling("Non inscrit", "Rien n’a changé, et votre saisie est gardée."),
            JobPhase.FAILED: Telling("Un incident de notre côté", "Rien n’est perdu. On peut réessayer."),
        },
        badges={
            JobPhase.WAITING: "En attente",
            JobPhase.AWAY: "En attente du registre",
            JobPhase.RUNNING: "En cours",
            JobPhase.DONE: "Inscrit",
            JobPhase.REFUSED: "Non inscrit",
            JobPhase.FAILED: "Incident",
        },
        refusals={
            Refused.TAKEN: "Une pièce avec cette référence a été enregistrée entre-temps.",
            Refused.FORM: "Une saisie ne peut plus être inscrite telle quelle. Revoyez le formulaire.",
            Refused.REGISTRY: "Le registre refuse cette étape\u00a0: elle ne va pas avec l’état présent de la pièce.",
            Refused.NO_DRAFT: "Le brouillon n’existe plus. Merci de le récrire.",
        },
        registering="Enregistrement de {reference}",
        registered="Enregistrée\u00a0: {reference}",
        recording="{kind}\u00a0: {reference}",
        customers={
            CLAIM: "Demande d’un client, {number}",
            CLAIMED: "Points d’une pièce enregistrée, {number}",
            REPORT: "Signalement d’un client, {number}",
            MOVE: "Pièce à remettre à son propriétaire, {number}",
        },
        pieces="Ce dont il s’agit",
        open_piece="Ouvrir la pièce",
        print_label="Imprimer l’étiquette",
        retry="Réessayer",
        again="Regarder encore",
        change="Modifier et réessayer",
        home="Retour à la console",
        technical="Pour l’assistance\u00a0:",
    ),
    log=LogWords(
        headline="Ce qui a été fait ici",
        lead="Chaque enregistrement, étape, étiquette et carte, et qui l’a demandé. On ne fait qu’ajouter.",
        empty="Rien n’a encore été fait.",
        when="Quand",
        who="Qui",
        what="Quoi",
        piece="Pièce",
        gone="Compte fermé",
        actions={
            StaffAction.REGISTER_ASKED: "A demandé un enregistrement",
            StaffAction.STEP_ASKED: "A demandé une étape",
            StaffAction.LABEL_DRAWN: "A dessiné l’étiquette",
            StaffAction.CARD_DRAWN: "A dessiné la carte",
            StaffAction.CARD_FORGOTTEN: "A fait oublier le code",
            StaffAction.JOB_RETRIED: "A réessayé",
            StaffAction.SUSPICION_HANDLED: "A marqué un signalement comme traité",
            **RUN_ACTIONS,
        },
    ),
    runs=RUNS,
    fields=_FIELDS,
    wrong=_WRONG,
)
