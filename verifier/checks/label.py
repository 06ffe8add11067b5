"""The label is in our grammar and speaks for a brand we know."""

from __future__ import annotations

from typing import assert_never

from provenance_schemas.labels import Label
from verifier.evidence import Absent, Evidence, Malformed, Unavailable
from verifier.trust import Brand
from verifier.verdict import Code, Finding, failed, passed, unknown

_CODE = Code.LABEL_WELL_FORMED


def check_label_well_formed(evidence: Evidence) -> Finding:
    """Hold the text against the grammar, its host against the trust file."""
    label, brand = evidence.label, evidence.brand
    match label:
        case Malformed(why):
            return failed(_CODE, f"the label is not in the maker's form: {why}")
        case Absent():
            return unknown(_CODE, "the item was named by its token, no label was read")
        case Label():
            pass
        case other:
            assert_never(other)
    if isinstance(brand, Absent):
        return failed(_CODE, f"{label.host} is not the address of a brand in the trust file")
    if isinstance(brand, Unavailable):
        return unknown(_CODE, brand.why)
    if not _gtin_is_ours(brand, label):
        return failed(_CODE, f"GTIN {label.gtin} is not one of {brand.name}'s")
    return passed(_CODE, "the label is in the maker's form")


def _gtin_is_ours(brand: Brand, label: Label) -> bool:
    return brand.owns_gtin(label.gtin)
