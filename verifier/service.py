"""The verifier as one object: a label or a token in, evidence and verdict out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from provenance_schemas.errors import LabelError
from provenance_schemas.ids import ItemId
from provenance_schemas.labels import Label, parse_label
from verifier.errors import UnavailableError
from verifier.evidence import Absent, Evidence, Malformed, Shown, Unavailable, evidence_without_registry
from verifier.gather import RegistryAccess, gather_evidence
from verifier.judge import judge
from verifier.ports import ScanLog
from verifier.trust import Brand, TrustRegistry
from verifier.verdict import Policy, Verdict


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Verification:
    """One answer, with everything it was drawn from."""

    evidence: Evidence
    verdict: Verdict


class Verifier:
    """Verify items of every brand in one trust file.

    `open_registry` gives access to a brand's registry; it may raise UnavailableError when no node is named.
    It is called once a brand, and again only after it failed. Without a `scan_log` nobody says how a label is used.
    """

    def __init__(
        self,
        trust: TrustRegistry,
        open_registry: Callable[[Brand], RegistryAccess],
        *,
        now: Callable[[], datetime] = _now,
        scan_log: ScanLog | None = None,
    ) -> None:
        self.trust = trust
        self._open_registry = open_registry
        self._now = now
        self._scan_log = scan_log
        self._open: dict[Brand, RegistryAccess] = {}

    def verify_label(
        self,
        text: str,
        policy: Policy,
        *,
        possession: Shown = Absent(),  # noqa: B008 - frozen
    ) -> Verification:
        """Verify the item that a label's text names; `possession` is what was shown beside the label."""
        try:
            label = parse_label(text)
        except LabelError as error:
            evidence = evidence_without_registry(Malformed(str(error)), self._now(), Absent())
            return Verification(evidence, judge(evidence, policy))
        expired = self.trust.expiry(self._now())
        brands = self.trust.brands_of(label.host)
        if expired or not brands:
            evidence = evidence_without_registry(label, self._now(), Unavailable(expired) if expired else Absent())
            return Verification(evidence, judge(evidence, policy))
        return self._verify_newest(label, brands, policy, possession)

    def _verify_newest(self, label: Label, brands: Sequence[Brand], policy: Policy, possession: Shown) -> Verification:
        """Look in the newest registry; in one it succeeded only where it proves that it holds no such piece."""
        for brand in brands:
            found = self._verify(label, brand, policy, possession)
            if not isinstance(found.evidence.item, Absent):
                break
        return found

    def verify_item(self, item: ItemId, policy: Policy) -> Verification:
        """Verify an item named by its token."""
        expired = self.trust.expiry(self._now())
        brand = self.trust.brand_by_contract(item.chain_id, item.contract)
        if expired or brand is None:
            evidence = evidence_without_registry(Absent(), self._now(), Unavailable(expired) if expired else Absent())
            return Verification(evidence, judge(evidence, policy))
        return self._verify(item, brand, policy, Absent())

    def _verify(self, subject: Label | ItemId, brand: Brand, policy: Policy, possession: Shown) -> Verification:
        try:
            access = self.access(brand)
        except UnavailableError as error:
            label = subject if isinstance(subject, Label) else Absent()
            evidence = evidence_without_registry(label, self._now(), Unavailable(str(error)))
        else:
            evidence = gather_evidence(subject, access, self._now(), scan_log=self._scan_log, possession=possession)
        return Verification(evidence, judge(evidence, policy))

    def access(self, brand: Brand) -> RegistryAccess:
        """Open a brand's registry, once."""
        access = self._open.get(brand)
        if access is None:
            access = self._open[brand] = self._open_registry(brand)
        return access
