"""From a verified bundle to what a certificate prints. Pure: the same bundle gives the same content for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from textwrap import wrap
from typing import Any, Final

from provenance_schemas.ids import BlockRef, ItemId
from provenance_schemas.passports import Passport
from verifier.answers import Answer, answer_of
from verifier.service import Verification
from verifier.verdict import Finding, Level, Outcome
from web.certificate.photos import Photo
from web.certificate.words import WORDS, CertificateWords
from web.presenters.catalogue import StepState, Words
from web.presenters.catalogues import words_of
from web.presenters.countries import country_text
from web.presenters.facts import custody_of
from web.presenters.formats import moment_text
from web.presenters.language import Language
from web.presenters.timeline import present_timeline

CERTIFIED: Final = frozenset({Answer.VERIFIED, Answer.VERIFIED_PENDING, Answer.NOT_SOLD_YET, Answer.STEP_UNCONFIRMED})
"""Answers that a certificate is printed of: the record stands, with at most a caution, which is printed."""
_URL_LINE: Final = 62
_HASH_GROUP: Final = 8


@dataclass(frozen=True, slots=True)
class Source:
    """What one certificate is made of."""

    verification: Verification
    """Of the bundle, as of its block."""
    item: ItemId
    block: BlockRef
    passport: Passport
    brand: str
    origin: str
    """Of the site, as https://id.maison.example."""
    bundle_name: str
    photos: tuple[Photo, ...]

    @property
    def proof_url(self) -> str:
        """Where the record of today can be read. It names the token, never the label."""
        return f"{self.origin}/proof/{self.item}"


def certificate_content(source: Source, language: Language) -> dict[str, Any]:
    """Lay out everything a certificate prints, as the JSON that `certificate.typ` reads."""
    words, said = words_of(language), WORDS[language].paper
    verification, passport = source.verification, source.passport
    moment = source.block.mined_at.astimezone(UTC)
    return {
        "language": language.value,
        "title": said.title,
        "brand": source.brand,
        "summary": said.summary.format(name=passport.name, brand=source.brand),
        "keywords": [str(source.item), f"0x{source.block.hash.hex()}"],
        "date": _date(moment),
        "tone": "passed" if verification.verdict.level is Level.VERIFIED else "caution",
        "headline": words.answers[answer_of(verification)].headline,
        "as-of": said.as_of.format(block=source.block.number, moment=moment_text(moment, words)),
        "stale": said.stale,
        "url": source.proof_url,
        "url-lines": wrap(source.proof_url, _URL_LINE),
        "name": passport.name,
        "photos": [{"file": photo.file, "alt": photo.alt} for photo in source.photos],
        "description": [line for line in passport.description.split("\n") if line.strip()],
        "facts": _facts(source, words, said),
        "marks": [_mark(mark.text, mark.text_fr, language) for mark in passport.product.marks],
        "steps": _steps(verification, words),
        "checks": [_check(finding, verification, words) for finding in _asked(verification)],
        "block": _block(source, words, said),
        "how": _how(source, said),
        "bundle-name": source.bundle_name,
        "footer": said.footer.format(brand=source.brand),
        "words": _phrases(source, said),
    }


def _date(moment: datetime) -> dict[str, int]:
    names = ("year", "month", "day", "hour", "minute", "second")
    return {name: getattr(moment, name) for name in names}


def _fact(name: str, text: str, *, exact: bool = False) -> dict[str, Any]:
    return {"name": name, "text": text, "exact": exact}


def _facts(source: Source, words: Words, said: CertificateWords) -> list[dict[str, Any]]:
    product = source.passport.product
    facts = [_fact(words.verdict.made_in, country_text(product.country_of_production, words.language))]
    if product.model_number:
        facts.append(_fact(said.model, product.model_number))
    facts.append(_fact(said.article, product.gtin))
    facts.append(_fact(said.materials, ", ".join(material.name for material in product.materials)))
    custody = custody_of(source.verification.evidence)
    if custody is not None:
        facts.append(_fact(said.owner, words.custody[custody]))
    return facts


def _mark(text: str, text_fr: str | None, language: Language) -> str:
    return text_fr if language is Language.FR and text_fr else text


def _steps(verification: Verification, words: Words) -> list[dict[str, str]]:
    return [
        {
            "happened": row.happened or row.recorded,
            "title": row.title,
            "kind": row.kind,
            "place": row.place,
            "recorder": row.recorder,
            "state": "" if row.state is StepState.CONFIRMED else row.state_text,
        }
        for row in present_timeline(verification.evidence, words)
    ]


def _asked(verification: Verification) -> Sequence[Finding]:
    policy = verification.verdict.policy
    return [f for f in verification.verdict.findings if f.code in policy.required | policy.advisory]


def _check(finding: Finding, verification: Verification, words: Words) -> dict[str, Any]:
    return {
        "property": words.checks[finding.code],
        "outcome": words.outcomes[finding.outcome],
        "tone": finding.outcome.value,
        "advisory": finding.code in verification.verdict.policy.advisory,
        "reason": "" if finding.outcome is Outcome.PASSED else finding.reason,
    }


def _block(source: Source, words: Words, said: CertificateWords) -> list[dict[str, Any]]:
    block, item = source.block, source.item
    groups = wrap(block.hash.hex(), _HASH_GROUP)
    return [
        _fact(said.block, str(block.number)),
        _fact(said.mined_at, moment_text(block.mined_at, words)),
        _fact(said.block_hash, "0x " + " ".join(groups), exact=True),
        _fact(said.chain, f"eip155:{item.chain_id}", exact=True),
        _fact(said.contract, str(item.contract), exact=True),
        _fact(said.token, str(item.token_id), exact=True),
    ]


def _how(source: Source, said: CertificateWords) -> list[dict[str, str]]:
    command = f"assay verify --bundle {source.bundle_name} --block 0x{source.block.hash.hex()}"
    steps = (
        (said.how_bundle, source.bundle_name),
        (said.how_hash, ""),
        (said.how_page, f"{source.origin}/portable"),
        (said.how_command, command),
        (said.how_label, ""),
    )
    return [{"text": text, "exact": exact} for text, exact in steps]


def _phrases(source: Source, said: CertificateWords) -> dict[str, str]:
    """Give the words that the layout prints as they are."""
    return {
        "check-now": said.check_now,
        "qr-alt": said.qr_alt.format(url=source.proof_url),
        "compare": said.compare,
        "provenance": said.provenance,
        "happened": said.happened,
        "step": said.step,
        "where": said.where,
        "checks": said.checks,
        "property": said.property,
        "outcome": said.outcome,
        "advisory": said.advisory,
        "read-at": said.read_at,
        "without-us": said.without_us,
        "without-us-lead": said.without_us_lead,
        "attached": said.attached,
    }
