"""How the label is being used. Needs a scan log or its holder; without one it stays unknown."""

from __future__ import annotations

from verifier.evidence import Evidence
from verifier.verdict import Code, Finding, unknown


def check_scan_pattern_plausible(evidence: Evidence) -> Finding:
    """No scan log is part of this evidence."""
    del evidence
    return unknown(Code.SCAN_PATTERN_PLAUSIBLE, "no scan log was consulted")


def check_possession_shown(evidence: Evidence) -> Finding:
    """No proof of possession is part of this evidence."""
    del evidence
    return unknown(Code.POSSESSION_SHOWN, "nothing was shown that only the holder has")
