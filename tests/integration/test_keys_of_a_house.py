"""Keys replaced, moved, lost and stolen on a real ledger: nothing is registered anew, and what verified still does."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mint.actors import add_actor, dispute_actor
from mint.adapters.keystore_signer import KeySigner, draw_key, read_key, write_key
from mint.claims import renew_claim_key
from mint.errors import LedgerUnavailableError, RefusedError, SignerMissingError
from mint.house import House
from mint.items import register_pieces
from mint.key_files import erase_secret, write_secret
from mint.key_standing import key_standings
from mint.outbox import State
from mint.ownership import on_ledger
from mint.ports import Transaction
from mint.reports import ReportReason, report
from mint.rotation import rotate_key
from mint.signer_settings import FileKey
from mint.steps import StepInput, record_steps
from mint.voids import void_step
from provenance_schemas.roles import Role
from provenance_schemas.step_kinds import EntryKind, Status
from tests.fakes.signing_service import Fault, running_service
from tests.integration.mint_house import some_house, some_piece
from verifier.cli.main import main
from verifier.policies import TOKEN
from verifier.verdict import Code, Level, Outcome

pytestmark = pytest.mark.process

ROTATED = ("registrar", "guardian", "stock", "relayer", "checkpoint", "actor-admin", "house", "paris")
MADE_AT = datetime(2026, 3, 2, 14, 5, 30, tzinfo=UTC)
PHRASE = "a long enough passphrase"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with some_house(tmp_path_factory.mktemp("house"), admin_delay_s=0) as house:
        add_actor(house, "paris", Role.BOUTIQUE, house.keys.folder.make, company="Maison Éclat Paris")
        register_pieces(house, [some_piece(house, "BAG", quantity=2)])
        step(house, "BAG-001", EntryKind.MANUFACTURED)
        step(house, "BAG-001", EntryKind.SOLD, actor="paris")
        yield house


@pytest.fixture
def assay(house, capsys, monkeypatch):
    """Run `assay mint keys ...` on the house; give its exit code and its JSON, or its words on stderr."""
    monkeypatch.setenv("ASSAY_DATA", str(house.data_dir))
    monkeypatch.delenv("ASSAY_NODE", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO())

    def run(*words):
        code = main(["mint", "keys", *map(str, words), "--json"])
        captured = capsys.readouterr()
        with house.alone():  # takes over what the command changed, as any write does
            pass
        return (code, json.loads(captured.out)) if captured.out else (code, captured.err)

    return run


def step(house, reference, kind, **changes):
    return record_steps(house, [StepInput(subject=reference, kind=kind, happened_at=MADE_AT, **changes)])


def answer(house, reference):
    """Verify a piece as a stranger would."""
    return house.verifier().verify_item(house.identity.item(house.piece(reference).token_id), TOKEN).verdict


def send_as(house, signer, function, *arguments):
    """Send a call with a key, past every check of the house, as its thief does."""
    ledger, registry = house.dispatch.ledger, house.identity.registry
    calldata = house.registry_call(function, *arguments)
    gas = ledger.estimate_gas(signer.address, registry.contract, calldata, 0)
    fees, nonce = ledger.fees(), ledger.nonce(signer.address)
    fee = fees.base_wei + fees.tip_wei
    raw = signer.sign_transaction(
        Transaction(registry.chain_id, nonce, registry.contract, calldata, 0, gas * 2, fee, fees.tip_wei)
    )
    ledger.send(raw.raw)
    while ledger.receipts([raw.hash]) == [None]:
        house.dispatch.clock.pause(0.05)


def last_key(house, name):
    """Read the key file that a role had before its last rotation."""
    number = sum(one.rpartition(".")[0] == name for one in house.identity.retired)
    return KeySigner(read_key(house.data_dir / "keys" / (f"{name}.key" if number == 1 else f"{name}.{number}.key")))


def test_every_role_has_a_key_of_its_own(house, assay):
    """Eight keys from one command and an actor's, each with what its role needs and nothing else."""
    code, found = assay("list", "--ask")
    may = {one["name"]: one["may"] for one in found}

    assert code == 0
    assert may == {
        "admin": ["ADMIN"],
        "actor-admin": ["ACTOR_ADMIN"],
        "registrar": ["REGISTRAR"],
        "guardian": ["GUARDIAN"],
        "stock": ["OPERATOR"],
        "house": ["record"],
        "actor.paris": ["record"],
        "relayer": [],
        "checkpoint": [],
    }
    assert len({one["address"] for one in found}) == len(found)


def test_every_key_is_replaced_and_nothing_is_registered_anew(house, assay):
    """Pieces verify before and after under the same tokens; each new key works, no old one does."""
    assert answer(house, "BAG-001").level is Level.VERIFIED
    before = dict(house.identity.roles), house.piece("BAG-001").token_id

    for name in ROTATED:
        code, value = assay("rotate", name)
        assert (code, value["retired_as"][-2:]) == (0, ".1"), value

    register_pieces(house, [some_piece(house, "LATER")])
    step(house, "LATER", EntryKind.MANUFACTURED)
    step(house, "LATER", EntryKind.SOLD, actor="paris")
    report(house, "BAG-002", EntryKind.REPORTED_LOST, ReportReason.MISLAID)  # stock's operator, by the relayer
    report(house, "BAG-002", EntryKind.REPORT_WITHDRAWN, ReportReason.RECOVERED)
    assert answer(house, "BAG-001").level is answer(house, "LATER").level is Level.VERIFIED
    assert before[1] == house.piece("BAG-001").token_id
    assert not {*before[0].values()} - {before[0]["admin"]} & {*house.identity.roles.values()}
    for standing in key_standings(house, house.keys):
        assert standing.problem is None, standing
    with pytest.raises(RefusedError, match="AccessControlUnauthorizedAccount"):
        send_as(
            house,
            last_key(house, "registrar"),
            "registerBatch",
            7,
            1,
            b"\1" * 32,
            b"\1" * 32,
            house.identity.stock_account,
        )
    token = house.piece("LATER").token_id
    with pytest.raises(RefusedError, match="ItemRegistryActorNotAllowed"):
        send_as(house, last_key(house, "house"), "recordStep", token, int(EntryKind.SHIPPED), b"\1" * 32)


def test_another_process_sees_the_new_key_at_its_next_write(house, assay):
    """A site that runs for weeks must not sign with a key of last month."""
    running = House.open(house.data_dir)
    assert assay("rotate", "registrar")[0] == 0

    register_pieces(running, [some_piece(running, "RUNNING")])

    assert running.identity.roles["registrar"] == running.keys.signer("registrar").address
    assert answer(house, "RUNNING").level is Level.CAUTION  # not sold, and that alone
    running.close()


def test_the_admin_is_handed_over_in_two_steps_and_can_be_called_off(house, assay):
    """Nothing changes until the next key has accepted; what a thief began is cancelled by the key in force."""
    first = house.identity.roles["admin"]
    code, begun = assay("rotate", "admin")
    assert (code, assay("cancel")[0]) == (0, 0)
    assert read_back(house).roles["admin"] == first
    assert "no handover" in assay("accept")[1]

    write_key(house.data_dir / "keys" / "own.key", draw_key())
    code, begun = assay("rotate", "admin", "--file", "keys/own.key")
    assert code == 0
    assert assay("rotate", "guardian")[0] == 0  # by the admin of before, who is still in force
    code, accepted = assay("accept")

    assert (code, accepted["next"], accepted["last"]) == (0, begun["next"], first)
    assert assay("rotate", "stock")[0] == 0
    assert assay("list")[0] == 0


def read_back(house):
    return House.open(house.data_dir).identity


def test_a_rotation_that_was_cut_short_is_finished_by_the_next_command(house):
    """The ledger knows the new key, house.json does not yet: the house mends itself before it writes anything."""

    class CutError(Exception):
        pass

    kept = []

    def keep_once(identity):
        kept.append(identity)
        if len(kept) > 1:
            raise CutError
        house.keep(identity)

    house.keys.folder.make("registrar.cut")
    setting = FileKey("keys/registrar.cut.key")
    account = house.keys.open("registrar", setting).address
    with house.alone(), pytest.raises(CutError):
        rotate_key(house, keep_once, "registrar", account, setting)
    assert house.identity.roles["registrar"] != account

    again = House.open(house.data_dir)
    register_pieces(again, [some_piece(again, "MENDED")])

    assert (again.identity.roles["registrar"], again.identity.handovers) == (account, {})
    again.close()


@pytest.mark.parametrize("state", [State.SIGNED, State.PUBLISHED])
def test_what_the_last_key_left_in_the_outbox_finds_its_end(house, assay, monkeypatch, state):
    """Signed by a key that is gone, the very bytes go out; never signed, the next key signs. Neither happens twice."""
    token = house.piece("BAG-002").token_id
    before = on_ledger(house, token).claim_key
    ledger = type(house.dispatch.ledger)
    method = {State.SIGNED: "send", State.PUBLISHED: "nonce"}[state]
    with monkeypatch.context() as patch:
        patch.setattr(ledger, method, unreachable)
        with pytest.raises(LedgerUnavailableError):
            renew_claim_key(house, "BAG-002")
    (waiting,) = [one for one in house.dispatch.outbox.unfinished() if one.what == "claim_key"]
    assert waiting.state is state
    if state is State.PUBLISHED:  # a lost key: nothing can be signed with it any more
        lost = house.identity.signers["registrar"].file
        erase_secret(house.data_dir / lost)

    assert assay("rotate", "registrar")[0] == 0
    with house.writing():
        pass

    assert house.dispatch.outbox.get(waiting.id).state is State.CONFIRMED
    assert on_ledger(house, token).claim_key != before


def unreachable(*_, **__):
    raise LedgerUnavailableError("nobody there")


def test_a_step_that_names_a_lost_key_is_given_up_and_recorded_again(house, assay, monkeypatch):
    """Its document names the last account; signed by the next one, nobody would believe it."""
    with monkeypatch.context() as patch:
        patch.setattr(type(house.dispatch.ledger), "nonce", unreachable)
        with pytest.raises(LedgerUnavailableError):
            step(house, "LATER", EntryKind.RETIRED, reason="Returned to the workshop")
    erase_secret(house.data_dir / house.identity.signers["guardian"].file)

    code, value = assay("rotate", "guardian")

    assert (code, len(value["given_up"])) == (0, 1)
    step(house, "LATER", EntryKind.RETIRED, reason="Returned to the workshop")
    assert on_ledger(house, house.piece("LATER").token_id).status & Status.RETIRED


def test_a_missing_key_denies_its_role_and_names_the_setting(house):
    """Deny by default: no other key stands in."""
    damaged = replace(house.identity, signers={**house.identity.signers, "registrar": FileKey("keys/nowhere.key")})
    with house.alone():
        genuine = house.identity
        house.keep(damaged)
    try:
        with pytest.raises(SignerMissingError, match=r"signers\.registrar of house\.json"):
            register_pieces(house, [some_piece(house, "DENIED")])
        step(house, "BAG-002", EntryKind.MANUFACTURED)  # the other roles work on
    finally:
        with house.alone():
            house.keep(genuine)
    with house.writing():  # what was planned was kept, and is finished now
        pass
    assert house.piece("DENIED").state is State.CONFIRMED


def test_a_key_is_encrypted_exported_moved_and_brought_back(house, assay, tmp_path):
    """Each time the same account; the plain file is gone, and a key of another account is refused."""
    phrase, other = tmp_path / "phrase", tmp_path / "other"
    write_secret(phrase, PHRASE + "\n")
    write_secret(other, "another long passphrase\n")
    plain = house.data_dir / house.identity.signers["registrar"].file

    assert assay("encrypt", "registrar", "--passphrase-file", phrase)[0] == 0
    assert not plain.exists()
    assert assay("passphrase", "registrar", "--passphrase-file", other)[0] == 0
    assert assay("export", "registrar", "-o", tmp_path / "copy.json", "--passphrase-file", phrase)[0] == 0
    assert (
        assay(
            "import",
            "registrar",
            tmp_path / "copy.json",
            "--source-passphrase-file",
            phrase,
            "--passphrase-file",
            phrase,
        )[0]
        == 0
    )
    register_pieces(house, [some_piece(house, "ENCRYPTED")])
    assert PHRASE not in (house.data_dir / "house.json").read_text()
    write_key(tmp_path / "foreign.key", draw_key())
    code, words = assay("set", "registrar", "--file", tmp_path / "foreign.key")
    assert (code, "rotate" in words) == (2, True)
    assert assay("rotate", "registrar")[0] == 0  # back to a plain file, for the tests that follow


def test_a_role_moves_to_a_signer_elsewhere_and_waits_for_it(house, assay, tmp_path):
    """The key is never in the house. While its signer lies or is away nothing is sent; then the same job goes on."""
    key = draw_key()
    with running_service(key) as service:
        url = ("--url", service.url, "--public-key", "0x" + service.public_key.hex())
        code, value = assay("rotate", "registrar", *url)
        assert (code, value["next"]) == (0, KeySigner(key).address)
        for fault in (Fault.OTHER_KEY, Fault.REFUSE):
            service.fault = fault
            with pytest.raises(Exception, match="nothing was sent"):
                register_pieces(house, [some_piece(house, f"REMOTE-{fault.name}")])

        service.fault = Fault.NONE
        register_pieces(house, [some_piece(house, "REMOTE")])
        states = [house.piece(name).state for name in ("REMOTE", "REMOTE-OTHER_KEY")]

        assert states == [State.CONFIRMED, State.CONFIRMED]
        assert assay("list", "--ask")[0] == 0
        assert assay("rotate", "registrar", "--file", fresh(house, "home"))[0] == 0


def fresh(house, name):
    write_key(house.data_dir / "keys" / f"{name}.key", draw_key())
    return f"keys/{name}.key"


def test_drill_of_a_stolen_registrar_key(house, assay):
    """The thief registers; dispute, rotate: his piece is rejected, every piece of the house stands as before."""
    register_pieces(house, [some_piece(house, "BEFORE")])  # so that the key has coins, as one in use does
    stolen = KeySigner(read_key(house.data_dir / house.identity.signers["registrar"].file))
    genuine = house.piece("LATER").token_id
    passports, root = on_ledger(house, genuine).passports, on_ledger(house, genuine).claim_root
    stolen_at = datetime.fromtimestamp(house.dispatch.ledger.latest_time_s(), UTC)
    send_as(house, stolen, "registerBatch", 0xBAD, 1, passports, root, house.identity.stock_account)
    forged = house.identity.item(0xBAD << 32)
    assert (
        house.verifier().verify_item(forged, TOKEN).verdict.level is not Level.VERIFIED
    )  # a passport of another piece

    dispute_actor(house, "registrar", stolen_at)
    found = house.verifier().verify_item(forged, TOKEN).verdict
    assert (found.level, found.outcome(Code.ISSUER_TRUSTED)) == (Level.REJECTED, Outcome.FAILED)
    code, listed = assay("list")
    assert (code, "rotate registrar" in json.dumps(listed)) == (1, True)
    with pytest.raises(RefusedError):
        send_as(house, stolen, "registerBatch", 0xBAD2, 1, passports, root, house.identity.stock_account)

    assert assay("rotate", "registrar")[0] == 0
    register_pieces(house, [some_piece(house, "AFTER")])
    assert answer(house, "BAG-001").level is Level.VERIFIED
    assert answer(house, "AFTER").outcome(Code.ISSUER_TRUSTED) is Outcome.PASSED


def test_drill_of_a_stolen_recorder_key(house, assay):
    """Garbage on a genuine piece: caution at once, caution after the dispute, clear again once it is voided."""
    stolen = KeySigner(read_key(house.data_dir / house.identity.signers["house"].file))
    token = house.piece("BAG-001").token_id
    stolen_at = datetime.fromtimestamp(house.dispatch.ledger.latest_time_s(), UTC)
    send_as(house, stolen, "recordStep", token, int(EntryKind.INSPECTED), b"\xba\xd0" * 16)
    number = (on_ledger(house, token).state >> 8) & 0xFFFFFFFF
    said = answer(house, "BAG-001")
    assert (said.level, said.outcome(Code.DOCUMENTS_MATCH)) == (Level.CAUTION, Outcome.UNKNOWN)

    dispute_actor(house, "house", stolen_at)
    said = answer(house, "BAG-001")
    assert (said.level, said.outcome(Code.HISTORY_AUTHORISED)) == (Level.CAUTION, Outcome.FAILED)

    assert assay("rotate", "house")[0] == 0
    void_step(house, "BAG-001", number, "Recorded with a stolen key", house.now())
    assert answer(house, "BAG-001").level is Level.VERIFIED
    step(house, "AFTER", EntryKind.MANUFACTURED)
    assert answer(house, "AFTER").outcome(Code.HISTORY_AUTHORISED) is Outcome.PASSED
    with pytest.raises(RefusedError):
        send_as(house, stolen, "recordStep", token, int(EntryKind.INSPECTED), b"\xba\xd1" * 16)
