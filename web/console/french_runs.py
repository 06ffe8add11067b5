"""What the console says of print runs, in French."""

from __future__ import annotations

from typing import Final

from mint.labels.choices import Spelling
from mint.labels.claim_card import CardShape
from mint.labels.substrates import Substrate
from mint.print_run_book import RunState
from mint.print_run_check import Stray
from web.console.run_words import RunRefused, RunWords
from web.store.staff_log import StaffAction

RUN_ACTIONS: Final = {
    StaffAction.RUN_MADE: "A préparé un tirage",
    StaffAction.RUN_DRAWN: "A téléchargé un tirage",
    StaffAction.RUN_PRINTED: "A déclaré un tirage imprimé",
    StaffAction.RUN_CHECKED: "A contrôlé des photos d’un tirage",
    StaffAction.RUN_DESTROYED: "A fait détruire les codes d’un tirage",
    StaffAction.RUN_GIVEN_UP: "A abandonné un tirage",
}

RUNS: Final = RunWords(
    headline="Tirages",
    lead="Étiquettes et cartes imprimées ensemble, du dessin jusqu’à la destruction du dernier code ici.",
    new="Nouveau tirage",
    empty="Rien n’a encore été imprimé ensemble.",
    title="Tirage {number}",
    sizes="Étiquettes\u00a0: {labels}, cartes\u00a0: {cards}",
    states={
        RunState.MADE: "Préparé",
        RunState.PRINTED: "Imprimé",
        RunState.VERIFIED: "Contrôlé",
        RunState.DESTROYED: "Codes détruits",
        RunState.GIVEN_UP: "Abandonné",
    },
    next={
        RunState.MADE: "Téléchargez les fichiers, imprimez-les à 100\u00a0% sans ajustement, puis dites-le ici.",
        RunState.PRINTED: "Photographiez l’impression\u00a0: nous la lirons comme le téléphone d’un client.",
        RunState.VERIFIED: "Tout ce qui devait être vu a été lu sur vos photos.",
        RunState.DESTROYED: "Les codes ne sont plus ici\u00a0: les cartes en sont les seuls exemplaires.",
        RunState.GIVEN_UP: "Rien de ce tirage ne doit servir. Merci de détruire ce qui a été imprimé.",
    },
    form_headline="Nouveau tirage",
    form_lead="Chaque étiquette et chaque carte est dessinée, puis lue dans des impressions simulées\u00a0: encre "
    "étalée, flou, couleurs passées, biais, reflets. Cela prend jusqu’à dix secondes.",
    pieces="Pièces",
    pieces_hint="Vos références, une par ligne, {most} au plus. Les étiquettes suivent cet ordre.",
    stock="Planches d’étiquettes",
    stock_of="{name}\u00a0: {width} × {height}\u00a0mm, {places} par planche",
    decimal=",",
    no_labels="Pas d’étiquettes, les cartes seules",
    start="Première étiquette libre",
    start_hint="1 sur une planche neuve\u00a0; on compte de gauche à droite, ligne par ligne.",
    substrate="Imprimé sur",
    substrates={
        Substrate.PAPER: "Papier",
        Substrate.CARD: "Carte couchée ou brillante",
        Substrate.LEATHER: "Étiquette en cuir",
        Substrate.FABRIC: "Tissu ou étiquette tissée",
        Substrate.ENGRAVED: "Métal ou gravure",
    },
    spelling="Adresse dans le code",
    spellings={
        Spelling.UPPER: "En capitales\u00a0: le plus petit code",
        Spelling.MIXED: "En minuscules\u00a0: pour les applications qui l’exigent, un peu plus grand",
    },
    cards="Cartes de propriété",
    no_cards="Aucune",
    shapes={CardShape.FOLD: "Pliées sur le code", CardShape.SCRATCH: "Avec un film à gratter sur le code"},
    make="Préparer le tirage",
    files="Fichiers à imprimer",
    files_lead="Ces fichiers suffisent à copier les étiquettes ou à s’inscrire comme propriétaire. Imprimez-les, puis "
    "supprimez-les.",
    labels_file="Télécharger les étiquettes (PDF)",
    cards_file="Télécharger les cartes (PDF)",
    printed="C’est imprimé",
    printed_lead="Une fois sorti de l’imprimante.",
    check="Contrôler l’impression",
    check_lead="Une photo peut montrer une étiquette ou toute une planche, et on peut en envoyer plusieurs fois. Les "
    "cartes, avant de les plier ou de poser le film. Elles sont lues, et non gardées.",
    pictures="Photos ou numérisations",
    pictures_hint="{most} à la fois au plus\u00a0: JPEG, PNG ou WebP, 15\u00a0Mo au plus chacune.",
    check_button="Lire les photos",
    read_now="Ces photos montrent, de ce tirage\u00a0: {count}.",
    card_of="{reference} (carte)",
    missing="Reste à voir\u00a0: {references}",
    strays={
        Stray.OTHER_PIECE: "{reference} est sur une photo, et n’est pas de ce tirage.",
        Stray.REPLACED: "{reference} est sur une photo avec une autre étiquette que celle de ce tirage.",
        Stray.FOREIGN: "Un code sur une photo n’est pas de cette maison.",
    },
    destroy="Détruire les codes ici",
    destroy_lead="Une fois imprimées, les cartes doivent être les seuls exemplaires. C’est définitif.",
    give_up="Abandonner ce tirage",
    give_up_lead="S’il ne sera pas imprimé, ou s’il est gâché. Ses codes sont détruits\u00a0: ses pièces en "
    "demanderont de nouveaux. C’est définitif.",
    history="Où il en est",
    back="Tous les tirages",
    refused={
        RunRefused.PIECES: "Nommez de une à {detail} pièces, chacune une fois.",
        RunRefused.UNKNOWN_PIECE: "Nous n’avons aucune pièce avec la référence {detail}.",
        RunRefused.NOT_REGISTERED: "Une pièce est en cours d’enregistrement. Réessayez quand ce sera fait.",
        RunRefused.CODE_GONE: "La carte de {detail} a déjà été imprimée, et son code est détruit.",
        RunRefused.NO_FIT: "Un code lisible sur ce support ne tient pas sur ces étiquettes. Prenez-en de plus grandes.",
        RunRefused.START: "Cette planche n’a pas cette place. On compte à partir de 1.",
        RunRefused.NOTHING: "Choisissez des étiquettes, des cartes ou les deux.",
        RunRefused.UNREADABLE: "Une étiquette n’a pas été lue dans une simulation ({detail}). Rien n’a été préparé.",
        RunRefused.BUSY: "La maison est en train d’inscrire autre chose. Réessayez dans un instant.",
        RunRefused.STATE: "Ce tirage a avancé entre-temps. Rien n’a changé.",
        RunRefused.CHANGED: "L’étiquette ou la carte de {detail} a été remplacée depuis. Faites-en un nouveau tirage.",
        RunRefused.NOT_A_PICTURE: "{detail} ne s’ouvre pas. Choisissez un JPEG, PNG ou WebP de 15\u00a0Mo au plus.",
        RunRefused.TOO_MANY_PICTURES: "Choisissez de une à {detail} photos à la fois.",
    },
)
