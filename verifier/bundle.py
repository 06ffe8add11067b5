"""Verify an evidence bundle: the very gather and judge of a live verification, on what the bundle holds.

A bundle says what the record was at one block. It is worth what its block's hash is worth, so that hash must come from
elsewhere: from the user, a signed checkpoint, or several nodes. Source: docs/bundle.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from provenance_schemas.canonical import canonical_bytes
from provenance_schemas.content_id import DAG_PB, ContentId
from provenance_schemas.ids import BlockRef, address_bytes
from provenance_schemas.labels import Label
from verifier.adapters.bundle_parts import BundleChain, BundleContent, BundleHistory, bundle_slots, state_of
from verifier.answers import answer_of
from verifier.bundle_blocks import needed_blocks, read_blocks, write_blocks
from verifier.bundle_form import Bundle
from verifier.bundle_words import prove_slots
from verifier.checks.freshness import check_chain_fresh
from verifier.documents import DocumentReader
from verifier.errors import BundleError, ContentUnavailableError
from verifier.evidence import Absent, Evidence, Unavailable, evidence_without_registry
from verifier.gather import RegistryAccess, gather_evidence
from verifier.history import ItemWords, ReplayError, number_entries, replay
from verifier.issuance import fold_issuance
from verifier.judge import judge
from verifier.label_map import LabelMap
from verifier.label_opening import LabelOpening
from verifier.policies import BUNDLE, BUNDLE_LABEL
from verifier.ports import RegistryState
from verifier.service import Verification
from verifier.trust import Brand, Registry, TrustRegistry
from verifier.verdict import Code, Finding, Level, Outcome, Policy, Verdict, unknown

CHECKS_TYPE: Final = "assay/bundle-checks-1"
NO_ROOT: Final = "the block's hash is known only from the bundle: name one with a checkpoint, a node, or by hand"
_NO_HOST: Final = "label.invalid"
"""Stands for the host of a label whose brand we do not know. RFC 6761 keeps it free."""


@dataclass(frozen=True, slots=True)
class TrustRoot:
    """A block's hash that came from elsewhere than the bundle."""

    block_hash: bytes
    named_by: str
    """Who named it, in words: "you", "the checkpoint of ...", "2 of 3 nodes"."""


def verify_bundle(
    bundle: Bundle,
    trust: TrustRegistry | None,
    root: TrustRoot | None,
    *,
    opening: LabelOpening | None = None,
    now: datetime | None = None,
) -> Verification:
    """Prove everything a bundle says and judge it, as of its block.

    1. Hold the header's hash against the trust root.
    2. Prove words, history, issuances and blocks; draw the checks anew.
    3. Put the verifier's own trust entry in the place of the maker's, and the label where one was opened.
    4. Judge as of the block; only the age of the block is measured by our clock.

    Without `trust` or `root` the facts are shown, nothing of them is proved, and the answer is UNDETERMINED. Raises
    BundleError when anything in the bundle does not hold, and ValueError when the opening is of another piece.
    """
    now = now or datetime.now(UTC)
    if opening is not None and opening.item != bundle.item:
        raise ValueError(f"the label opening is of {opening.item}, the bundle of {bundle.item}")
    policy = BUNDLE if opening is None else BUNDLE_LABEL
    if root is not None and root.block_hash != bundle.block.hash:
        why = f"the bundle is of block 0x{bundle.block.hash.hex()}, {root.named_by} named 0x{root.block_hash.hex()}"
        return _nothing_read(policy, now, Unavailable(why))
    access = _access(bundle)
    evidence = _believed(bundle, access)
    brand = _own_brand(bundle, trust, now)
    if opening is not None:
        evidence = _opened(evidence, opening, brand, bundle, access)
    evidence = replace(evidence, brand=brand)
    if isinstance(brand, Brand) and brand.registry.code_hash != bundle.registry.code_hash:
        evidence = _without_words(evidence, brand)
    if root is None:
        evidence = replace(evidence, final=Unavailable(NO_ROOT))
    return _as_of_block(evidence, policy, bundle, now)


def _is_grounded(evidence: Evidence) -> bool:
    """Say whether anything is proved: by a block and a contract that did not come with the bundle alone."""
    return isinstance(evidence.final, BlockRef) and isinstance(evidence.brand, Brand)


def refused_bundle(error: BundleError, *, label: bool = False, now: datetime | None = None) -> Verification:
    """Give the answer to a bundle that does not hold: nothing is known, nothing is said of the item."""
    policy = BUNDLE_LABEL if label else BUNDLE
    return _nothing_read(policy, now or datetime.now(UTC), Unavailable(f"the bundle is refused: {error}"))


def read_evidence(bundle: Bundle) -> Evidence:
    """Gather from the bundle alone, under its own trust entry and as if its block were trusted.

    Raises BundleError unless every part is proved, every part is needed, and the checks are what the evidence says.
    """
    return _believed(bundle, _access(bundle))


def _believed(bundle: Bundle, access: RegistryAccess) -> Evidence:
    evidence = gather_evidence(bundle.item, access, bundle.block.mined_at)
    if _checks_of(evidence) != bundle.checks:
        raise BundleError("checks.json: the checks are not what the evidence says")
    return evidence


def draw_checks(bundle: Bundle) -> bytes:
    """Write the `checks.json` that belongs to the rest of a bundle. Raises BundleError as `read_evidence` does."""
    return _checks_of(gather_evidence(bundle.item, _access(bundle), bundle.block.mined_at))


def _checks_of(evidence: Evidence) -> bytes:
    return checks_bytes(Verification(evidence, judge(evidence, BUNDLE)))


def checks_bytes(verification: Verification) -> bytes:
    """Write `checks.json`. Raises BundleError where a required check could not be made: that proves nothing."""
    verdict = verification.verdict
    if verdict.level is Level.UNDETERMINED:
        lacking = (f for f in verdict.findings if f.code in verdict.policy.required and f.outcome is Outcome.UNKNOWN)
        reasons = "; ".join(f"{finding.code.value}: {finding.reason}" for finding in lacking)
        raise BundleError(f"its evidence is not complete ({reasons})")
    asked = verdict.policy.required | verdict.policy.advisory
    return canonical_bytes(
        {
            "type": CHECKS_TYPE,
            "policy": verdict.policy.name,
            "level": verdict.level.value,
            "answer": answer_of(verification).value,
            "findings": {code.value: verdict.outcome(code).value for code in asked},
        }
    )


# ---- what a bundle proves


def _access(bundle: Bundle) -> RegistryAccess:
    """Open a bundle as a registry: its words proved, its lanes replayed, its blocks the ones that are needed.

    Cheap proofs come first, so that a changed bundle costs less than a genuine one.
    """
    blocks = read_blocks(bundle.car)
    state = prove_words(bundle)
    words = state.items[bundle.item.token_id]
    if words is None:
        raise BundleError("the registry does not hold this piece at the bundle's block")
    _check_lanes(bundle, words, state.issuance)
    _check_blocks(bundle, words, state, blocks)
    content = BundleContent(blocks)
    registry = bundle.registry
    labels = LabelMap(registry.chain_id, registry.contract, registry.deployed_block, content, at_hand=True)
    history = BundleHistory(bundle.item, bundle.entries, bundle.issuances)
    chain = BundleChain(bundle.block, state)
    return RegistryAccess(
        makers_brand(registry), chain, (history,), content, labels, DocumentReader(content, at_hand=True)
    )


def makers_brand(registry: Registry) -> Brand:
    """Give the entry that a bundle is drawn under: a contract, and nothing that only a trust file can say."""
    return Brand("the maker", (), (), registry)


def prove_words(bundle: Bundle) -> RegistryState:
    """Prove every word of a bundle under its own header. Raises BundleError."""
    item, actors = bundle.item, bundle.actors
    slots = bundle_slots(item, actors)
    proved = prove_slots(bundle.state_root, address_bytes(item.contract), slots, bundle.nodes)
    if proved.nodes != bundle.nodes:
        raise BundleError("nodes.bin holds nodes that nothing needs, or in another order")
    if proved.code_hash != bundle.registry.code_hash:
        raise BundleError("trust.json names another code than the one that is proved")
    return state_of(proved.code_hash, proved.values, item, actors)


def _check_lanes(bundle: Bundle, words: ItemWords, issuance_word: int) -> None:
    """Refuse a history or an issuance lane that does not end at its word."""
    try:
        replay(bundle.item, words, number_entries(bundle.entries))
    except ReplayError as error:
        raise BundleError(f"entries.bin: {error}") from error
    word = 0
    for issuance in bundle.issuances:
        word = fold_issuance(word, issuance, bundle.item.chain_id, bundle.item.contract)
    if word != issuance_word:
        raise BundleError("issuances.bin: the registrations do not replay to the word on chain")


def _check_blocks(bundle: Bundle, words: ItemWords, state: RegistryState, blocks: Mapping[ContentId, bytes]) -> None:
    """Refuse a block that nothing needs, and any other order than that of the walk."""

    def get(cid: ContentId) -> bytes:
        if cid not in blocks:
            raise ContentUnavailableError(f"the bundle does not hold {cid}")
        return blocks[cid]

    root = ContentId(DAG_PB, words.passports)
    entries = number_entries(bundle.entries)
    needed = needed_blocks(bundle.item, root, entries, bundle.issuances, state.actors, get)
    if write_blocks(root, needed) != bundle.car:
        raise BundleError("blocks.car holds blocks that nothing needs, or in another order")


# ---- whom the verifier trusts


def _own_brand(bundle: Bundle, trust: TrustRegistry | None, now: datetime) -> Brand | Unavailable:
    registry = bundle.registry
    place = f"contract {registry.contract} on chain {registry.chain_id}, code 0x{registry.code_hash.hex()}"
    if trust is None:
        return Unavailable(f"no trust file to hold the maker against: compare {place} with what the maker publishes")
    if expired := trust.expiry(now):
        return Unavailable(expired)
    own = trust.brand_by_contract(registry.chain_id, registry.contract)
    if own is None:
        return Unavailable(f"no brand in your trust file has {place}")
    ours, theirs = own.registry, registry
    deployed = (ours.deployed_block, ours.deployed_block_hash) == (theirs.deployed_block, theirs.deployed_block_hash)
    if ours.code_hash == theirs.code_hash and not deployed:
        return Unavailable("the bundle names another deployment of the contract than your trust file")
    return own


def _opened(
    evidence: Evidence, opening: LabelOpening, brand: Brand | Unavailable, bundle: Bundle, access: RegistryAccess
) -> Evidence:
    """Put a label beside the piece. What its serial commits to is looked for in place of the passport's commitment."""
    label = Label(brand.hosts[0] if isinstance(brand, Brand) else _NO_HOST, opening.gtin, opening.serial)
    found = gather_evidence(label, access, bundle.block.mined_at)
    actors = access.chain.read([], bundle.actors, bundle.block).actors
    return replace(evidence, label=label, candidates=found.candidates, actors=actors)


# ---- the answer


def _as_of_block(evidence: Evidence, policy: Policy, bundle: Bundle, now: datetime) -> Verification:
    """Judge as of the block: the same bundle gives the same answer for ever. Its age is said beside, not judged."""
    verdict = judge(replace(evidence, checked_at=bundle.block.mined_at), policy)
    today = replace(evidence, checked_at=now)
    fresh = check_chain_fresh(today)
    findings = (fresh if f.code is Code.CHAIN_FRESH else f for f in verdict.findings)
    if not _is_grounded(evidence):
        # Whoever can invent a chain can invent a theft on it: a bundle alone rejects nothing.
        findings = (_doubted(finding) for finding in findings)
    return Verification(today, Verdict(policy, tuple(findings)))


def _doubted(finding: Finding) -> Finding:
    if finding.outcome is not Outcome.FAILED:
        return finding
    return unknown(finding.code, f"only the bundle says so: {finding.reason}")


def _nothing_read(policy: Policy, now: datetime, why: Unavailable) -> Verification:
    evidence = evidence_without_registry(Absent(), now, why)
    return Verification(evidence, judge(evidence, policy))


def _without_words(evidence: Evidence, brand: Brand) -> Evidence:
    """Keep the contract's code and nothing else: words of a contract we do not know mean nothing."""
    gap = Unavailable("the contract is not the one we trust")
    bare = evidence_without_registry(evidence.label, evidence.checked_at, gap)
    return replace(bare, brand=brand, code_hash=evidence.code_hash, final=evidence.final, latest=evidence.latest)
