"""The words of the page where a piece is looked up, in each language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraWords:
    """The live camera. Up to `help_no` they name its parts and buttons; each other is what is said."""

    title: str
    view: str
    """What the moving picture is called."""
    start: str
    stop: str
    again: str
    focus: str
    """Names the picture where a tap on it makes it sharp there."""
    light: str
    zoom: str
    aloud: str
    help_title: str
    help_text: str
    """What is sent, to whom, and that it is not kept."""
    help_yes: str
    help_again: str
    help_no: str
    idle: str
    opening: str
    looking: str
    slow: str
    found: str
    blocked: str
    absent: str
    taken: str
    lost: str
    broken: str
    tired: str
    """It was switched off: nobody looked, or nothing was found for long."""
    asking: str
    unhelped: str
    """`{reason}` is a whole sentence."""
    help_nothing: str
    help_failed: str
    help_offline: str
    dark: str
    dark_light: str
    closer: str
    still: str
    light_on: str
    light_off: str
    light_failed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BurstWords:
    """What is said while label after label is read."""

    kept: str
    """`{tail}` is the end of a serial, `{count}` how many labels are in the list."""
    known: str
    """`{tail}`."""
    passed_by: str
    """`{reason}` is a whole sentence."""
    full: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoWords:
    """What is said around a chosen photo."""

    at_once: str
    reading: str
    too_large: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TypingWords:
    """What is said of a serial while it is typed."""

    stranger: str
    """`{character}`."""
    long: str
    mistyped: str
    fits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanWords:
    """The page, whole."""

    headline: str
    lead: str
    camera: CameraWords
    photo_title: str
    take: str
    choose: str
    photo_hint: str
    read: str
    photo: PhotoWords
    typed_title: str
    serial: str
    serial_hint: str
    typing: TypingWords
    gtin: str
    gtin_hint: str
    check: str
    many: str
    refused: str
    technical: str
    report: str
    """Leads to the report of a suspicious piece."""
    burst: BurstWords


ENGLISH: Final = ScanWords(
    headline="Check a piece",
    lead="Point your phone’s camera at the QR code on the label: its record opens. Or use one of the ways below. "
    "We keep no picture.",
    camera=CameraWords(
        title="Scan the label",
        view="Picture of the camera",
        start="Scan with the camera",
        stop="Stop the camera",
        again="Scan again",
        focus="Make sharp where I tap",
        light="Light",
        zoom="Zoom",
        aloud="Say the result aloud",
        help_title="Hard to read?",
        help_text="We can send one picture, of what the square shows now, to our server. It reads more than this "
        "device, and does not keep the picture. Your consent ends when you leave this page.",
        help_yes="Let our server look at one picture",
        help_again="Send one more picture",
        help_no="No, thank you",
        idle="What it sees stays on this device.",
        opening="Opening the camera. Allow it if your browser asks.",
        looking="Hold the QR code inside the frame.",
        slow="Still looking. Move slowly closer or away, in even light. A photo or the code works too: see below.",
        found="Label read. Its record is opening…",
        blocked="The camera is blocked for this page. Allow it in your browser’s settings, or use a photo "
        "or the code below.",
        absent="We found no camera here. Use a photo or the code below.",
        taken="Another app is using the camera. Close it and scan again, or use a photo or the code below.",
        lost="The camera went away. Scan again, or use a photo or the code below.",
        broken="This browser cannot read codes with the camera. Use a photo or the code below.",
        tired="The camera is off. Start it again when you like.",
        asking="Our server is looking at one picture…",
        unhelped="{reason} The camera is still looking.",
        help_nothing="The camera has given no picture yet.",
        help_failed="Our server could not look at the picture now.",
        help_offline="Our server cannot be reached now.",
        dark="It is too dark here. Turn towards a light.",
        dark_light="It is too dark here. Switch the light on below.",
        closer="Move closer: the code is small in the picture.",
        still="Hold still: the code is in the picture.",
        light_on="The light is on.",
        light_off="The light is off.",
        light_failed="This camera’s light cannot be switched now.",
    ),
    photo_title="With a photo",
    take="Take a photo",
    choose="Choose a photo",
    photo_hint="Fill the picture with the QR code. JPEG, HEIC, PNG, WebP, AVIF or GIF, up to 15 MB.",
    read="Read the label",
    photo=PhotoWords(
        at_once="Your photo is read as soon as you have chosen it.",
        reading="Reading your photo…",
        too_large="This photo is over 15 MB. Choose a smaller one.",
    ),
    typed_title="With its code",
    serial="Serial",
    serial_hint="The 20 letters and digits below the QR code. Small letters and spaces do not matter.",
    typing=TypingWords(
        stranger="“{character}” is never part of a serial. Look at that character again.",
        long="These are more than 20 characters.",
        mistyped="Something is mistyped. Compare each character with the label.",
        fits="All 20 characters fit together.",
    ),
    gtin="Article number (GTIN)",
    gtin_hint="8 to 14 digits, printed below the serial.",
    check="Check",
    many="Check many labels at once",
    refused="That did not work",
    technical="Technical detail:",
    report="Report a suspicious piece",
    burst=BurstWords(
        kept="Label ending in {tail} added: {count} in the list.",
        known="Label ending in {tail} is in the list already.",
        passed_by="Not added. {reason}",
        full="The list is full. Check these labels, then scan the next ones.",
    ),
)

FRENCH: Final = ScanWords(
    headline="Vérifier une pièce",
    lead="Visez le QR code de l’étiquette avec l’appareil photo de votre téléphone\u00a0: sa fiche s’ouvre. Ou "
    "choisissez une autre façon ci-dessous. Nous ne gardons aucune image.",
    camera=CameraWords(
        title="Scanner l’étiquette",
        view="Image de l’appareil photo",
        start="Ouvrir l’appareil photo",
        stop="Fermer l’appareil photo",
        again="Scanner à nouveau",
        focus="Faire la mise au point où je touche",
        light="Lampe",
        zoom="Zoom",
        aloud="Dire le résultat à voix haute",
        help_title="Difficile à lire\u00a0?",
        help_text="Nous pouvons envoyer à notre serveur une seule image, celle que montre le carré à cet instant. "
        "Il lit mieux que cet appareil et ne garde pas l’image. Votre accord prend fin quand vous quittez cette page.",
        help_yes="Laisser notre serveur regarder une image",
        help_again="Envoyer encore une image",
        help_no="Non merci",
        idle="Ce qu’il voit reste sur votre appareil.",
        opening="L’appareil photo s’ouvre. Autorisez-le si votre navigateur le demande.",
        looking="Tenez le QR code dans le cadre.",
        slow="Nous cherchons encore. Rapprochez ou éloignez doucement l’étiquette, sous une lumière égale. "
        "Une photo ou le code conviennent aussi\u00a0: voyez ci-dessous.",
        found="Étiquette lue. Sa fiche s’ouvre…",
        blocked="L’appareil photo est bloqué pour cette page. Autorisez-le dans les réglages de votre navigateur, "
        "ou utilisez une photo ou le code ci-dessous.",
        absent="Nous ne trouvons pas d’appareil photo ici. Utilisez une photo ou le code ci-dessous.",
        taken="Une autre application se sert de l’appareil photo. Fermez-la et scannez à nouveau, ou utilisez "
        "une photo ou le code ci-dessous.",
        lost="L’appareil photo ne répond plus. Scannez à nouveau, ou utilisez une photo ou le code ci-dessous.",
        broken="Ce navigateur ne sait pas lire un code avec l’appareil photo. Utilisez une photo ou le code "
        "ci-dessous.",
        tired="L’appareil photo est éteint. Relancez-le quand vous voulez.",
        asking="Notre serveur regarde une image…",
        unhelped="{reason} L’appareil photo cherche toujours.",
        help_nothing="L’appareil photo n’a encore donné aucune image.",
        help_failed="Notre serveur ne peut pas regarder l’image pour l’instant.",
        help_offline="Notre serveur est injoignable pour l’instant.",
        dark="Il fait trop sombre ici. Tournez-vous vers une lumière.",
        dark_light="Il fait trop sombre ici. Allumez la lampe ci-dessous.",
        closer="Rapprochez-vous\u00a0: le code est petit dans l’image.",
        still="Ne bougez plus\u00a0: le code est dans l’image.",
        light_on="La lampe est allumée.",
        light_off="La lampe est éteinte.",
        light_failed="La lampe de cet appareil ne répond pas pour l’instant.",
    ),
    photo_title="Avec une photo",
    take="Prendre une photo",
    choose="Choisir une photo",
    photo_hint="Remplissez l’image avec le QR code. JPEG, HEIC, PNG, WebP, AVIF ou GIF, 15 Mo au plus.",
    read="Lire l’étiquette",
    photo=PhotoWords(
        at_once="Votre photo est lue dès que vous l’avez choisie.",
        reading="Lecture de votre photo…",
        too_large="Cette photo dépasse 15 Mo. Choisissez-en une plus légère.",
    ),
    typed_title="Avec son code",
    serial="Numéro de série",
    serial_hint="Les 20 lettres et chiffres sous le QR code. Minuscules et espaces sont sans importance.",
    typing=TypingWords(
        stranger="«\u00a0{character}\u00a0» ne figure jamais dans un numéro de série. Relisez ce caractère.",
        long="Il y a plus de 20 caractères.",
        mistyped="Une faute de frappe s’est glissée. Comparez chaque caractère avec l’étiquette.",
        fits="Les 20 caractères concordent.",
    ),
    gtin="Numéro d’article (GTIN)",
    gtin_hint="8 à 14 chiffres, imprimés sous le numéro de série.",
    check="Vérifier",
    many="Vérifier plusieurs étiquettes à la fois",
    refused="Cela n’a pas fonctionné",
    technical="Détail technique\u00a0:",
    report="Signaler une pièce suspecte",
    burst=BurstWords(
        kept="Étiquette finissant par {tail} ajoutée\u00a0: {count} dans la liste.",
        known="L’étiquette finissant par {tail} est déjà dans la liste.",
        passed_by="Non ajoutée. {reason}",
        full="La liste est pleine. Vérifiez ces étiquettes, puis scannez les suivantes.",
    ),
)
