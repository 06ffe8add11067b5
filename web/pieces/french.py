"""The pages of a person's pieces in French."""

from __future__ import annotations

from typing import Final

from mint.reports import ReportReason
from provenance_schemas.step_kinds import EntryKind
from web.custody.errors import ActRefusal
from web.jobs.queue import JobState
from web.pieces.catalogue import (
    AddressFault,
    ClaimProblem,
    ClaimWords,
    CodeFault,
    JobWords,
    MoveWords,
    PiecesWords,
    PieceWords,
    ReportWords,
    Said,
)

_USED: Final = Said(
    "Cette carte a déjà servi",
    "Chaque carte sert une seule fois. Si vous avez acheté la pièce à son propriétaire, demandez-lui de vous la "
    "transmettre. Si vous pensez à une erreur, {brand} vous aidera\u00a0: munissez-vous de la preuve d’achat.",
)
_NOT_SOLD: Final = Said(
    "Cette pièce n’est pas encore enregistrée comme vendue",
    "La boutique enregistre la vente, parfois un peu plus tard. Votre carte reste valable\u00a0: réessayez ce soir, "
    "ou demandez à la boutique.",
)
_STOLEN: Final = Said(
    "Cette pièce est déclarée volée",
    "Elle ne peut pas changer de mains tant que la déclaration tient. Contactez {brand}.",
)
_MOMENT: Final = "Quelques secondes, rarement une minute. Vous pouvez fermer cette page."
_CLAIM: Final = ClaimWords(
    headline="Revendiquez votre pièce",
    lead="Revendiquez une pièce que vous avez achetée\u00a0: elle rejoint votre compte. Il vous faut son étiquette "
    "et la carte qui se trouve dans la boîte. C’est gratuit\u00a0: {brand} paie le registre.",
    steps=("L’étiquette", "Votre compte", "Le code"),
    progress="Étapes",
    which="De quelle pièce s’agit-il\u00a0?",
    which_text="Montrez-nous l’étiquette à l’intérieur de la pièce.",
    photo="Photo de l’étiquette",
    photo_hint="JPEG, PNG ou WebP, 15\u00a0Mo au plus. La photo est lue, et n’est pas gardée.",
    or_type="Ou tapez ce que dit l’étiquette",
    serial="Numéro de série de l’étiquette",
    serial_hint="20 lettres et chiffres. Les espaces ne comptent pas.",
    gtin="Numéro d’article (GTIN)",
    gtin_hint="Les 14 chiffres sous le numéro de série.",
    find="Trouver la pièce",
    card_waits="Votre carte est lue. Montrez-nous maintenant l’étiquette de la pièce.",
    another="Ce n’est pas cette pièce\u00a0? En choisir une autre",
    sign_in="Connectez-vous pour continuer",
    sign_in_text="Une pièce est inscrite à un compte, pour que vous seul puissiez parler pour elle. "
    "Nous gardons la pièce en tête pendant que vous vous connectez.",
    sign_in_button="Se connecter",
    sign_up_button="Créer un compte",
    code="Code caché de la carte",
    code_hint="Ouvrez la carte\u00a0: neuf groupes de trois caractères. Majuscules ou minuscules, peu importe.",
    code_count="{count} sur {length}",
    code_right="Le code est complet.",
    code_wrong="Un caractère est mal tapé. Comparez groupe par groupe.",
    custody=Said(
        "Qui la gardera",
        "{brand} garde la pièce pour vous dans le registre, à une adresse qui ne sert qu’à cette pièce. "
        "Vous pourrez à tout moment la déplacer vers une adresse à vous.",
    ),
    submit="Revendiquer cette pièce",
    yours=Said("Elle est déjà à vous", "Cette pièce est inscrite à votre compte."),
    to_piece="Voir ma pièce",
    to_scan="Vérifier une pièce",
    problems={
        ClaimProblem.NO_PIECE: Said(
            "Cette étiquette ne mène à aucune de nos pièces",
            "Vérifiez chaque caractère. S’ils sont justes, l’étiquette n’est pas de nous.",
        ),
        ClaimProblem.LABEL_REPLACED: Said(
            "Cette étiquette a été remplacée", "La pièce en porte une plus récente\u00a0: prenez celle-là."
        ),
        ClaimProblem.WITHDRAWN: Said(
            "Cette pièce n’est plus certifiée", "Personne ne peut plus la revendiquer. Contactez {brand}."
        ),
        ClaimProblem.NOT_SOLD: _NOT_SOLD,
        ClaimProblem.USED: _USED,
        ClaimProblem.STOLEN: _STOLEN,
        ClaimProblem.AWAY: Said(
            "Le registre ne répond pas pour le moment",
            "Rien n’a été envoyé et rien n’est perdu\u00a0: votre carte reste valable. Réessayez dans quelques "
            "minutes.",
        ),
        ClaimProblem.CHOICE_LOST: Said("Reprenons par l’étiquette", "Plus d’une heure s’est écoulée."),
    },
    refused="Nous n’avons pas pu lire cette étiquette",
    codes={
        CodeFault.MISSING: "Tapez le code caché de la carte.",
        CodeFault.LENGTH: "Le code a 27 caractères, vous en avez tapé {count}.",
        CodeFault.STRANGER: "«\u00a0{character}\u00a0» ne figure jamais dans un code. Regardez-le de plus près.",
        CodeFault.MISTYPED: "Un caractère est mal tapé. Comparez groupe par groupe.",
        CodeFault.WRONG: "Ce code n’est pas celui de cette pièce. Est-ce la carte de la même boîte\u00a0?",
    },
)

_JOB: Final = JobWords(
    claiming=Said("Vous revendiquez votre pièce", _MOMENT),
    reporting=Said("Votre déclaration est en cours d’enregistrement", _MOMENT),
    moving=Said("Votre pièce est en cours de déplacement", _MOMENT),
    stages=("Nous avons votre demande", "Le registre l’écrit", "Nous la relisons, comme chacun le pourrait"),
    away=Said(
        "Le registre ne répond pas pour le moment",
        "Nous avons votre demande et continuons de nous-mêmes dès qu’il répond. Vous n’avez rien à faire.",
    ),
    again="Regarder de nouveau",
    safe="Rien n’est perdu si vous partez.",
    done_claim=Said("Elle est à vous", "Le registre l’a écrit. Si elle est un jour perdue ou volée, déclarez-le ici."),
    done_report={
        EntryKind.REPORTED_STOLEN: Said("Déclarée volée", "Quiconque vérifie la pièce le lit désormais."),
        EntryKind.REPORTED_LOST: Said("Déclarée perdue", "Quiconque vérifie la pièce le lit désormais."),
        EntryKind.REPORT_WITHDRAWN: Said(
            "La déclaration est retirée", "La pièce se vérifie de nouveau comme authentique."
        ),
    },
    done_move=Said(
        "Elle est entre vos mains", "La pièce est à l’adresse que vous avez donnée. Nous n’en gardons plus la clé."
    ),
    failed=Said(
        "Un incident s’est produit chez nous",
        "Rien n’est perdu. Nos équipes le voient et reprennent d’ici. Pour nous en parler, donnez le numéro {number}.",
    ),
    refusals={
        ActRefusal.NOT_SOLD: _NOT_SOLD,
        ActRefusal.USED: _USED,
        ActRefusal.STOLEN: _STOLEN,
        ActRefusal.WRONG_CODE: Said(
            "Ce code n’est pas celui de cette pièce", "Rien n’a changé. Est-ce la carte de la même boîte\u00a0?"
        ),
        ActRefusal.TOO_LATE: Said(
            "Le registre s’est tu trop longtemps",
            "Rien n’a changé, et votre carte reste valable. Veuillez recommencer.",
        ),
        ActRefusal.NOT_HELD: Said(
            "Nous ne gardons plus cette pièce pour vous",
            "Rien n’a changé. Contactez {brand} si ce n’est pas vous qui l’avez déplacée.",
        ),
        ActRefusal.UNKNOWN_PIECE: Said("Cette pièce n’est pas dans nos livres", "Rien n’a changé. Contactez {brand}."),
        ActRefusal.OTHER: Said("Le registre ne l’a pas accepté", "Rien n’a changé. Contactez {brand}."),
    },
    states={
        JobState.WAITING: "En attente",
        JobState.RUNNING: "En cours",
        JobState.DONE: "Fait",
        JobState.REFUSED: "Impossible",
        JobState.FAILED: "Nos équipes s’en occupent",
    },
)

_PIECE: Final = PieceWords(
    headline="Mes pièces",
    lead="Inscrites à votre compte, et à aucun autre.",
    empty=Said(
        "Aucune pièce pour l’instant",
        "Quand vous en achetez une, une carte se trouve dans sa boîte. Avec elle et l’étiquette, vous "
        "revendiquez la pièce.",
    ),
    claim="Revendiquer une pièce",
    since="À vous depuis le {day}",
    asked="Demandée le {day}",
    ended="Jusqu’au {day}",
    open="Ouvrir",
    unnamed="Votre pièce",
    more="Pièces plus anciennes",
    newer="Pièces les plus récentes",
    all_pieces="Toutes mes pièces",
    state="Sa fiche à présent",
    held="Au registre",
    registry_away=Said(
        "Le registre ne répond pas pour le moment",
        "Nous ne pouvons pas montrer l’état de la fiche. Vous pouvez tout de même déclarer la pièce\u00a0: "
        "votre déclaration "
        "attend ici et part d’elle-même.",
    ),
    elsewhere=Said(
        "Le registre nomme un autre détenteur",
        "Nous ne gardons plus cette pièce pour vous. Si ce n’est pas vous qui l’avez déplacée, contactez {brand}.",
    ),
    custody=Said(
        "Gardée pour vous par {brand}",
        "{brand} garde pour vous la clé de cette pièce, et pourrait la déplacer. Nous ne le faisons qu’à "
        "votre demande, "
        "ici, avec votre clé d’accès.",
    ),
    custody_more="Ce que cela veut dire",
    custody_points=(
        "Chacune de vos pièces a sa propre adresse\u00a0: personne ne voit lesquelles ont un même propriétaire.",
        "La fiche publique ne montre aucun nom\u00a0: «\u00a0Au nom d’un propriétaire privé\u00a0».",
        (
            "Personne ne peut la retirer de votre compte sans votre clé d’accès. {brand}, qui garde la clé, le "
            "pourrait\u00a0: "
            "c’est pourquoi vous pouvez la reprendre en main."
        ),
    ),
    address="Son adresse dans le registre",
    actions="Que souhaitez-vous faire\u00a0?",
    report="Déclarer perdue ou volée",
    withdraw="Je l’ai retrouvée",
    move="La déplacer vers mon adresse",
)

_REPORT: Final = ReportWords(
    headline="Déclarer perdue ou volée",
    lead="Quiconque vérifie cette pièce est averti aussitôt. Vous pourrez retirer la déclaration quand vous l’aurez "
    "retrouvée.",
    stolen="Elle a été volée",
    lost="Elle est perdue",
    reasons={
        ReportReason.THEFT: "Vol",
        ReportReason.BURGLARY: "Cambriolage",
        ReportReason.ROBBERY: "Vol avec violence",
        ReportReason.FRAUD: "Escroquerie\u00a0: on me l’a soutirée",
        ReportReason.MISLAID: "Égarée",
        ReportReason.LOST_IN_TRANSIT: "Perdue en chemin, avec un bagage ou un envoi",
        ReportReason.RECOVERED: "J’ai retrouvé la pièce",
        ReportReason.REPORTED_BY_MISTAKE: "Je l’ai déclarée par erreur",
    },
    no_reason="Je préfère ne pas dire comment",
    no_reason_back="Je préfère ne pas dire pourquoi",
    public_reason="Le mot que vous choisissez entre dans la fiche publique. Rien d’autre de ce que vous nous dites.",
    look="Voir ce que chacun lira",
    choose="Choisissez l’un d’eux.",
    preview="Quiconque la vérifie lira",
    preview_reason="Dans sa provenance\u00a0: «\u00a0Motif\u00a0: {reason}\u00a0».",
    private="Ni votre nom ni l’endroit où vous habitez ne sont jamais montrés.",
    confirm={
        EntryKind.REPORTED_STOLEN: "La déclarer volée",
        EntryKind.REPORTED_LOST: "La déclarer perdue",
        EntryKind.REPORT_WITHDRAWN: "Retirer la déclaration",
    },
    back="Choisir de nouveau",
    effects={
        EntryKind.REPORTED_STOLEN: (
            "Tant que la déclaration tient, la pièce ne peut être transmise à personne\u00a0: le registre refuse.",
            "Ce n’est pas une plainte à la police. Elle voudra la sienne.",
        ),
        EntryKind.REPORTED_LOST: ("Qui la trouve est prié de contacter la maison.",),
        EntryKind.REPORT_WITHDRAWN: ("Qu’elle a été déclarée, puis retirée, reste dans son histoire.",),
    },
    withdraw_headline="Je l’ai retrouvée",
    withdraw_lead="Nous levons l’avertissement. Ne le faites que si vous avez la pièce en main.",
    nothing_to_report=Said("Cette pièce est déjà déclarée", "L’avertissement tient. Vous pouvez le retirer."),
    nothing_to_withdraw=Said("Il n’y a pas de déclaration à retirer", "La pièce se vérifie comme il se doit."),
)

_MOVE: Final = MoveWords(
    headline="La déplacer vers mon adresse",
    lead="Pour qui possède son propre portefeuille. {brand} paie le registre, et ne garde ensuite aucune clé "
    "de la pièce.",
    points=(
        "Personne ne peut revenir en arrière, nous non plus\u00a0: qui a la clé de cette adresse a la pièce.",
        "Si vous perdez cette clé, personne ne pourra déclarer la pièce volée ni la transmettre pour vous.",
        "La pièce quitte «\u00a0Mes pièces\u00a0». Sa fiche reste aussi authentique.",
    ),
    address="Votre adresse",
    address_hint="0x et 40 caractères, d’un portefeuille dont vous avez la clé. Pas l’adresse de dépôt d’une "
    "plateforme.",
    look="La relire une fois",
    check="Est-ce bien votre adresse\u00a0?",
    check_text="Comparez-la avec votre portefeuille, groupe par groupe.",
    sure="J’ai la clé de cette adresse, et je sais que personne ne peut revenir en arrière.",
    sure_missing="Veuillez d’abord cocher cette case.",
    confirm="La déplacer pour de bon",
    change="Changer l’adresse",
    faults={
        AddressFault.MISSING: "Tapez ou collez votre adresse.",
        AddressFault.MALFORMED: "Une adresse est 0x et 40 caractères de 0 à 9 et de A à F.",
        AddressFault.CHECKSUM: "Un caractère est mal tapé. Copiez de nouveau l’adresse de votre portefeuille.",
        AddressFault.UNUSABLE: "Vous ne pouvez pas garder de pièce à cette adresse.",
    },
    stolen=Said("Une pièce déclarée volée ne peut être déplacée", "Retirez d’abord la déclaration."),
)

FRENCH: Final = PiecesWords(
    claim=_CLAIM,
    job=_JOB,
    piece=_PIECE,
    report=_REPORT,
    move=_MOVE,
)
