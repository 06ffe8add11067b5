"""Make an evidence bundle: verify a piece at the final block, keep what was read, and open it again as a stranger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from provenance_schemas.content_id import DAG_PB, ContentId
from provenance_schemas.ids import Address, BlockRef, ItemId, address_bytes
from verifier.adapters.bundle_parts import bundle_slots, state_of
from verifier.bundle import TrustRoot, checks_bytes, draw_checks, makers_brand, verify_bundle
from verifier.bundle_blocks import needed_blocks, write_blocks
from verifier.bundle_form import Bundle, open_bundle, write_bundle
from verifier.bundle_ports import ProofSource
from verifier.bundle_records import writers
from verifier.bundle_words import prove_slots, read_header
from verifier.content import checked_block
from verifier.errors import BundleError, ChainUnavailableError, NoSuchPieceError
from verifier.evidence import Evidence, History, Registered, Unavailable
from verifier.gather import RegistryAccess, gather_evidence
from verifier.issuance import Issuance, fold_issuance
from verifier.judge import judge
from verifier.limits import ISSUANCES_MAX
from verifier.policies import BUNDLE
from verifier.ports import ChainReader, RegistryState, Tips
from verifier.service import Verification
from verifier.trust import TrustRegistry


def make_bundle(item: ItemId, access: RegistryAccess, proofs: ProofSource, *, at: BlockRef | None = None) -> bytes:
    """Make the bundle of one piece at the chain's final block, or at an earlier one: that of a signed checkpoint.

    1. Verify the piece at that block alone: what came later belongs in no bundle of it.
    2. Find the whole issuance lane, and prove every word under the block's header.
    3. Walk the blocks that a verification reads.
    4. Open the result and verify it, with nothing but the block's hash and the brand.

    Raises UnavailableError when the world does not answer, and BundleError when the piece cannot be verified now, the
    registry does not hold it, or the bundle would be over its size. Nothing was kept then.
    """
    final = access.chain.tips().final
    block = at or final
    if block.number > final.number:
        raise BundleError(f"block {block.number} is not final yet")
    chain = _OneBlock(access.chain, block)
    bare = replace(access, chain=chain, brand=makers_brand(access.brand.registry))
    evidence = gather_evidence(item, bare, block.mined_at)
    if not isinstance(evidence.registered, Registered | Unavailable):
        raise NoSuchPieceError(f"the registry holds no such piece at block {block.number}")
    checks_bytes(Verification(evidence, judge(evidence, BUNDLE)))  # says why, where there is nothing to be proved
    if not isinstance(evidence.history, History):
        raise BundleError(f"the history could not be read: {evidence.history.why}")
    issuances = _issuances(access, chain.read([], [], block).issuance, block)
    entries = evidence.history.final
    actors = writers(entries, issuances)
    slots = bundle_slots(item, actors)
    raw = proofs.prove(slots, block)
    state_root = read_header(raw.header).state_root
    proved = prove_slots(state_root, address_bytes(item.contract), slots, raw.nodes)
    state = state_of(proved.code_hash, proved.values, item, actors)
    car = _blocks(item, state, evidence, issuances, access)
    registry = access.brand.registry
    bundle = Bundle(item, registry, block, raw.header, state_root, proved.nodes, entries, issuances, car, b"")
    # From the bundle's own evidence: it leaves out what disputed keys issued, which a live answer may have seen.
    data = write_bundle(replace(bundle, checks=draw_checks(bundle)))
    _verify_again(data, access, block)
    return data


class _OneBlock:
    """A ChainReader that knows of nothing newer than one block."""

    def __init__(self, chain: ChainReader, block: BlockRef) -> None:
        self._chain = chain
        self._block = block

    def tips(self) -> Tips:
        return Tips(self._block, self._block)

    def read(self, items: Sequence[ItemId], actors: Sequence[Address], at: BlockRef) -> RegistryState:
        return self._chain.read(items, actors, at)


def _issuances(access: RegistryAccess, word: int, block: BlockRef) -> tuple[Issuance, ...]:
    """Give the whole lane, from the first source that replays to the word on chain."""
    registry = access.brand.registry
    why = "no source of events"
    for source in access.histories:
        try:
            found = source.issuances(
                from_block=registry.deployed_block, until_block=block.number, count_max=ISSUANCES_MAX
            )
        except ChainUnavailableError as error:
            why = str(error)
            continue
        replayed = 0
        for issuance in found:
            replayed = fold_issuance(replayed, issuance, registry.chain_id, registry.contract)
        if replayed == word:
            return found
        why = "the registrations found do not replay to the word on chain"
    raise ChainUnavailableError(why)


def _blocks(
    item: ItemId,
    state: RegistryState,
    evidence: Evidence,
    issuances: tuple[Issuance, ...],
    access: RegistryAccess,
) -> bytes:
    words = state.items[item.token_id]
    if words is None or not isinstance(evidence.history, History):
        raise BundleError("the registry does not hold this piece at that block")
    root = ContentId(DAG_PB, words.passports)
    blocks = needed_blocks(
        item, root, evidence.history.final, issuances, state.actors, lambda cid: checked_block(access.content, cid)
    )
    return write_blocks(root, blocks)


def _verify_again(data: bytes, access: RegistryAccess, block: BlockRef) -> None:
    """Verify as a stranger would."""
    trust = TrustRegistry((access.brand,))
    verify_bundle(open_bundle(data), trust, TrustRoot(block.hash, "the node"), now=block.mined_at)
