"""The fixed policies: what each audience needs proved. Source: docs/verdict.md, the policy table."""

from __future__ import annotations

from typing import Final

from verifier.verdict import Code, Policy

_CORE: Final = frozenset(
    {
        Code.LABEL_WELL_FORMED,
        Code.ISSUER_TRUSTED,
        Code.ITEM_RECORDED,
        Code.ITEM_COMMITTED,
        Code.ITEM_UNIQUE,
        Code.PASSPORT_MATCH,
        Code.PASSPORT_VALID,
        Code.HISTORY_COMPLETE,
        Code.STATUS_CLEAR,
        Code.CHAIN_FINAL,
        Code.CHAIN_FRESH,
    }
)
_STEPS: Final = frozenset({Code.HISTORY_ORDERED, Code.HISTORY_AUTHORISED, Code.DOCUMENTS_MATCH, Code.DOCUMENTS_VALID})

PHONE: Final = Policy("PHONE", _CORE, _STEPS | {Code.SCAN_PATTERN_PLAUSIBLE, Code.SALE_RECORDED})
"""A customer's scan on a site that keeps a scan log."""

CLI: Final = Policy("CLI", _CORE, _STEPS | {Code.SALE_RECORDED})
"""Anyone's own check, where there is no scan log."""

TOKEN: Final = Policy("TOKEN", _CORE - {Code.LABEL_WELL_FORMED, Code.ITEM_COMMITTED}, _STEPS | {Code.SALE_RECORDED})
"""An item named by its token: what the record proves, and nothing about any label."""

BUNDLE: Final = Policy("BUNDLE", TOKEN.required - {Code.CHAIN_FRESH}, TOKEN.advisory)
"""An evidence bundle: what the record said at its block, whenever that was. Frozen with `assay/bundle-1`."""

BUNDLE_LABEL: Final = Policy("BUNDLE_LABEL", CLI.required - {Code.CHAIN_FRESH}, CLI.advisory)
"""An evidence bundle and the opening of its label."""

INTAKE: Final = Policy(
    "INTAKE",
    _CORE | _STEPS | {Code.SALE_RECORDED},
    frozenset({Code.SCAN_PATTERN_PLAUSIBLE, Code.POSSESSION_SHOWN}),
)
"""A reseller who takes a piece in."""

AWARD: Final = Policy("AWARD", _CORE | {Code.SALE_RECORDED}, frozenset({Code.SCAN_PATTERN_PLAUSIBLE}))
"""Before points are paid."""

MINT_READBACK: Final = Policy(
    "MINT_READBACK",
    _STEPS
    | {
        Code.ISSUER_TRUSTED,
        Code.ITEM_RECORDED,
        Code.ITEM_UNIQUE,
        Code.PASSPORT_MATCH,
        Code.PASSPORT_VALID,
        Code.HISTORY_COMPLETE,
        Code.CHAIN_FINAL,
    },
    frozenset(),
)
"""The brand's own check, as a stranger, of what it just wrote."""

POLICIES: Final = {
    policy.name: policy for policy in (PHONE, CLI, TOKEN, BUNDLE, BUNDLE_LABEL, INTAKE, AWARD, MINT_READBACK)
}
