"""The contract that answers is the one the trust file pins, and the registration is not disputed."""

from __future__ import annotations

from verifier.evidence import Absent, Candidate, Evidence, Unavailable
from verifier.verdict import Code, Finding, failed, passed, unknown

_CODE = Code.ISSUER_TRUSTED


def check_issuer_trusted(evidence: Evidence) -> Finding:
    """Compare the code hash, then look for a dispute of whoever registered the item."""
    brand, code_hash = evidence.brand, evidence.code_hash
    if isinstance(brand, Absent):
        return unknown(_CODE, "no brand to hold the registry against")
    if isinstance(brand, Unavailable):
        return unknown(_CODE, brand.why)
    if isinstance(code_hash, Unavailable):
        return unknown(_CODE, code_hash.why)
    if isinstance(code_hash, Absent):
        return failed(_CODE, f"there is no contract at {brand.registry.contract}")
    if code_hash != brand.registry.code_hash:
        return failed(_CODE, "the contract's code is not the code the trust file pins")
    return _registration(evidence, f"the registry is {brand.name}'s own")


def _registration(evidence: Evidence, good: str) -> Finding:
    if not isinstance(evidence.candidates, tuple):
        return unknown(_CODE, evidence.candidates.why)
    candidate = next((c for c in evidence.candidates if c.item == evidence.item), None)
    if candidate is None:
        return passed(_CODE, good)
    disputed = is_disputed(evidence, candidate)
    if disputed is None:
        return unknown(_CODE, "whether the registration is disputed could not be read")
    if disputed:
        return failed(_CODE, "the registration was made with a key that the brand disputes")
    return passed(_CODE, good)


def is_disputed(evidence: Evidence, candidate: Candidate) -> bool | None:
    """Say whether a registration came from a disputed key; None when it could not be read."""
    if isinstance(evidence.actors, Unavailable):
        return None
    word = evidence.actors.get(candidate.registrar)
    if word is None:
        return None
    return 0 < word.disputed_since <= candidate.registered_at
