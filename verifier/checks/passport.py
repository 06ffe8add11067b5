"""The passport is the one the batch commits to, and it is a passport of this very item."""

from __future__ import annotations

from provenance_schemas.ids import ItemId
from provenance_schemas.passports import Passport
from verifier.evidence import Evidence, Malformed, Unavailable
from verifier.verdict import Code, Finding, failed, passed, unknown


def check_passport_match(evidence: Evidence) -> Finding:
    """Bytes that do not match their content id never get here: gather gives them up as unavailable."""
    code = Code.PASSPORT_MATCH
    if isinstance(evidence.passport, Unavailable):
        return unknown(code, evidence.passport.why)
    return passed(code, "the passport is the one recorded")


def check_passport_valid(evidence: Evidence) -> Finding:
    """Hold the passport against its schema and against the item."""
    code = Code.PASSPORT_VALID
    passport = evidence.passport
    if isinstance(passport, Unavailable):
        return unknown(code, passport.why)
    if isinstance(passport, Malformed):
        return failed(code, f"the recorded passport is not valid: {passport.why}")
    if not isinstance(evidence.item, ItemId):
        return unknown(code, "there is no item to hold the passport against")
    return _names_item(passport, evidence.item)


def _names_item(passport: Passport, item: ItemId) -> Finding:
    if passport.item != item:
        return failed(Code.PASSPORT_VALID, f"the recorded passport is of another item: {passport.item}")
    return passed(Code.PASSPORT_VALID, "the passport names this very item")
