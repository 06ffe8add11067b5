"""The page's verifier and ours give one answer: the same law, the same outcomes, for genuine and forged bundles."""

from dataclasses import replace

import pytest

from provenance_schemas.canonical import canonical_bytes
from provenance_schemas.content_id import ContentId
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.bundle_mutations import mutations
from tests.fakes.bundles import BundleMaker
from tests.fakes.documents import GTIN
from tests.fakes.page_verifier import Case, answers, own_root
from tests.fakes.world import BOUTIQUE, HOUSE, MAKER, WORKSHOP, some_serial, some_world
from verifier.bundle_archive import read_archive, write_archive
from verifier.bundle_form import open_bundle
from verifier.label_opening import LabelOpening
from verifier.trust import TrustRegistry
from verifier.verdict import Outcome

MUTATIONS = 240


def nothing(world):
    pass


def stolen(world):
    world.registry.report(world.bag, EntryKind.REPORTED_STOLEN)


def recalled(world):
    world.record(world.bag.batch, EntryKind.RECALLED, by=HOUSE)


def voided(world):
    world.void(world.bag, 1)


def disputed_workshop(world):
    world.registry.dispute(WORKSHOP, 1)


def registered_twice(world):
    world.register(99, 1, serials=[world.serials[world.bag.token_id]])


def forged_second_batch(world):
    world.register(99, 1, by=WORKSHOP, serials=[world.serials[world.bag.token_id]])
    world.registry.dispute(WORKSHOP, 1)


def relabelled(world):
    world.replace_label(world.bag, "a new label")


def relabelled_by_a_thief(world):
    world.replace_label(world.bag, "a thief's label", by=WORKSHOP)
    world.registry.dispute(WORKSHOP, world.registry.time_s)


def step_withheld(world):
    digest = world.record(world.bag, EntryKind.SERVICED, by=WORKSHOP)
    del world.store.blocks[digest]


def step_malformed(world):
    content = b'{"type":"assay/step/1"}'
    world.store.put(ContentId.of(content), content)
    world.registry.step(world.bag, EntryKind.SERVICED, ContentId.of(content).digest, by=WORKSHOP)


def step_of_another_piece(world):
    digest = world.put_step(world.step_document(world.scarf, EntryKind.SERVICED, WORKSHOP))
    world.registry.step(world.bag, EntryKind.SERVICED, digest, by=WORKSHOP)


def step_by_another_recorder(world):
    digest = world.put_step(world.step_document(world.bag, EntryKind.SERVICED, MAKER))
    world.registry.step(world.bag, EntryKind.SERVICED, digest, by=WORKSHOP)


def step_with_a_false_event_id(world):
    document = world.step_document(world.bag, EntryKind.SERVICED, WORKSHOP).to_json()
    document["event"]["eventTimeZoneOffset"] = "+05:30"
    content = canonical_bytes(document)
    world.store.put(ContentId.of(content), content)
    world.registry.step(world.bag, EntryKind.SERVICED, ContentId.of(content).digest, by=WORKSHOP)


def step_from_the_past(world):
    world.record(world.bag, EntryKind.SERVICED, by=WORKSHOP, happened_at=world.now.replace(year=2019))


def returned(world):
    world.record(world.bag, EntryKind.RETURNED, by=BOUTIQUE)


WORLDS = [
    nothing, stolen, recalled, voided, disputed_workshop, registered_twice, forged_second_batch,
    relabelled, relabelled_by_a_thief, step_withheld, step_malformed, step_of_another_piece, step_by_another_recorder,
    step_with_a_false_event_id, step_from_the_past, returned,
]  # fmt: skip


def opening_of(world, item, name=None):
    """Open a label: the one the piece was made with, or a named one."""
    serial = some_serial(name) if name else world.serials[item.token_id]
    return LabelOpening(item, GTIN, serial)


def worldly_cases():
    """Give every world's bundle with every kind of reader."""
    for change in WORLDS:
        world = some_world()
        change(world)
        world.settle()
        data = BundleMaker(world).make(world.bag)
        root, name = open_bundle(data).block.hash, change.__name__
        trust = world.trust
        yield Case(name, data, trust, root)
        for label in (None, "a new label", "a thief's label", "nobody's"):
            yield Case(f"{name}, opening of {label}", data, trust, root, opening_of(world, world.bag, label))
        if change is nothing:
            yield from readers(name, data, root, world)


def readers(name, data, root, world):
    """Give one bundle to readers who bring less, or something else."""
    brand, registry = world.brand, world.brand.registry
    day = world.now.replace(microsecond=0)
    others = {
        "other code": replace(brand, registry=replace(registry, code_hash=bytes(32))),
        "other deployment": replace(brand, registry=replace(registry, deployed_block_hash=bytes(32))),
        "deployed later": replace(brand, registry=replace(registry, code_hash=bytes(32), deployed_block=10_000)),
        "other prefix": replace(brand, gtin_prefixes=("4006381",)),
        "given up before": replace(brand, valid_until=day.replace(year=2020)),
        "began after": replace(brand, valid_from=day.replace(year=2030)),
        "other contract": replace(brand, registry=replace(registry, chain_id=5)),
    }
    yield Case(f"{name}, no trust file", data, None, root)
    yield Case(f"{name}, no root", data, world.trust, None)
    yield Case(f"{name}, nothing", data, None, None)
    yield Case(f"{name}, another root", data, world.trust, bytes(32))
    yield Case(f"{name}, nothing but an opening", data, None, None, opening_of(world, world.bag))
    for what, other in others.items():
        for opening in (None, opening_of(world, world.bag)):
            yield Case(f"{name}, {what}", data, TrustRegistry((other,)), root, opening)
        yield Case(f"{name}, {what}, no root", data, TrustRegistry((other,)), None)


def forged_cases():
    """Give changed bundles to a reader who knows the genuine block, and to one who was lied to about that as well."""
    world = some_world()
    maker = BundleMaker(world)
    genuine, other = maker.make(world.bag), maker.make(world.scarf)
    root = open_bundle(genuine).block.hash
    yield false_code(world, genuine, root)
    members = read_archive(genuine)
    told = members["blocks.car"].replace(b"calf leather", b"lamb leather")
    yield Case("other bytes under a name", write_archive(members | {"blocks.car": told}), world.trust, root)
    for name, data in mutations(genuine, [other], 4, MUTATIONS):
        yield Case(name, data, world.trust, own_root(data, root))


def false_code(world, genuine, root):
    """Give a bundle that names another code than the one it proves, to a reader who trusts that other code."""
    members, registry = read_archive(genuine), world.brand.registry
    renamed = members["trust.json"].replace(registry.code_hash.hex().encode(), bytes(32).hex().encode())
    trust = TrustRegistry((replace(world.brand, registry=replace(registry, code_hash=bytes(32))),))
    return Case("another code", write_archive(members | {"trust.json": renamed}), trust, root)


def outcomes_of(verification):
    policy = verification.verdict.policy
    asked = policy.required | policy.advisory
    return {f.code.value: f.outcome.value for f in verification.verdict.findings if f.code in asked}


@pytest.mark.oracle
def test_the_page_answers_as_our_verifier_does(tmp_path):
    """Level and every outcome, of every world with every reader, and of bundles that somebody forged."""
    cases = [*worldly_cases(), *forged_cases()]
    said = answers(cases, tmp_path)
    expected = [(case.name, v.verdict.level.value, outcomes_of(v)) for case in cases for v in [case.in_python()]]
    seen = [(case.name, found["level"], found["outcomes"]) for case, found in zip(cases, said, strict=True)]
    differing = [
        (want, got, found["why"]) for want, got, found in zip(expected, seen, said, strict=True) if want != got
    ]

    assert differing == []
    # Not one answer many times: every level is there, and every code in more than one outcome.
    assert {level for _, level, _ in expected} == {"verified", "caution", "undetermined", "rejected"}
    assert {outcome for _, _, outcomes in expected for outcome in outcomes.values()} == {o.value for o in Outcome}
