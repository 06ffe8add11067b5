"""The contract that answers is the one the trust file pins; the registration is in its time, and not disputed."""

from __future__ import annotations

from datetime import UTC, datetime

from provenance_schemas.ids import Address, BlockRef, ItemId
from verifier.evidence import Absent, Evidence, History, Unavailable
from verifier.trust import Brand
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
    if isinstance(evidence.final, BlockRef) and evidence.final.number < brand.registry.deployed_block:
        return unknown(_CODE, "the block read is older than the registry")
    if isinstance(code_hash, Absent):
        return failed(_CODE, f"there is no contract at {brand.registry.contract}")
    if code_hash != brand.registry.code_hash:
        return failed(_CODE, "the contract's code is not the code the trust file pins")
    return _registration(evidence, f"the registry is {brand.name}'s own")


def _registration(evidence: Evidence, good: str) -> Finding:
    if not isinstance(evidence.item, ItemId):
        return passed(_CODE, good)  # nothing is recorded, so nobody recorded it
    signed = _registered_by(evidence)
    if signed is None:
        return unknown(_CODE, "who registered the item could not be read")
    if isinstance(evidence.brand, Brand) and (outside := _outside(evidence.brand, signed[1])):
        return failed(_CODE, outside)
    disputed = is_disputed(evidence, *signed)
    if disputed is None:
        return unknown(_CODE, "whether the registration is disputed could not be read")
    if disputed:
        return failed(_CODE, "the registration was made with a key that the brand disputes")
    return passed(_CODE, good)


def _outside(brand: Brand, registered_s: int) -> str | None:
    """Say that the block's time of a registration is outside what the brand answers for; both are proved."""
    registered_at = datetime.fromtimestamp(registered_s, UTC)
    if brand.valid_until is not None and registered_at >= brand.valid_until:
        return f"registered on {registered_at:%Y-%m-%d}, after {brand.name} gave this registry up"
    if brand.valid_from is not None and registered_at < brand.valid_from:
        return f"registered on {registered_at:%Y-%m-%d}, before {brand.name} answered for this registry"
    return None


def _registered_by(evidence: Evidence) -> tuple[Address, int] | None:
    """Give the registrar and the time, from the history where there is one: commitment files may name no label."""
    if isinstance(evidence.history, History):
        first = evidence.history.final[0].meta
        return first.actor, first.time_s
    if isinstance(evidence.candidates, tuple):
        own = next((c for c in evidence.candidates if c.item == evidence.item), None)
        return (own.registrar, own.registered_at) if own else None
    return None


def is_disputed(evidence: Evidence, actor: Address, at_s: int) -> bool | None:
    """Say whether what `actor` wrote at a block's time is disputed; None when it could not be read."""
    if isinstance(evidence.actors, Unavailable):
        return None
    word = evidence.actors.get(actor)
    return None if word is None else word.disputes(at_s)
