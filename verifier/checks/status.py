"""The item is not stolen, lost, revoked, recalled or retired; and it was sold."""

from __future__ import annotations

from provenance_schemas.step_kinds import NO_LONGER_CLEAR, Status
from verifier.checks.freshness import is_fresh
from verifier.evidence import Absent, Evidence, Unavailable
from verifier.verdict import Code, Finding, failed, passed, unknown

_WORDS = {
    Status.STOLEN: "reported stolen",
    Status.LOST: "reported lost",
    Status.REVOKED: "revoked by the maker",
    Status.RECALLED: "recalled by the maker",
    Status.RETIRED: "retired by the maker",
}


def status_bits(evidence: Evidence) -> int:
    """Give every status bit known to be set: a negative fact of the latest block counts at once."""
    if isinstance(evidence.registered, (Absent, Unavailable)):
        return 0
    bits = evidence.registered.final.status
    latest = evidence.registered.latest
    if not isinstance(latest, Unavailable):
        # A report withdrawn in a block that is not final yet still stands, so both are counted.
        bits |= latest.status
    return bits


def check_status_clear(evidence: Evidence) -> Finding:
    """A bit set at either block fails; clear needs both blocks read."""
    code = Code.STATUS_CLEAR
    registered = evidence.registered
    if isinstance(registered, Unavailable):
        return unknown(code, registered.why)
    if isinstance(registered, Absent):
        return unknown(code, "there is no item to have a status")
    bits = status_bits(evidence) & NO_LONGER_CLEAR
    if bits:
        return failed(code, "the item is " + " and ".join(_WORDS[bit] for bit in _WORDS if bit & bits))
    if isinstance(registered.latest, Unavailable):
        return unknown(code, registered.latest.why)
    return passed(code, "not reported stolen or lost, not revoked, recalled or retired")


def check_sale_recorded(evidence: Evidence) -> Finding:
    """Look for the sale in the final words: an unsold piece belongs in the maker's stock."""
    code = Code.SALE_RECORDED
    registered = evidence.registered
    if isinstance(registered, Unavailable):
        return unknown(code, registered.why)
    if isinstance(registered, Absent):
        return unknown(code, "there is no item that could have been sold")
    if registered.final.status & Status.SOLD:
        return passed(code, "the maker recorded the sale")
    if isinstance(registered.latest, Unavailable) or not is_fresh(evidence):
        return unknown(code, "no sale found, but the node's blocks are not recent enough to be sure")
    if registered.latest.status & Status.SOLD:
        return unknown(code, "the sale is recorded in a block that is not final yet")
    return failed(code, "the maker has not recorded a sale: this piece should still be in stock")
