"""The words come from a final block of a chain that is still moving."""

from __future__ import annotations

from provenance_schemas.ids import BlockRef
from verifier.evidence import Absent, Evidence, Unavailable
from verifier.limits import CHAIN_FINAL_LAG_MAX_S, CHAIN_FRESH_MAX_S, CHAIN_FRESH_MIN_S
from verifier.trust import Brand
from verifier.verdict import Code, Finding, Outcome, passed, unknown


def check_chain_final(evidence: Evidence) -> Finding:
    """Words were read, and at a final block."""
    code = Code.CHAIN_FINAL
    if isinstance(evidence.final, Unavailable):
        return unknown(code, evidence.final.why)
    if isinstance(evidence.registered, Unavailable):
        return unknown(code, evidence.registered.why)
    if isinstance(evidence.registered, Absent):
        return passed(code, f"absence was proved at final block {evidence.final.number}")
    if isinstance(evidence.latest, Unavailable):
        return unknown(code, evidence.latest.why)
    lag_s = (evidence.latest.mined_at - evidence.final.mined_at).total_seconds()
    if lag_s > CHAIN_FINAL_LAG_MAX_S:
        # The node names the final block; an old one of its choice would hide a replaced label or a new owner.
        return unknown(code, f"the node's final block is {lag_s:.0f} s behind its latest")
    return passed(code, f"read at final block {evidence.final.number}")


def check_chain_fresh(evidence: Evidence) -> Finding:
    """Compare the latest block's time with ours: a stale node and a clock from the future prove nothing."""
    code = Code.CHAIN_FRESH
    latest = evidence.latest
    if isinstance(latest, Unavailable):
        return unknown(code, latest.why)
    age_s = head_age_s(evidence, latest)
    brand = evidence.brand
    age_max_s = brand.registry.fresh_max_s if isinstance(brand, Brand) else CHAIN_FRESH_MAX_S
    if age_s < CHAIN_FRESH_MIN_S:
        return unknown(code, f"the node's latest block is {-age_s:.0f} s ahead of this clock")
    if age_s > age_max_s:
        return unknown(code, f"the node's latest block is {age_s:.0f} s old")
    return passed(code, f"the latest block is {max(age_s, 0):.0f} s old")


def head_age_s(evidence: Evidence, latest: BlockRef) -> float:
    """Age of the latest block in seconds; negative when it is ahead of our clock."""
    return (evidence.checked_at - latest.mined_at).total_seconds()


def is_fresh(evidence: Evidence) -> bool:
    """Say whether the chain is proved to be moving: without it, no absence counts."""
    return check_chain_fresh(evidence).outcome is Outcome.PASSED
