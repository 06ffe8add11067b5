"""The account pages in French."""

from __future__ import annotations

from typing import Final

from web.accounts.catalogue import (
    AccountsWords,
    AccountWords,
    CodeWords,
    ConfirmWords,
    DataWords,
    InvitationWords,
    PasskeyWords,
    Say,
    SessionWords,
    SignInWords,
    SignUpWords,
)
from web.accounts.refusals import Refusal
from web.store.people import Role

FRENCH: Final = AccountsWords(
    sign_in=SignInWords(
        headline="Se connecter",
        lead="Avec votre empreinte, votre visage ou le verrouillage de votre écran.",
        returns="Vous reprendrez ensuite où vous en étiez.",
        button="Utiliser ma clé d’accès",
        new="Première visite\u00a0?",
        create="Créer un compte",
        code_title="Sans votre clé d’accès",
        code_lead="Téléphone perdu ou neuf\u00a0: un code de secours vous connecte.",
        code="Code de secours",
        code_hint="16 lettres et chiffres. Chaque code sert une seule fois.",
        code_button="Se connecter avec un code",
        no_script="Les clés d’accès ont besoin de JavaScript, désactivé dans ce navigateur. Un code de secours "
        "fonctionne sans.",
    ),
    sign_up=SignUpWords(
        headline="Créer votre compte",
        lead="Ni adresse e-mail, ni mot de passe. Choisissez un nom, puis confirmez avec votre empreinte, votre visage "
        "ou le verrouillage de votre écran.",
        returns="Vous reprendrez ensuite où vous en étiez.",
        name="Comment vous appeler\u00a0?",
        name_hint="Un prénom suffit. Vous pourrez le changer à tout moment.",
        button="Créer ma clé d’accès",
        about_title="Qu’est-ce qu’une clé d’accès\u00a0?",
        about="Une clé que votre téléphone ou votre ordinateur garde pour vous. Vous l’ouvrez comme vous déverrouillez "
        "votre écran. Elle ne fonctionne que sur {host}\u00a0: personne ne peut vous la soutirer.",
        have="Déjà membre\u00a0?",
        no_script="Une clé d’accès a besoin de JavaScript, désactivé dans ce navigateur. Activez-le pour ce site et "
        "rechargez la page. Vous pouvez vérifier une pièce sans compte.",
    ),
    confirm=ConfirmWords(
        headline="Est-ce bien vous\u00a0?",
        lead="Ce que vous allez faire est important. Confirmez avec votre clé d’accès\u00a0; cela vaut dix minutes.",
        button="Confirmer avec ma clé d’accès",
        code_title="Sans votre clé d’accès",
        code_button="Confirmer avec un code",
        back="Pas maintenant",
        no_script="Les clés d’accès ont besoin de JavaScript, désactivé dans ce navigateur. Un code de secours "
        "fonctionne sans.",
    ),
    account=AccountWords(
        headline="Votre compte",
        greeting="Heureux de vous revoir, {name}.",
        roles={Role.MEMBER: "Membre", Role.RESELLER: "Revendeur", Role.STAFF: "Équipe de la maison"},
        profile="À propos de vous",
        name="Nom",
        language="Langue",
        languages={"en": "English", "fr": "Français"},
        save="Enregistrer",
        saved="Enregistré.",
        sign_out="Se déconnecter",
        back="Retour à votre compte",
    ),
    passkeys=PasskeyWords(
        headline="Vos clés d’accès",
        lead="Chacune vous connecte. Deux, sur des appareils différents, sont plus sûres qu’une seule.",
        counts=("Aucune clé d’accès", "Une clé d’accès", "{count} clés d’accès"),
        open="Gérer les clés",
        made="Créée le {date}",
        used="utilisée le {date}",
        never_used="jamais utilisée depuis",
        backed_up="Copiée sur vos autres appareils",
        one_device="Sur un seul appareil",
        name="Nom de cette clé",
        rename="Renommer",
        remove="Supprimer",
        add="Ajouter une clé d’accès",
        empty="Vous n’avez pas de clé d’accès. Ajoutez-en une pour vous connecter d’un geste.",
        new_headline="Ajouter une clé d’accès",
        new_lead="Sur cet appareil, sur une clé de sécurité ou sur un téléphone à côté de vous.",
        new_after_code="Vous êtes connecté par un code de secours\u00a0; il ne servira plus. Créez une clé d’accès sur "
        "cet appareil\u00a0: la prochaine fois, aucun code ne sera nécessaire.",
        new_hint="Pour la reconnaître dans votre liste.",
        new_button="Créer la clé d’accès",
        later="Pas maintenant",
        remove_headline="Supprimer «\u00a0{name}\u00a0»\u00a0?",
        remove_lead="Elle ne vous connectera plus. Supprimez-la aussi sur l’appareil, dans ses mots de passe ou clés "
        "d’accès.",
        remove_last="C’est votre seule clé d’accès. Ensuite, seul un code de secours vous connectera.",
        remove_button="Supprimer cette clé",
        keep="La garder",
        no_script="Créer une clé d’accès demande JavaScript, désactivé dans ce navigateur. Le reste du site fonctionne "
        "sans.",
    ),
    codes=CodeWords(
        headline="Codes de secours",
        lead="Si vos appareils sont perdus, un code de secours vous connecte, une fois. C’est le seul autre "
        "moyen\u00a0: nous n’avons pas votre adresse e-mail.",
        counts=("Aucun code restant", "Un code restant", "{count} codes restants"),
        open="Créer de nouveaux codes",
        make="Créer dix nouveaux codes",
        replaces="Vos codes actuels cesseront de fonctionner.",
        welcome="Bienvenue, {name}. Votre compte est prêt.",
        made_headline="Gardez ces dix codes",
        made_lead="Si vos appareils sont perdus, chacun vous connecte, une fois. Gardez-les comme un double de vos "
        "clés\u00a0: nous ne pourrons plus les montrer. Vous pourrez en créer de nouveaux dans votre compte.",
        replaced="Vos codes précédents ne fonctionnent plus.",
        print="Imprimer",
        copy="Copier",
        copied="Copié",
        download="Enregistrer un fichier",
        file_name="codes-de-secours.txt",
        file_title="Codes de secours pour {brand}, {host}. Chacun sert une seule fois.",
        done="Je les ai gardés",
    ),
    sessions=SessionWords(
        headline="Où vous êtes connecté",
        lead="Un appareil inconnu\u00a0? Déconnectez-le ici, puis regardez vos clés d’accès.",
        counts=("Nulle part", "Sur un appareil", "Sur {count} appareils"),
        open="Voir les appareils",
        unknown_device="Un navigateur",
        here="Cet appareil",
        since="Depuis le {date}",
        end="Déconnecter",
        end_others="Déconnecter partout ailleurs",
    ),
    data=DataWords(
        headline="Vos données",
        lead="Tout ce que nous gardons de vous\u00a0: un nom choisi, la moitié publique de vos clés d’accès et ce que "
        "vous avez fait ici.",
        open="Voir ou supprimer",
        export_title="Une copie pour vous",
        export_lead="Un fichier complet, lisible par vous et par des logiciels.",
        export_button="Télécharger mes données",
        file_name="mes-donnees.json",
        delete_title="Supprimer le compte",
        delete_lead="Immédiatement et pour toujours\u00a0:",
        consequences=(
            "Votre nom, vos clés d’accès, vos codes et vos appareils sont effacés.",
            "Vos points sont perdus. Leurs écritures restent dans nos livres, sans vous.",
            "Vos pièces restent authentiques et leur histoire ne change pas.",
        ),
        staying_title="Vos pièces restent chez {brand}",
        staying="Nous oublions qu’elles sont à vous, et leurs cartes ont servi\u00a0: plus tard, seule {brand} pourra "
        "vous rendre une pièce, sur preuve d’achat. Si vous avez un portefeuille, déplacez-les d’abord.",
        staying_sure="Je laisse mes pièces chez {brand}.",
        claiming_title="Vous revendiquez une pièce en ce moment",
        claiming="Attendez qu’elle soit à vous, quelques minutes au plus\u00a0: en partant avant, vous la perdriez. Si "
        "cela dure, écrivez à {brand}.",
        pieces_link="Voir mes pièces",
        sure="Je comprends que c’est irréversible.",
        delete_button="Supprimer mon compte",
        gone_headline="Votre compte est supprimé",
        gone_lead="Il ne reste rien de vous ici. Vous pouvez vérifier une pièce, comme tout le monde.",
    ),
    invitation=InvitationWords(
        headline="Une invitation de la maison",
        lead="Elle donne plus de droits à votre compte. Acceptez-la seulement si vous l’attendiez.",
        sign_in_first="Connectez-vous d’abord, ou créez votre compte\u00a0: vous reviendrez ici.",
        confirm_first="Montrez d’abord votre clé d’accès\u00a0: vous reviendrez ici.",
        confirm="Continuer",
        code="Code d’invitation",
        code_hint="La partie du lien après le signe #. Elle est remplie pour vous quand vous ouvrez le lien.",
        accept="Accepter l’invitation",
    ),
    refusals={
        Refusal.UNREADABLE: "Votre navigateur a envoyé quelque chose d’illisible. Rechargez la page et réessayez.",
        Refusal.NAME_UNUSABLE: "Choisissez un nom de 1 à 40 lettres.",
        Refusal.QUESTION_EXPIRED: "C’était un peu trop long. Veuillez réessayer.",
        Refusal.PASSKEY_REFUSED: "Cette clé n’ouvre aucun compte ici. Essayez-en une autre, ou un code de secours.",
        Refusal.PASSKEY_COPIED: "Cette clé semble exister en double\u00a0: nous ne l’acceptons pas. Connectez-vous "
        "autrement, supprimez-la et écrivez à la maison.",
        Refusal.PASSKEY_KNOWN: "Cet appareil a déjà une clé d’accès pour votre compte.",
        Refusal.PASSKEYS_FULL: "Vous avez dix clés d’accès, le maximum. Supprimez-en une d’abord.",
        Refusal.LAST_WAY_IN: "C’est votre seul moyen de connexion. Créez d’abord des codes de secours ou une autre "
        "clé.",
        Refusal.NO_PASSKEYS_HERE: "Les clés d’accès ne fonctionnent pas à cette adresse, car c’est un nombre. Ouvrez "
        "le site par son nom.",
        Refusal.CODE_REFUSED: "Ce code ne fonctionne pas. Vérifiez chaque caractère\u00a0; un code ne sert qu’une "
        "fois.",
        Refusal.INVITATION_REFUSED: "Cette invitation est utilisée ou trop ancienne. Demandez-en une autre à la "
        "maison.",
        Refusal.ROLE_HELD: "Votre compte a déjà ces droits. L’invitation reste ouverte pour quelqu’un d’autre.",
        Refusal.NOT_CONFIRMED: "Veuillez d’abord cocher la case.",
        Refusal.CLAIM_UNDER_WAY: "Votre compte reste pour le moment\u00a0: vous revendiquez une pièce.",
        Refusal.PIECES_NOT_CONFIRMED: "Veuillez cocher que vous laissez vos pièces à la maison.",
    },
    says={
        Say.WAITING: "Suivez votre appareil …",
        Say.CANCELLED: "Rien n’a été fait. Réessayez quand vous voulez.",
        Say.UNSUPPORTED: "Ce navigateur ne connaît pas les clés d’accès. Essayez votre téléphone ou un navigateur plus "
        "récent.",
        Say.KNOWN: "Cet appareil a déjà une clé d’accès pour votre compte.",
        Say.AWAY: "Nous sommes injoignables pour le moment. Vérifiez votre connexion et réessayez.",
    },
)
