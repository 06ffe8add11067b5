"""A piece's whole life on real parts: registered, recorded, sold, claimed, handed on, reported, voided."""

from datetime import datetime, timedelta, timezone

import pytest
import zxingcpp
from PIL import Image

from mint.actors import actor_word, add_actor, dispute_actor, remove_actor
from mint.adapters.keystore_signer import KeySigner, draw_key
from mint.claims import claim, renew_claim_key
from mint.errors import (
    ActorError,
    BackdatedStepError,
    CodeErasedError,
    DuplicatePieceError,
    HouseExistsError,
    InputError,
    RefusedError,
    UnknownPieceError,
    WrongLedgerError,
)
from mint.house import House
from mint.identity import Maker, read_identity
from mint.items import register_pieces
from mint.outbox import State
from mint.ownership import on_ledger
from mint.printing import make_label, print_cards, print_label
from mint.reports import ReportReason, report
from mint.steps import StepInput, record_steps
from mint.transfers import transfer
from mint.voids import void_step
from provenance_schemas.claim_codes import ClaimCode
from provenance_schemas.roles import Role
from provenance_schemas.step_kinds import EntryKind, Status
from tests.fakes.desk import MAKER
from tests.integration.mint_house import registered_batches, some_house, some_piece
from verifier.policies import CLI, MINT_READBACK
from verifier.trust import load_trust
from verifier.verdict import Code, Level, Outcome

pytestmark = pytest.mark.process

ZONE = timezone(timedelta(hours=1))
MADE_AT = datetime(2026, 3, 2, 14, 5, 30, tzinfo=ZONE)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with some_house(tmp_path_factory.mktemp("house")) as house:
        add_actor(house, "paris", Role.BOUTIQUE, house.keys.folder.make, company="Maison Éclat Paris")
        yield house


def bag(house, reference, **changes):
    register_pieces(house, [some_piece(house, reference, **changes)])
    return house.piece(f"{reference}-001" if "quantity" in changes else reference)


def step(house, reference, kind, day=0, **changes):
    at = changes.pop("happened_at", MADE_AT + timedelta(days=day))
    return record_steps(house, [StepInput(subject=reference, kind=kind, happened_at=at, **changes)])


def code_of(path):
    """Read a claim card as a buyer's phone would."""
    return ClaimCode.parse(zxingcpp.read_barcodes(Image.open(path))[0].text.partition("#")[2])


def test_a_registered_piece_is_verified_by_its_printed_label(house, tmp_path):
    """From the picture to the verdict: nothing but trust file, node and blocks."""
    piece = bag(house, "LABELLED")

    path = print_label(make_label(house, "LABELLED"), tmp_path)
    text = zxingcpp.read_barcodes(Image.open(path))[0].text
    verdict = house.verifier().verify_label(text, CLI)

    assert verdict.evidence.item == house.identity.item(piece.token_id)
    assert verdict.verdict.level is Level.CAUTION  # not sold yet, and that alone
    assert verdict.verdict.outcome(Code.SALE_RECORDED) is Outcome.FAILED
    assert path.stat().st_mode & 0o077 == 0


def test_a_second_registration_is_refused_with_the_token_it_has(house):
    """All of the command is refused, and nothing reaches the ledger."""
    piece = bag(house, "ONCE")
    before = registered_batches(house)

    with pytest.raises(DuplicatePieceError, match=str(piece.token_id)):
        register_pieces(house, [some_piece(house, "NEW"), some_piece(house, "ONCE")])

    assert before == registered_batches(house)
    with pytest.raises(UnknownPieceError):
        house.piece("NEW")


def test_more_pieces_than_one_batch_holds_take_several_transactions(house, monkeypatch):
    """One command, one job; every piece of both batches verifies."""
    monkeypatch.setattr("mint.items.BATCH_PIECES_MAX", 3)

    report = register_pieces(house, [some_piece(house, "MANY", quantity=5)])

    assert (len(report.items), report.transactions) == (5, 2)
    assert [f"MANY-00{number}" for number in range(1, 6)] == [one.reference for one in report.items]
    verifier = house.verifier()
    assert all(verifier.verify_item(one.item, MINT_READBACK).verdict.level is Level.VERIFIED for one in report.items)


def test_a_piece_is_sold_claimed_and_handed_on(house, tmp_path):
    """The card works after the sale, once, and only with its own code; then the owner's key decides alone."""
    bag(house, "SOLD")
    label = make_label(house, "SOLD").text
    ((_, card),) = print_cards(house, ["SOLD"], tmp_path)
    code, owner, friend = code_of(card), KeySigner(draw_key()), KeySigner(draw_key())
    with pytest.raises(RefusedError, match="not recorded as sold"):
        claim(house, code, label, owner.address)
    step(house, "SOLD", EntryKind.MANUFACTURED)
    step(house, "SOLD", EntryKind.SOLD, 30, actor="paris")
    with pytest.raises(RefusedError, match="not the one of this piece"):
        claim(house, ClaimCode.new(), label, owner.address)

    claim(house, code, label, owner.address)
    token_id = house.piece("SOLD").token_id
    assert owner.address == on_ledger(house, token_id).owner
    with pytest.raises(InputError, match="belongs to"):
        transfer(house, "SOLD", friend.address, friend)
    with pytest.raises(InputError, match="--key"):
        transfer(house, "SOLD", friend.address)
    transfer(house, "SOLD", friend.address, owner)

    assert friend.address == on_ledger(house, token_id).owner
    assert house.verifier().verify_label(label, CLI).verdict.level is Level.VERIFIED


def test_a_claim_card_is_printed_once_and_renewed_on_the_ledger(house, tmp_path):
    """The renewed card works, the old one is dead, and the house holds neither code."""
    bag(house, "CARD")
    ((_, old),) = print_cards(house, ["CARD"], tmp_path / "old")
    with pytest.raises(CodeErasedError, match="--renew"):
        print_cards(house, ["CARD"], tmp_path)
    renew_claim_key(house, "CARD")
    ((_, new),) = print_cards(house, ["CARD"], tmp_path / "new")
    step(house, "CARD", EntryKind.SOLD, 30, actor="paris")
    label, owner = make_label(house, "CARD").text, KeySigner(draw_key())

    with pytest.raises(RefusedError, match="not the one of this piece"):
        claim(house, code_of(old), label, owner.address)
    claim(house, code_of(new), label, owner.address)

    assert owner.address == on_ledger(house, house.piece("CARD").token_id).owner
    files = b"".join(path.read_bytes() for path in house.data_dir.glob("house.sqlite3*"))
    assert code_of(new).secret not in files
    assert code_of(old).secret not in files


def test_a_stolen_piece_cannot_change_hands_until_the_report_is_withdrawn(house):
    """Reported from stock by the operator's signature; a wrong reason never reaches the ledger."""
    bag(house, "STOLEN")
    somebody = KeySigner(draw_key()).address
    with pytest.raises(InputError, match="no reason"):
        report(house, "STOLEN", EntryKind.REPORTED_STOLEN, ReportReason.MISLAID)

    report(house, "STOLEN", EntryKind.REPORTED_STOLEN, ReportReason.THEFT)
    assert on_ledger(house, house.piece("STOLEN").token_id).status is Status.STOLEN
    with pytest.raises(RefusedError, match="stolen"):
        transfer(house, "STOLEN", somebody)
    with pytest.raises(RefusedError, match="that status already"):
        report(house, "STOLEN", EntryKind.REPORTED_STOLEN)
    report(house, "STOLEN", EntryKind.REPORT_WITHDRAWN, ReportReason.RECOVERED)
    transfer(house, "STOLEN", somebody)
    with pytest.raises(InputError, match="belongs to"):
        report(house, "STOLEN", EntryKind.REPORTED_LOST)


def test_the_guardian_withdraws_a_report_of_somebody_elses_piece(house):
    """And can do nothing else with it."""
    bag(house, "LOST")
    owner = KeySigner(draw_key())
    transfer(house, "LOST", owner.address)
    report(house, "LOST", EntryKind.REPORTED_LOST, ReportReason.MISLAID, owner)

    report(house, "LOST", EntryKind.REPORT_WITHDRAWN)

    assert not on_ledger(house, house.piece("LOST").token_id).status


def test_many_steps_take_few_transactions_and_keep_their_order(house):
    """Four pieces through three hands: the house twice, the boutique once, which waits for its block."""
    bag(house, "STEPS", quantity=4)
    names = [f"STEPS-00{number}" for number in range(1, 5)]
    kinds = (EntryKind.SOURCED, EntryKind.MANUFACTURED, EntryKind.SOLD)
    steps = [
        StepInput(
            subject=name,
            kind=kind,
            happened_at=MADE_AT + timedelta(days=day),
            actor="paris" if kind is EntryKind.SOLD else None,
        )
        for name in names
        for day, kind in enumerate(kinds)
    ]

    done = record_steps(house, steps)

    assert (len(done.steps), done.transactions) == (12, 3)
    evidence = house.verifier().verify_item(house.identity.item(house.piece(names[3]).token_id), CLI).evidence
    assert list(kinds) == [entry.kind for entry in evidence.history.final[1:]]


def test_a_replaced_label_takes_over_and_the_old_one_says_so(house):
    """The new serial is printed once the ledger has it."""
    bag(house, "RELABEL")
    old = make_label(house, "RELABEL").text

    step(house, "RELABEL", EntryKind.LABEL_REPLACED, 5)
    new = make_label(house, "RELABEL").text

    verifier = house.verifier()
    assert old != new
    assert verifier.verify_label(new, CLI).verdict.outcome(Code.ITEM_COMMITTED) is Outcome.PASSED
    assert verifier.verify_label(old, CLI).verdict.outcome(Code.ITEM_COMMITTED) is Outcome.FAILED


def test_a_step_is_voided_and_left_out(house):
    """With the path from the history, in both lanes; the date of what was voided binds nobody."""
    bag(house, "VOID", quantity=2)
    step(house, "VOID-001", EntryKind.SHIPPED, 1, whole_batch=True, actor="house")
    step(house, "VOID-001", EntryKind.INSPECTED, 90)
    step(house, "VOID-002", EntryKind.INSPECTED, 2)

    now = house.now()
    void_step(house, "VOID-001", 1, "The date was wrong.", now)
    void_step(house, "VOID-001", 2, "Never shipped.", now, whole_batch=True, actor="house")
    with pytest.raises(RefusedError, match="can never be voided"):
        void_step(house, "VOID-001", 1, "No.", now, whole_batch=True)
    with pytest.raises(RefusedError, match="only"):
        void_step(house, "VOID-002", 1, "Not mine.", now, actor="paris")

    evidence = house.verifier().verify_item(house.identity.item(house.piece("VOID-001").token_id), MINT_READBACK)
    assert evidence.verdict.level is Level.VERIFIED
    assert [entry.kind for entry in evidence.evidence.history.final if entry.voids] == [EntryKind.VOIDED] * 2


def test_status_changes_go_through_the_guardian_with_a_reason(house):
    """Recalled, retired and revoked pieces stay readable with the document that says why."""
    bag(house, "STATUS", quantity=4)
    step(house, "STATUS-001", EntryKind.RECALLED, reason="A fault in the clasp.")
    step(house, "STATUS-002", EntryKind.RETIRED, reason="Destroyed in a fire.")
    step(house, "STATUS-003", EntryKind.REVOKED, reason="Registered by mistake.")
    with pytest.raises(InputError, match="reason"):
        step(house, "STATUS-004", EntryKind.RECALLED)

    found = [on_ledger(house, house.piece(f"STATUS-00{n}").token_id).status for n in (1, 2, 3, 4)]

    assert [Status.RECALLED, Status.RETIRED, Status.REVOKED, Status(0)] == found
    step(house, "STATUS-004", EntryKind.RECALLED, whole_batch=True, reason="All of them.")
    assert on_ledger(house, house.piece("STATUS-004").token_id).status is Status.RECALLED
    step(house, "STATUS-004", EntryKind.REVOKED, whole_batch=True, reason="All of them.")


def test_what_would_read_as_disorder_is_refused_before_it_is_recorded(house):
    """Also within one command, and against a step of the whole batch."""
    bag(house, "ORDER")
    step(house, "ORDER", EntryKind.SHIPPED, 30, whole_batch=True, actor="house")

    with pytest.raises(BackdatedStepError):
        step(house, "ORDER", EntryKind.INSPECTED, 27)
    with pytest.raises(InputError, match="later than issuedAt"):
        step(house, "ORDER", EntryKind.INSPECTED, happened_at=house.now() + timedelta(hours=1))
    step(house, "ORDER", EntryKind.INSPECTED, 29)


def test_a_step_that_gives_the_label_away_is_refused(house):
    """Published data cannot be recalled."""
    bag(house, "LEAK")
    serial = make_label(house, "LEAK").text.rpartition("/")[2]

    with pytest.raises(InputError, match="must stay secret"):
        step(house, "LEAK", EntryKind.INSPECTED, description=f"Label {serial.lower()} checked.")


def test_who_may_record_is_asked_before_anything_is_written(house):
    """Unknown, not allowed, ended, or only one of several."""
    bag(house, "ACTORS")
    with pytest.raises(ActorError, match="no actor"):
        step(house, "ACTORS", EntryKind.SERVICED, actor="nobody")
    with pytest.raises(ActorError, match="no actor may"):
        step(house, "ACTORS", EntryKind.SERVICED)
    with pytest.raises(ActorError, match="house, paris"):
        step(house, "ACTORS", EntryKind.SHIPPED)
    add_actor(house, "lyon", Role.WORKSHOP, house.keys.folder.make)
    step(house, "ACTORS", EntryKind.SERVICED)
    remove_actor(house, "lyon")
    with pytest.raises(RefusedError, match="may not record"):
        step(house, "ACTORS", EntryKind.SERVICED, 1)
    with pytest.raises(InputError, match="cannot be recorded for a whole batch"):
        step(house, "ACTORS", EntryKind.SOLD, whole_batch=True, actor="paris")


def test_a_disputed_actor_does_not_keep_the_house_from_recording(house):
    """His old steps are shown as disputed; a new step by somebody else still reads back."""
    bag(house, "DISPUTE")
    thief = add_actor(house, "thief", Role.INSPECTOR, house.keys.folder.make)
    step(house, "DISPUTE", EntryKind.INSPECTED, actor="thief")
    dispute_actor(house, "thief", house.now() - timedelta(days=1))

    step(house, "DISPUTE", EntryKind.SHIPPED, 5, actor="paris")

    assert actor_word(house, thief.address).disputed_since_s
    with pytest.raises(RefusedError, match="disputed"):
        step(house, "DISPUTE", EntryKind.INSPECTED, 6, actor="thief")


def test_the_folder_holds_its_secrets_privately_and_names_the_rest(house):
    """Keys and database for their owner alone; house.json and trust.json without a secret."""
    private = [*house.data_dir.glob("house.sqlite3*"), house.data_dir / "keys"]
    modes = {path.name: path.stat().st_mode & 0o777 for path in private}
    keys = [path.read_text().strip() for path in (house.data_dir / "keys").iterdir()]
    public = (house.data_dir / "house.json").read_text() + house.trust_file.read_text()

    assert modes.pop("keys") == 0o700
    assert {0o600} == set(modes.values())
    assert not any(key in public for key in keys)
    assert read_identity(house.data_dir / "house.json") == house.identity
    assert load_trust(house.trust_file).nodes == (house.node_url,)


def test_a_folder_belongs_to_one_house(house):
    """Setting it up again with the same words is fine; with others it is refused."""
    again = House.found(house.data_dir, MAKER)
    again.close()
    other = Maker("Somebody else", MAKER.url, MAKER.hosts, MAKER.gtin_prefixes)

    assert again.identity == house.identity
    with pytest.raises(HouseExistsError, match="another name"):
        House.found(house.data_dir, other)


def test_a_node_of_another_chain_is_refused(house, tmp_path):
    """Before anything is signed for it."""
    with some_house(tmp_path / "other") as other, pytest.raises(WrongLedgerError, match="no contract"):
        House.open(house.data_dir, other.node_url)


def test_everything_was_confirmed_in_the_end(house):
    """No test above left an intent on its way, and none was signed twice."""
    outbox = house.dispatch.outbox
    rows = house.book.database.rows("SELECT intent, count(*) AS n FROM attempt WHERE dead = 0 GROUP BY intent")

    assert outbox.unfinished() == []
    assert {1} == {row["n"] for row in rows}
    assert {State.CONFIRMED, State.FAILED} >= {
        State(row["state"]) for row in house.book.database.rows("SELECT DISTINCT state FROM intent")
    }
