"""The public page of one piece's proof, and the one that says why there is no certificate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from provenance_schemas.ids import ItemId
from verifier.answers import Answer
from verifier.service import Verification
from web.certificate.words import WORDS, ProofPageWords
from web.presenters.formats import moment_text
from web.presenters.frame import Frame, Visit, make_frame
from web.presenters.piece import proven_passport
from web.presenters.proof import Proof, present_proof
from web.presenters.tones import TONES, Tone

PAGE_NAME: Final = "assay-verify.html"
"""What the page that verifies is saved as."""


@dataclass(frozen=True, slots=True)
class Way:
    """One thing to download."""

    title: str
    hint: str
    action: str
    href: str
    saved_as: str = ""
    """The file to keep it in, where the browser would open it otherwise."""


@dataclass(frozen=True, slots=True)
class ProofPage:
    """Everything `certificate/proof.html` prints."""

    frame: Frame
    status: int
    tone: Tone
    answer: str
    """Headline of today's answer."""
    today: str
    """When that answer was drawn."""
    proof: Proof
    ways: tuple[Way, ...]
    token: str
    gtin: str
    """The piece's article, for the form of its label; empty where no record stands clear, and then no form is shown."""
    words: ProofPageWords


@dataclass(frozen=True, slots=True)
class RefusalPage:
    """Why there is no certificate."""

    frame: Frame
    status: int
    headline: str
    lead: str
    proof_href: str
    words: ProofPageWords


def token_path(item: ItemId) -> str:
    """Write a piece's name as the last parts of a path."""
    return f"{item.chain_id}/{item.contract}/{item.token_id}"


def proof_path(item: ItemId) -> str:
    """Give the path of a piece's proof page. It holds no secret: tokens are public."""
    return f"/proof/{item}"


def present_proof_page(
    verification: Verification, item: ItemId, answer: Answer, visit: Visit, *, status: int, certified: bool
) -> ProofPage:
    """Present what can be downloaded about a piece, beside today's answer."""
    words = WORDS[visit.language].proof
    passport = proven_passport(verification)
    return ProofPage(
        make_frame(visit, words.headline),
        status,
        TONES[answer],
        visit.words.answers[answer].headline,
        words.today.format(moment=moment_text(verification.evidence.checked_at, visit.words)),
        present_proof(verification, visit.words),
        _ways(item, visit, words, certified=certified),
        str(item),
        passport.product.gtin if certified and passport else "",
        words,
    )


def _ways(item: ItemId, visit: Visit, words: ProofPageWords, *, certified: bool) -> tuple[Way, ...]:
    """Offer the files of a record that stands clear, and always the page that verifies them."""
    page = Way(words.page, words.page_hint, words.save, visit.link("/portable"), PAGE_NAME)
    if not certified:
        return (page,)
    certificate = f"/certificates/{token_path(item)}.pdf?lang={visit.language}"
    bundle = f"/bundles/{token_path(item)}.assay.zip"
    return (
        Way(words.certificate, words.certificate_hint, words.download, certificate),
        Way(words.bundle, words.bundle_hint, words.download, bundle),
        page,
    )


def present_refusal(item: ItemId, answer: Answer, visit: Visit, *, status: int) -> RefusalPage:
    """Say why there is no certificate: what the record says today, or that it could not be read."""
    words = WORDS[visit.language].proof
    headline = words.no_certificate.format(headline=visit.words.answers[answer].headline)
    lead = words.no_certificate_lead
    if answer is Answer.CANNOT_VERIFY:
        headline, lead = words.unavailable, words.unavailable_lead
    return RefusalPage(
        make_frame(visit, headline, other_path=proof_path(item)), status, headline, lead, proof_path(item), words
    )
