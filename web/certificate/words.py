"""Every sentence of a certificate, and of the pages around it, in each language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from web.presenters.language import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateWords:
    """The certificate. It prints what the record said at one block, and says so."""

    title: str
    summary: str
    """`{name}`, `{brand}`."""
    as_of: str
    """`{block}`, `{moment}`."""
    check_now: str
    stale: str
    qr_alt: str
    """`{url}`."""
    compare: str
    provenance: str
    happened: str
    step: str
    where: str
    checks: str
    property: str
    outcome: str
    advisory: str
    read_at: str
    block: str
    mined_at: str
    block_hash: str
    chain: str
    contract: str
    token: str
    model: str
    article: str
    materials: str
    owner: str
    without_us: str
    without_us_lead: str
    how_bundle: str
    """`{file}`."""
    how_hash: str
    how_page: str
    """`{url}`."""
    how_command: str
    how_label: str
    attached: str
    footer: str
    """`{brand}`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofPageWords:
    """The public page of one piece's proof: downloads, and how to check them."""

    headline: str
    lead: str
    today: str
    """`{moment}`."""
    download: str
    save: str
    certificate: str
    certificate_hint: str
    bundle: str
    bundle_hint: str
    page: str
    page_hint: str
    how: str
    steps: tuple[str, ...]
    command: str
    facts: str
    opening: str
    opening_hint: str
    serial: str
    serial_hint: str
    opening_save: str
    no_certificate: str
    """`{headline}` is the answer of the moment."""
    no_certificate_lead: str
    unavailable: str
    unavailable_lead: str


@dataclass(frozen=True, slots=True)
class AreaWords:
    """One language, whole."""

    paper: CertificateWords
    proof: ProofPageWords


ENGLISH: Final = CertificateWords(
    title="Certificate of record",
    summary="What the record of {name} by {brand} said at one block, with the evidence attached.",
    as_of="As of block {block}, {moment}",
    check_now="A printed paper can be out of date. Check now:",
    stale="What happened after this block, a theft for instance, is not on this paper.",
    qr_alt="QR code that leads to {url}",
    compare="Compare with the piece",
    provenance="Provenance",
    happened="When",
    step="What",
    where="Where, and recorded by whom",
    checks="What was checked",
    property="Property",
    outcome="Outcome",
    advisory="advisory",
    read_at="Where it was read",
    block="Block",
    mined_at="Mined",
    block_hash="Block’s hash",
    chain="Chain",
    contract="Registry",
    token="Token",  # noqa: S106 - a word, no secret
    model="Engraved number",
    article="Article (GTIN)",
    materials="Materials",
    owner="Owner on record",
    without_us="Check it without us",
    without_us_lead="You need to trust neither this paper nor our site. All evidence is attached to this PDF.",
    how_bundle="Take the attached file out of this PDF; every PDF reader lists attachments. It is called",
    how_hash="Get the hash of the block above from somebody else than us: any node or explorer of the chain, or a "
    "checkpoint that the maker signed. It must be the hash printed above.",
    how_page="Open the page that verifies without us, saved beforehand, and give it this PDF and the hash:",
    how_command="Or use the open tool:",
    how_label="This paper never shows the label’s serial. The page also checks a label, with the opening that only its "
    "holder can download.",
    attached="Evidence bundle: everything a verification reads, checked with the block’s hash alone",
    footer="We certify the record of {brand}, not the thing in your hands: a label can be copied. "
    "Always compare the piece.",
)

FRENCH: Final = CertificateWords(
    title="Certificat de la fiche",
    summary="Ce que disait à un bloc donné la fiche de {name}, par {brand}, preuves jointes.",
    as_of="Au bloc {block}, {moment}",
    check_now="Un papier imprimé peut être périmé. Vérifiez maintenant\u00a0:",
    stale="Ce qui s’est passé après ce bloc, un vol par exemple, ne figure pas sur ce papier.",
    qr_alt="Code QR qui mène à {url}",
    compare="À comparer avec la pièce",
    provenance="Provenance",
    happened="Quand",
    step="Quoi",
    where="Où, et inscrit par qui",
    checks="Ce qui a été contrôlé",
    property="Propriété",
    outcome="Résultat",
    advisory="indicatif",
    read_at="Où la fiche a été lue",
    block="Bloc",
    mined_at="Miné le",
    block_hash="Empreinte du bloc",
    chain="Chaîne",
    contract="Registre",
    token="Jeton",  # noqa: S106 - a word, no secret
    model="Numéro gravé",
    article="Article (GTIN)",
    materials="Matières",
    owner="Propriétaire inscrit",
    without_us="Vérifier sans nous",
    without_us_lead="Vous n’avez à croire ni ce papier ni notre site. Toutes les preuves sont jointes à ce PDF.",
    how_bundle="Extrayez le fichier joint à ce PDF\u00a0; tout lecteur de PDF liste les pièces jointes. Il se nomme",
    how_hash="Obtenez l’empreinte du bloc ci-dessus auprès d’un autre que nous\u00a0: n’importe quel nœud ou "
    "explorateur de la chaîne, ou un point de contrôle signé par la maison. Ce doit être l’empreinte "
    "imprimée ci-dessus.",
    how_page="Ouvrez la page qui vérifie sans nous, enregistrée d’avance, et donnez-lui ce PDF et l’empreinte\u00a0:",
    how_command="Ou employez l’outil libre\u00a0:",
    how_label="Ce papier ne montre jamais la série de l’étiquette. La page vérifie aussi une étiquette, avec "
    "l’ouverture que seul son détenteur peut télécharger.",
    attached="Dossier de preuves\u00a0: tout ce que lit une vérification, contrôlable avec la seule empreinte du bloc",
    footer="Nous certifions la fiche de {brand}, pas l’objet entre vos mains\u00a0: une étiquette se copie. "
    "Comparez toujours.",
)

PROOF_ENGLISH: Final = ProofPageWords(
    headline="Proof of this record",
    lead="Everything here can be checked without us. It names the piece by its token, never by its label.",
    today="The answer of {moment}. What is downloaded here says the same as of its own block, and nothing of later.",
    download="Download",
    save="Save this page",
    certificate="Certificate (PDF)",
    certificate_hint="To print or to keep. The evidence is attached inside.",
    bundle="Evidence bundle",
    bundle_hint="One file with everything that a verification reads.",
    page="The page that verifies",
    page_hint="Keep this page: it works without us, on your own device, with no network.",
    how="How to check it",
    steps=(
        "Save the page that verifies, once. It asks no server for anything.",
        "Download the certificate or the bundle.",
        "Get the hash of its block from somebody else than us: a node, an explorer, a signed checkpoint.",
        "Open the page from your device, and give it the file and the hash.",
    ),
    command="Or with the open tool, against any node:",
    facts="Where it is recorded",
    opening="Do you hold the piece?",
    opening_hint="The label’s opening is a small file for you alone. With it, the page that verifies also says whether "
    "your label opens this record. Nothing is kept here. Whoever has the file knows your label: share it with nobody.",
    serial="Serial on the label",
    serial_hint="20 characters, or the label’s whole address.",
    opening_save="Download the opening",
    no_certificate="There is no certificate: {headline}",
    no_certificate_lead="We print certificates only of records that stand clear today.",
    unavailable="No certificate right now",
    unavailable_lead="We could not read everything that a certificate needs. This says nothing against the piece. "
    "Try again later.",
)

PROOF_FRENCH: Final = ProofPageWords(
    headline="Preuve de cette fiche",
    lead="Tout ce qui est ici se vérifie sans nous. La pièce y est nommée par son jeton, jamais par son étiquette.",
    today="La réponse du {moment}. Ce qui se télécharge ici dit de même à son propre bloc, et rien de ce qui suit.",
    download="Télécharger",
    save="Enregistrer cette page",
    certificate="Certificat (PDF)",
    certificate_hint="À imprimer ou à garder. Les preuves sont jointes à l’intérieur.",
    bundle="Dossier de preuves",
    bundle_hint="Un seul fichier, avec tout ce que lit une vérification.",
    page="La page qui vérifie",
    page_hint="Gardez cette page\u00a0: elle marche sans nous, sur votre appareil, sans réseau.",
    how="Comment vérifier",
    steps=(
        "Enregistrez une fois la page qui vérifie. Elle ne demande rien à aucun serveur.",
        "Téléchargez le certificat ou le dossier.",
        "Obtenez l’empreinte de son bloc auprès d’un autre que nous\u00a0: nœud, explorateur, point de contrôle signé.",
        "Ouvrez la page depuis votre appareil, et donnez-lui le fichier et l’empreinte.",
    ),
    command="Ou avec l’outil libre, auprès de n’importe quel nœud\u00a0:",
    facts="Où elle est inscrite",
    opening="Vous détenez la pièce\u00a0?",
    opening_hint="L’ouverture de l’étiquette est un petit fichier pour vous seul. Avec lui, la page qui vérifie dit "
    "aussi si votre étiquette ouvre cette fiche. Rien n’est gardé ici. Qui a ce fichier connaît votre "
    "étiquette\u00a0: ne le partagez avec personne.",
    serial="Série sur l’étiquette",
    serial_hint="20\u00a0caractères, ou l’adresse entière de l’étiquette.",
    opening_save="Télécharger l’ouverture",
    no_certificate="Il n’y a pas de certificat\u00a0: {headline}",
    no_certificate_lead="Nous n’imprimons un certificat que si la fiche est sans réserve aujourd’hui.",
    unavailable="Pas de certificat pour le moment",
    unavailable_lead="Nous n’avons pas pu lire tout ce qu’il faut pour un certificat. Cela ne dit rien contre la "
    "pièce. Réessayez plus tard.",
)


WORDS: Final[Mapping[Language, AreaWords]] = {
    Language.EN: AreaWords(ENGLISH, PROOF_ENGLISH),
    Language.FR: AreaWords(FRENCH, PROOF_FRENCH),
}
