"""Draw the verdict. Pure: the same evidence gives the same verdict for ever."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from verifier.checks.documents import check_documents_match, check_documents_valid
from verifier.checks.freshness import check_chain_final, check_chain_fresh
from verifier.checks.history import (
    check_history_authorised,
    check_history_complete,
    check_history_ordered,
)
from verifier.checks.issuer import check_issuer_trusted
from verifier.checks.item import check_item_committed, check_item_recorded, check_item_unique
from verifier.checks.label import check_label_well_formed
from verifier.checks.passport import check_passport_match, check_passport_valid
from verifier.checks.scans import check_possession_shown, check_scan_pattern_plausible
from verifier.checks.status import check_sale_recorded, check_status_clear
from verifier.evidence import Evidence
from verifier.verdict import Finding, Policy, Verdict

CHECKS: Final[tuple[Callable[[Evidence], Finding], ...]] = (
    check_label_well_formed,
    check_issuer_trusted,
    check_item_recorded,
    check_item_committed,
    check_item_unique,
    check_passport_match,
    check_passport_valid,
    check_history_complete,
    check_history_ordered,
    check_history_authorised,
    check_documents_match,
    check_documents_valid,
    check_status_clear,
    check_chain_final,
    check_chain_fresh,
    check_scan_pattern_plausible,
    check_sale_recorded,
    check_possession_shown,
)
"""In the order a person reads them. A new property is one file and one line here."""


def judge(evidence: Evidence, policy: Policy) -> Verdict:
    """Run every check, always all of them: a report that stops early hides the second fault."""
    return Verdict(policy, tuple(check(evidence) for check in CHECKS))
