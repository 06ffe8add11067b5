"""An evidence bundle: what it proves, with which roots, and that nothing in it can be changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from provenance_schemas.leaks import refuse_label_leak
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.bundle_mutations import BLIND, STRUCTURED, Draft, is_accepted, mutations
from tests.fakes.bundles import BundleMaker, root_of
from tests.fakes.documents import GTIN
from tests.fakes.registry import REGISTRAR, some_address
from tests.fakes.world import CLAIM_KEY, some_serial, some_world
from verifier.answers import Answer, answer_of
from verifier.bundle import TrustRoot, refused_bundle, verify_bundle
from verifier.bundle_archive import MEMBERS, read_archive, write_archive
from verifier.bundle_form import open_bundle, write_bundle
from verifier.errors import BundleError
from verifier.label_opening import LabelOpening
from verifier.trust import TrustRegistry
from verifier.verdict import Code, Level, Outcome

UNKNOWN, FAILED, PASSED = Outcome.UNKNOWN, Outcome.FAILED, Outcome.PASSED


@pytest.fixture(scope="module")
def maker():
    return BundleMaker(some_world())


@pytest.fixture(scope="module")
def genuine(maker):
    return maker.make(maker.world.bag)


def verified(maker, data, **changes):
    bundle = open_bundle(data)
    given = {"trust": maker.world.trust, "root": root_of(data)} | changes
    return verify_bundle(bundle, given.pop("trust"), given.pop("root"), **given)


def opening_of(world, item, serial=None):
    return LabelOpening(item, GTIN, serial or world.serials[item.token_id])


# ---- what it proves


def test_a_bundle_with_a_trust_root_and_a_trust_file_is_verified(maker, genuine):
    """The same answer as a live verification of the same piece gives, without asking anybody."""
    found = verified(maker, genuine)

    assert found.verdict.level is Level.VERIFIED
    assert found.verdict.policy.name == "BUNDLE"
    assert found.evidence.item == maker.world.bag


def test_a_bundle_verifies_whatever_its_age(maker, genuine):
    """It is as of its block: years later it says the same, and only the age of the chain is unknown."""
    found = verified(maker, genuine, now=datetime(2046, 1, 1, tzinfo=UTC))

    assert found.verdict.level is Level.VERIFIED
    assert found.verdict.outcome(Code.CHAIN_FRESH) is UNKNOWN
    assert found.evidence.checked_at == datetime(2046, 1, 1, tzinfo=UTC)


def test_two_makers_make_the_very_same_bundle(maker, genuine):
    """A bundle is a function of the facts: there is nothing in it to choose."""
    assert maker.make(maker.world.bag) == genuine
    assert write_bundle(open_bundle(genuine)) == genuine


def test_a_bundle_alone_proves_nothing(maker, genuine):
    """A made-up chain looks the same, so the block's hash must come from elsewhere."""
    verdict = verified(maker, genuine, root=None).verdict

    assert verdict.level is Level.UNDETERMINED
    assert {c for c in verdict.policy.required if verdict.outcome(c) is not PASSED} == {Code.CHAIN_FINAL}


def test_without_a_trust_file_the_contract_to_compare_is_named(maker, genuine):
    """The trust entry in the bundle is what its maker trusted: no reason for anybody else to."""
    verdict = verified(maker, genuine, trust=None).verdict

    assert verdict.level is Level.UNDETERMINED
    reason = next(f.reason for f in verdict.findings if f.code is Code.ISSUER_TRUSTED)
    assert maker.world.bag.contract in reason
    assert maker.world.brand.registry.code_hash.hex() in reason


def test_another_blocks_hash_leaves_everything_unknown(maker, genuine):
    """Then the bundle is of another block, or of no block at all: which, nobody can tell."""
    verdict = verified(maker, genuine, root=TrustRoot(bytes(32), "you")).verdict

    assert verdict.level is Level.UNDETERMINED
    assert {f.outcome for f in verdict.findings} == {UNKNOWN}


def test_another_code_than_the_trust_files_is_rejected(maker, genuine):
    """Proved under a trusted block: this contract is not the brand's. Its words mean nothing then."""
    brand = replace(maker.world.brand, registry=replace(maker.world.brand.registry, code_hash=b"\x01" * 32))
    verdict = verified(maker, genuine, trust=TrustRegistry((brand,))).verdict

    assert verdict.level is Level.REJECTED
    assert {f.code for f in verdict.findings if f.outcome is not UNKNOWN} == {Code.ISSUER_TRUSTED}


def test_another_deployment_or_an_expired_trust_file_is_no_answer(maker, genuine):
    """Neither says anything against the piece."""
    world = maker.world
    other = replace(world.brand, registry=replace(world.brand.registry, deployed_block=3))
    expired = replace(world.trust, expires_at=datetime.now(UTC) - timedelta(days=1))
    for trust in (TrustRegistry((other,)), expired, TrustRegistry((replace(world.brand, registry=_elsewhere(world)),))):
        verdict = verified(maker, genuine, trust=trust).verdict

        assert verdict.level is Level.UNDETERMINED
        assert verdict.outcome(Code.ISSUER_TRUSTED) is UNKNOWN


def _elsewhere(world):
    return replace(world.brand.registry, contract=some_address("another contract"))


# ---- bad news


def stolen_maker():
    world = some_world()
    world.registry.report(world.bag, EntryKind.REPORTED_STOLEN, 1)
    world.settle()
    return BundleMaker(world)


def test_a_stolen_pieces_bundle_says_so():
    """A proved theft is proved for ever, as of its block."""
    maker = stolen_maker()
    found = verified(maker, maker.make(maker.world.bag))

    assert found.verdict.level is Level.REJECTED
    assert answer_of(found) is Answer.STOLEN


def test_nothing_is_rejected_by_a_bundle_alone():
    """Whoever can invent a chain can invent a theft on it."""
    maker = stolen_maker()
    data = maker.make(maker.world.bag)
    for lacking in ({"root": None}, {"trust": None}):
        verdict = verified(maker, data, **lacking).verdict

        assert verdict.level is Level.UNDETERMINED
        assert verdict.outcome(Code.STATUS_CLEAR) is UNKNOWN


def test_an_unsold_piece_is_a_caution_as_of_the_block(maker):
    """The sale may have come since; that it had not come by then is proved."""
    found = verified(maker, maker.make(maker.world.scarf))

    assert answer_of(found) is Answer.NOT_SOLD_YET


def test_a_withheld_document_makes_no_bundle_of_doubt(maker):
    """A step whose document is gone is told as such, and the bundle is a caution like the live answer."""
    world = some_world()
    maker = BundleMaker(world)
    digest = world.record(world.bag, EntryKind.SERVICED, by=some_address("workshop"))
    world.settle()
    del world.store.blocks[digest]
    verdict = verified(maker, maker.make(world.bag)).verdict

    assert verdict.level is Level.CAUTION
    assert verdict.outcome(Code.DOCUMENTS_MATCH) is UNKNOWN


def test_what_cannot_be_verified_gets_no_bundle():
    """Without its passport a piece is not verified; without any registration there is nothing to bundle."""
    world = some_world()
    maker = BundleMaker(world)
    with pytest.raises(BundleError, match="no such piece"):
        maker.make(world.bag.batch.item(99))
    world.store.blocks.clear()
    with pytest.raises(BundleError, match="passport"):
        maker.make(world.bag)


# ---- everything a history can hold


def test_every_kind_of_entry_comes_through():
    """Transfers, claims, keys, reports, voids and replaced labels: packed, unpacked, replayed."""
    world = some_world()
    bag = world.bag
    world.registry.transfer(bag, some_address("next owner"))
    world.registry.report(bag, EntryKind.REPORTED_LOST, 2)
    world.registry.report(bag, EntryKind.REPORT_WITHDRAWN, 3)
    world.void(bag, 2)
    world.replace_label(bag, "new label")
    world.registry.set_claim_key(world.scarf, CLAIM_KEY)
    world.settle()
    maker = BundleMaker(world)
    data = maker.make(bag)
    kinds = {entry.kind for entry in open_bundle(data).entries} | {
        entry.kind for entry in open_bundle(maker.make(world.scarf)).entries
    }

    assert {EntryKind.TRANSFERRED, EntryKind.CLAIMED, EntryKind.VOIDED, EntryKind.CLAIM_KEY_SET} < kinds
    assert {EntryKind.REPORTED_LOST, EntryKind.REPORT_WITHDRAWN, EntryKind.LABEL_REPLACED} < kinds
    newest = opening_of(world, bag, some_serial("new label"))
    assert verified(maker, data, opening=newest).verdict.level is Level.VERIFIED
    assert answer_of(verified(maker, data, opening=opening_of(world, bag))) is Answer.LABEL_REPLACED


def test_what_a_disputed_registrar_issued_is_left_out_and_hurts_nobody():
    """Its content may be gone, or a million labels: a bundle proves the dispute in place of carrying it."""
    world = some_world()
    before = len(BundleMaker(world).make(world.bag))
    thief = some_address("stolen registrar key")
    for batch in range(500, 506):
        world.register(batch, 3, by=thief, serials=[world.serials[world.bag.token_id], *map(some_serial, "ab")])
    world.registry.dispute(thief, 1)
    world.settle()
    maker = BundleMaker(world)
    data = maker.make(world.bag)

    assert verified(maker, data).verdict.level is Level.VERIFIED
    assert len(data) - before < 6 * 129 + 1200


def test_a_piece_of_a_disputed_registrar_is_rejected():
    """Its own batch's files are left out like those of any disputed key, and the dispute is proved."""
    world = some_world()
    world.registry.dispute(REGISTRAR, 1)
    world.settle()
    maker = BundleMaker(world)
    verdict = verified(maker, maker.make(world.bag)).verdict

    assert verdict.level is Level.REJECTED
    assert verdict.outcome(Code.ISSUER_TRUSTED) is FAILED


def test_a_second_piece_with_the_same_label_is_rejected():
    """The uniqueness of a label is proved from the files of every batch, which are all in the bundle."""
    world = some_world()
    world.register(501, 1, by=REGISTRAR, serials=[world.serials[world.bag.token_id]])
    world.settle()
    maker = BundleMaker(world)
    verdict = verified(maker, maker.make(world.bag)).verdict

    assert verdict.outcome(Code.ITEM_UNIQUE) is FAILED


# ---- the label opening


def test_the_opening_of_the_label_is_judged_too(maker, genuine):
    world = maker.world
    verdict = verified(maker, genuine, opening=opening_of(world, world.bag)).verdict

    assert verdict.policy.name == "BUNDLE_LABEL"
    assert verdict.level is Level.VERIFIED
    assert verdict.outcome(Code.ITEM_COMMITTED) is PASSED


def test_a_wrong_opening_is_not_genuine_and_proves_nothing_without_a_root(maker, genuine):
    """Another serial does not open the commitment: proved, once the bundle itself is."""
    world = maker.world
    opening = opening_of(world, world.bag, some_serial("invented"))
    found = verified(maker, genuine, opening=opening)

    assert answer_of(found) is Answer.NOT_GENUINE
    assert verified(maker, genuine, opening=opening, root=None).verdict.level is Level.UNDETERMINED
    assert verified(maker, genuine, opening=opening, trust=None).verdict.level is Level.UNDETERMINED


def test_an_opening_that_a_second_piece_carries_too_is_rejected():
    """The opened commitment is looked for among all labels ever issued, as a scan of the label would."""
    world = some_world()
    label = world.replace_label(world.bag, "twice")
    world.register(502, 1, by=REGISTRAR, serials=[some_serial("twice")])
    world.settle()
    maker = BundleMaker(world)
    data = maker.make(world.bag)
    verdict = verified(maker, data, opening=opening_of(world, world.bag, some_serial("twice"))).verdict

    assert label.endswith(some_serial("twice"))
    assert verified(maker, data).verdict.outcome(Code.ITEM_UNIQUE) is PASSED
    assert verdict.outcome(Code.ITEM_UNIQUE) is FAILED


def test_an_opening_of_another_piece_is_the_users_mistake(maker, genuine):
    with pytest.raises(ValueError, match="the label opening is of"):
        verified(maker, genuine, opening=opening_of(maker.world, maker.world.scarf))


def test_no_bundle_holds_any_part_of_a_serial(maker, genuine):
    """Every member as text, against every label of the brand."""
    for item in (maker.world.bag, maker.world.scarf):
        for content in read_archive(maker.make(item)).values():
            for serial in maker.world.serials.values():
                refuse_label_leak(content.decode("latin-1"), GTIN, serial)


# ---- changed bundles


def test_a_refused_bundle_says_why_and_nothing_of_the_item(genuine):
    with pytest.raises(BundleError) as refused:
        open_bundle(genuine[:-1])
    for label in (False, True):
        verdict = refused_bundle(refused.value, label=label).verdict

        assert verdict.level is Level.UNDETERMINED
        assert {f.outcome for f in verdict.findings} <= {UNKNOWN}


def test_no_changed_bundle_is_accepted(maker, genuine):
    """Blind changes, and changes that re-hash everything but one link. `make bench BENCH=bundle` makes a million."""
    truth = verified(maker, genuine)
    root = root_of(genuine)
    others = [maker.make(maker.world.scarf)]
    done = Counter()
    for name, data in mutations(genuine, others, 20261122, 400):
        try:
            found = verify_bundle(open_bundle(data), maker.world.trust, root)
        except BundleError:
            done[name] += 1
            continue
        assert not is_accepted(found, truth), name
        done[name] += 1

    assert {edit.__name__ for edit in (*BLIND, *STRUCTURED)} | {"transplant"} == set(done)


def test_a_draft_is_written_as_it_was_read(genuine):
    """Else the changes would all be refused for their form."""
    assert Draft.of(genuine).write() == genuine


@pytest.mark.parametrize("name", MEMBERS)
def test_a_member_that_is_empty_is_refused(maker, genuine, name):
    members = read_archive(genuine) | {name: b""}
    with pytest.raises(BundleError):
        verified(maker, write_archive(members), root=root_of(genuine))
