"""The verifier as one object: which brand answers, and what happens where none does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from provenance_schemas.ids import ItemId
from tests.fakes.registry import FakeRegistry, some_address
from tests.fakes.scans import FakeScanLog
from tests.fakes.world import World, some_serial, some_world
from verifier.errors import ChainUnavailableError, UnavailableError
from verifier.evidence import Absent, Malformed, Possession, Unavailable
from verifier.policies import CLI, INTAKE, PHONE, TOKEN
from verifier.ports import ScanFacts
from verifier.service import Verifier
from verifier.trust import Place, TrustRegistry
from verifier.verdict import Code, Level, Outcome


@pytest.fixture
def world():
    return some_world()


@pytest.mark.parametrize(
    "text", ["", "hello", "https://id.maison.example/", "HTTPS://ID.MAISON.EXAMPLE/01/09521321000017/21/X"]
)
def test_text_that_is_no_label_is_rejected_without_asking_anybody(world, text):
    """A proof: we hold the text. No node is troubled with it."""
    world.chain.reachable = False
    verification = world.verify(text, CLI)

    assert isinstance(verification.evidence.label, Malformed)
    assert verification.verdict.level is Level.REJECTED
    assert verification.verdict.outcome(Code.LABEL_WELL_FORMED) is Outcome.FAILED


def test_a_foreign_host_is_rejected_without_asking_anybody(world):
    world.chain.reachable = False
    verification = world.verify(world.bag_label.replace("MAISON", "MAIS0N"), CLI)

    assert isinstance(verification.evidence.brand, Absent)
    assert verification.verdict.level is Level.REJECTED


def test_a_token_of_a_contract_nobody_vouches_for_is_undetermined(world):
    """We cannot say anything of it, not even that it is false."""
    stranger = ItemId(1, some_address("another registry"), 5 << 32)
    assert world.verify(stranger, CLI).verdict.level is Level.UNDETERMINED


def test_a_registry_that_cannot_be_opened_is_tried_again(world):
    """No node is named yet; once there is one, the same verifier goes on."""
    failures = [ChainUnavailableError("no node is named")]

    def open_registry(_):
        if failures:
            raise failures.pop()
        return world.access()

    verifier = Verifier(world.trust, open_registry, now=lambda: world.now)
    first = verifier.verify_label(world.bag_label, CLI)

    assert isinstance(first.evidence.brand, Unavailable)
    assert first.verdict.level is Level.UNDETERMINED
    assert verifier.verify_label(world.bag_label, CLI).verdict.level is Level.VERIFIED


def test_a_registry_is_opened_once(world):
    """Its label map and documents are kept between scans."""
    opened = []

    def open_registry(brand):
        opened.append(brand)
        return world.access()

    verifier = Verifier(world.trust, open_registry, now=lambda: world.now)
    for _ in range(3):
        verifier.verify_label(world.bag_label, CLI)

    assert opened == [world.brand]


def test_two_brands_of_one_name_are_two_brands(world):
    """A house with two registries: a label is held against its own, not against the first that was opened."""
    other = World()
    (scarf,) = other.register(5)
    other.settle()
    second = replace(
        other.brand,
        hosts=("id2.maison.example",),
        registry=replace(other.brand.registry, deployed_block=1),
    )
    worlds = {world.brand: world, second: other}
    trust = TrustRegistry((world.brand, second))
    verifier = Verifier(trust, lambda brand: replace(worlds[brand].access(), brand=brand), now=lambda: world.now)

    assert verifier.verify_label(world.bag_label, CLI).evidence.item == world.bag
    label = other.label(scarf).replace("ID.", "ID2.")
    assert verifier.verify_label(label, CLI).evidence.item == scarf


def test_an_unavailable_registry_is_no_bug_of_ours(world):
    """Whatever is not an UnavailableError flies."""

    def open_registry(_):
        raise ValueError("an index of another registry")

    with pytest.raises(ValueError, match="another registry"):
        Verifier(world.trust, open_registry).verify_label(world.bag_label, CLI)
    assert issubclass(ChainUnavailableError, UnavailableError)


# ---- the scan log, and what is shown beside a label


def verifier_with(world, log):
    return Verifier(world.trust, lambda _: world.access(), now=lambda: world.now, scan_log=log)


def test_a_scan_log_makes_the_answer_of_a_phone_complete(world):
    """What it says is part of the evidence, so the verdict can be drawn again."""
    verification = verifier_with(world, FakeScanLog(ScanFacts(7, ()))).verify_label(world.bag_label, PHONE)

    assert verification.verdict.level is Level.VERIFIED
    assert verification.evidence.scans == ScanFacts(7, ())


def test_a_scan_log_that_does_not_answer_is_a_fact_that_was_not_had(world):
    """A caution for whoever asks for it, and nothing against the item."""
    verification = verifier_with(world, FakeScanLog(said=None)).verify_label(world.bag_label, PHONE)

    assert isinstance(verification.evidence.scans, Unavailable)
    assert verification.verdict.level is Level.CAUTION


def test_an_item_named_by_its_token_was_not_scanned(world):
    """Nobody asks the log about a label that nobody read."""
    log = FakeScanLog()
    verification = verifier_with(world, log).verify_item(world.bag, PHONE)

    assert (log.asked, isinstance(verification.evidence.scans, Unavailable)) == (0, True)


@pytest.mark.parametrize("shown", list(Possession))
def test_a_reseller_is_satisfied_by_the_holder_and_the_scan_log(world, shown):
    """INTAKE without a caution: the record, the use of the label, and something only the holder has."""
    verifier = verifier_with(world, FakeScanLog())

    assert verifier.verify_label(world.bag_label, INTAKE).verdict.level is Level.CAUTION
    assert verifier.verify_label(world.bag_label, INTAKE, possession=shown).verdict.level is Level.VERIFIED


# ---- a trust file that ends, and a registry that was succeeded


@pytest.mark.parametrize("late_s", [-1, 0, 10**9])
def test_an_expired_trust_file_says_nothing_against_anyone(world, late_s):
    """To the second; a label, a foreign one and a token: without it there is neither a yes nor a no."""
    trust = replace(world.trust, expires_at=world.now - timedelta(seconds=late_s))
    verifier = Verifier(trust, lambda _: world.access(), now=lambda: world.now)
    foreign = world.bag_label.replace("MAISON", "MAIS0N")
    if late_s < 0:
        assert verifier.verify_label(world.bag_label, CLI).verdict.level is Level.VERIFIED
        assert verifier.verify_label(foreign, CLI).verdict.level is Level.REJECTED
        return
    for verification in (
        verifier.verify_label(world.bag_label, CLI),
        verifier.verify_label(foreign, CLI),
        verifier.verify_item(world.bag, TOKEN),
    ):
        assert verification.verdict.level is Level.UNDETERMINED
        assert "has expired on" in verification.evidence.brand.why


def succession(world, *, until):
    """A brand moved to a second registry: gives a verifier of both, the new world, and its first piece."""
    newer = World(FakeRegistry(world.registry.chain_id, some_address("the newer registry")))
    (piece,) = newer.register(9)
    newer.settle()
    place = Place(newer.brand.registry.chain_id, newer.brand.registry.contract)
    old = replace(world.brand, successor=place, valid_until=until)
    worlds = {newer.brand: newer, old: world}
    trust = TrustRegistry((old, newer.brand))
    assert trust.fault() is None
    return (
        Verifier(trust, lambda brand: replace(worlds[brand].access(), brand=brand), now=lambda: newer.now),
        newer,
        piece,
    )


def test_pieces_of_both_registries_answer_under_one_host(world):
    """New labels are looked for in the new registry, old ones in the old one, a stranger's in both."""
    verifier, newer, piece = succession(world, until=world.now + timedelta(days=1))

    assert verifier.verify_label(newer.label(piece), CLI).evidence.item == piece
    old = verifier.verify_label(world.bag_label, CLI)
    assert old.evidence.item == world.bag
    assert old.verdict.outcome(Code.ISSUER_TRUSTED) is Outcome.PASSED
    assert isinstance(verifier.verify_label(world.label_of(some_serial("nobody's")), CLI).evidence.item, Absent)


def test_without_the_newer_registry_nothing_is_said_of_an_older_piece(world):
    """It might be registered there a second time: only a proven absence leads on."""
    verifier, newer, _ = succession(world, until=world.now + timedelta(days=1))
    newer.chain.reachable = False

    assert verifier.verify_label(world.bag_label, CLI).verdict.level is Level.UNDETERMINED
