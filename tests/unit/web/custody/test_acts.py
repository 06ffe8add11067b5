"""From a wish to the registry and back: claim, report, withdraw, move, each cut and run again."""

from __future__ import annotations

import dataclasses

import pytest

from mint.adapters.keystore_signer import KeySigner
from mint.lock import FolderLock
from mint.reports import ReportReason
from provenance_schemas.claim_codes import ClaimCode
from provenance_schemas.step_kinds import EntryKind, Status
from tests.fakes.database import some_database
from tests.fakes.pieces import FakeDesk, some_custody, some_sold_piece
from tests.fakes.registry import some_address
from tests.fakes.world import World
from verifier.errors import ChainUnavailableError
from web.accounts.hooks import Tie
from web.custody.acts import CLAIM, CLAIMED, Claimant
from web.custody.handlers import PieceJobs
from web.custody.holdings import HoldingState
from web.farewell import ties_of
from web.jobs.queue import JobState
from web.jobs.worker import Worker
from web.points.earning import RewardLaterError
from web.store.people import Role, add_person, find_person

pytestmark = pytest.mark.usefixtures("each_engine")

NOW = 1_800_000_000
MINE = some_address("my own wallet")


class Moment:
    """A clock that is set by hand."""

    now_s = NOW

    def __call__(self) -> float:
        return self.now_s


class House:
    """Custody, desk and worker over one world."""

    def __init__(self, folder):
        self.clock = Moment()
        self.world = World()
        self.desk = FakeDesk(self.world)
        self.custody = some_custody(some_database(), self.clock)
        self.holdings, self.jobs = self.custody.holdings, self.custody.jobs
        self.told = []
        handlers = PieceJobs(self.desk, self.custody, [self.told.append]).handlers()
        self.worker = Worker(self.jobs, handlers, FolderLock(folder))
        self.item = some_sold_piece(self.world)
        self.code = self.desk.give_card(self.item)
        self.ada, self.bob = self.person("Ada"), self.person("Bob")

    def person(self, name):
        with self.jobs.database.writing() as connection:
            return add_person(connection, name, Role.MEMBER, "en", NOW)

    def claim(self, person=None, code=None, item=None):
        claimant = Claimant((person or self.ada).id, "device")
        registry = self.world.brand.registry
        return self.custody.claim(claimant, registry, item or self.item, "Aurore 25", code or self.code)

    def work(self):
        while self.worker.run_once():
            pass

    def owner(self):
        return self.world.registry.words(self.item, self.world.registry.tip).owner

    def status(self):
        return Status(self.world.registry.words(self.item, self.world.registry.tip).status)

    def held(self):
        """Claim the piece for Ada; gives the holding."""
        self.claim()
        self.work()
        (holding,) = self.holdings.of_person(self.ada.id)
        return holding


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


def test_a_claimed_piece_is_held_at_an_address_of_its_own(house):
    """The registry says the address of the holding; the holder is the one who claimed, and nobody else."""
    holding = house.held()

    assert (house.item, HoldingState.HELD, NOW) == (holding.item, holding.state, holding.held_at)
    assert house.owner() == holding.address
    assert [house.holdings.holds(person.id, house.item) for person in (house.ada, house.bob)] == [True, False]
    assert house.ada.id == house.holdings.holder_of(house.item)
    assert house.holdings.is_held(house.item)


def test_the_code_is_not_kept(house):
    """What a worker needs is the signature of the code's key, good for one address; even that is forgotten."""
    job = house.claim()
    secret = (house.code.symbols, house.code.secret.hex())
    assert not any(word in str(job.payload) for word in secret)
    house.work()

    assert house.jobs.find(job.id).payload == {}


def test_the_same_claim_sent_twice_is_one(house):
    """A double click makes one job, one address, one transaction."""
    assert house.claim().id == house.claim().id
    house.work()
    house.claim()
    house.work()

    assert len(house.desk.wishes) == 1
    assert len(house.holdings.of_person(house.ada.id)) == 1


def test_two_pieces_of_one_person_have_nothing_in_common(house):
    """Other addresses, other salts."""
    first = house.held()
    item = some_sold_piece(house.world, 502)
    house.claim(code=house.desk.give_card(item), item=item)
    house.work()

    second, _ = sorted(house.holdings.of_person(house.ada.id), key=lambda one: one.item != item)
    assert first.address != second.address
    assert first.salt != second.salt


def test_each_holding_of_a_piece_has_the_next_address_of_its_own(house):
    """Also after a claim that was refused; and from the key alone each is found again by its number."""
    house.claim(house.bob, code=ClaimCode.new())
    house.work()
    first = house.held()
    late = house.claim(house.bob)
    second = house.holdings.get(late.subject)
    find = house.custody._keys.find_holding_key

    assert [find(house.item, one.address).counter for one in (first, second)] == [1, 2]


def test_a_piece_whose_row_was_lost_is_found_with_the_key_alone(house):
    """Claimed on the ledger, and the disk lost the rest: its owner's address tells which key signs for it."""
    house.held()
    with house.jobs.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM holding")

    found = house.custody._keys.find_holding_key(house.item, house.owner())
    house.desk.move(house.item, MINE, KeySigner(found.key), "by hand")

    assert house.owner() == MINE


def test_a_claim_is_told_to_whoever_rewards_it_even_if_it_was_away(house):
    """Asked for in the transaction that makes the piece held, so it cannot be lost; told until it is taken."""
    answers = [ChainUnavailableError("away"), None]
    told = []

    def hook(claimed):
        told.append(claimed)
        if (error := answers.pop(0)) is not None:
            raise error

    handlers = PieceJobs(house.desk, house.custody, [hook]).handlers()
    house.worker._handlers = handlers
    job = house.claim()
    house.work()
    house.clock.now_s += 60
    house.work()

    assert len(told) == 2
    assert told[0] == told[1]
    assert (job.id, house.ada.id, house.item, "device") == (
        told[0].claim_id, told[0].person_id, told[0].item, told[0].device
    )  # fmt: skip


def test_a_reward_that_waits_for_tomorrow_is_not_asked_for_before(house):
    """The day's points are given: the record is not verified again every minute, and nothing is lost."""
    told, tomorrow_s = [], NOW + 40_000

    def hook(claimed):
        told.append(house.clock.now_s)
        if house.clock.now_s < tomorrow_s:
            raise RewardLaterError(tomorrow_s)

    house.worker._handlers = PieceJobs(house.desk, house.custody, [hook]).handlers()
    house.claim()
    for now_s in (NOW, NOW + 60, NOW + 3_600, tomorrow_s - 1, tomorrow_s):
        house.clock.now_s = now_s
        house.work()

    assert [NOW, tomorrow_s] == told
    assert house.jobs.count(JobState.DONE) == 2


def test_a_claim_waits_for_a_ledger_that_is_away(house):
    """Nothing is lost, nothing is asked of the customer again."""
    house.desk.reachable = False
    job = house.claim()
    house.work()
    assert JobState.WAITING is house.jobs.find(job.id).state
    assert [one.state for one in house.holdings.of_person(house.ada.id)] == [HoldingState.CLAIMING]

    house.desk.reachable = True
    house.clock.now_s += 60
    house.work()

    assert house.holdings.holds(house.ada.id, house.item)


@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_claim_cut_by_a_crash_is_carried_on(house, cut):
    """Whether the registry has it already or not, the piece is claimed once and held by who claimed it."""
    job = house.claim()
    claim = house.desk.claim

    def dies(permit, wish):
        if cut == "after":
            claim(permit, wish)
        raise KeyboardInterrupt

    house.desk.claim = dies
    with pytest.raises(KeyboardInterrupt):
        house.worker.run_once()
    house.desk.claim = claim
    house.work()

    assert JobState.DONE is house.jobs.find(job.id).state
    assert house.holdings.holds(house.ada.id, house.item)
    assert [job.id] == house.desk.wishes
    assert [job.id] == [claimed.claim_id for claimed in house.told]


def test_of_two_with_one_card_the_first_has_the_piece(house):
    """The other is told that the card was used, and holds nothing."""
    house.claim(house.ada)
    late = house.claim(house.bob)
    house.work()

    assert (house.jobs.find(late.id).state, house.jobs.find(late.id).result["code"]) == (JobState.REFUSED, "used")
    assert house.ada.id == house.holdings.holder_of(house.item)
    assert house.holdings.of_person(house.bob.id) == ()


def test_a_wrong_code_that_gets_this_far_is_refused_by_the_registry(house):
    """The page asks before; the registry is what holds."""
    job = house.claim(code=ClaimCode.new())
    house.work()

    assert house.jobs.find(job.id).result["code"] == "wrong_code"
    assert not house.holdings.is_held(house.item)


def test_a_report_is_made_and_taken_back(house):
    """Signed with the key of the piece's own address."""
    holding = house.held()

    house.custody.report(holding, EntryKind.REPORTED_STOLEN, ReportReason.THEFT, "form 1")
    house.work()
    assert house.status() & Status.STOLEN
    house.custody.report(holding, EntryKind.REPORT_WITHDRAWN, ReportReason.RECOVERED, "form 2")
    house.work()

    assert not house.status() & Status.STOLEN


def test_a_form_sent_twice_is_one_act(house):
    """And another form is another one."""
    holding = house.held()
    ask = house.custody.report

    first = ask(holding, EntryKind.REPORTED_LOST, ReportReason.MISLAID, "form")
    assert first.id == ask(holding, EntryKind.REPORTED_LOST, ReportReason.MISLAID, "form").id
    assert first == house.custody.open_job(holding)
    assert first.id != ask(holding, EntryKind.REPORTED_LOST, ReportReason.MISLAID, "other form").id


def test_a_piece_moved_out_is_nobodys_here_any_more(house):
    """It is its owner's; the house signs nothing more for it."""
    holding = house.held()
    house.custody.move(holding, MINE, "form")
    house.work()

    assert house.owner() == MINE
    assert not house.holdings.holds(house.ada.id, house.item)
    refused = house.custody.report(holding, EntryKind.REPORTED_LOST, ReportReason.MISLAID, "late form")
    house.work()
    assert house.jobs.find(refused.id).result["code"] == "not_held"


def test_a_move_cut_after_it_went_through_is_found_done(house):
    """Run again, it looks first."""
    holding = house.held()
    job = house.custody.move(holding, MINE, "form")
    house.world.registry.transfer(house.item, MINE)
    house.work()

    assert JobState.DONE is house.jobs.find(job.id).state
    assert not house.holdings.is_held(house.item)


def test_a_stolen_piece_cannot_be_moved_out(house):
    """The registry refuses; the piece stays held."""
    holding = house.held()
    house.custody.report(holding, EntryKind.REPORTED_STOLEN, ReportReason.THEFT, "form 1")
    job = house.custody.move(holding, MINE, "form 2")
    house.work()

    assert house.jobs.find(job.id).result["code"] == "stolen"
    assert house.holdings.is_held(house.item)


def test_a_piece_claimed_anew_is_held_by_its_new_owner_alone(house):
    """Moved out, given back to the house, sold again: the first holder's row does not speak for it."""
    first = house.held()
    with house.jobs.database.writing() as connection:
        again = dataclasses.replace(first, id="0" * 32)
        salt, address = house.custody._keys.new_address(house.item, house.holdings.count_of(connection, house.item))
        house.holdings.begin(connection, again.id, house.bob.id, (house.item, "Aurore"), (salt, address), NOW)
        house.holdings.held(connection, again, NOW)

    assert house.bob.id == house.holdings.holder_of(house.item)
    assert house.holdings.of_person(house.ada.id) == ()


def test_whoever_deletes_the_account_leaves_the_pieces_with_the_house(house):
    """The rows stay, without the person; forgetting that is refused by the database itself."""
    holding = house.held()
    person_table = "DELETE FROM person WHERE id = :id"
    with pytest.raises(Exception, match=r"(?i)foreign key"), house.jobs.database.writing() as connection:
        connection.exec_driver_sql(person_table.replace(":id", f"'{house.ada.id}'"))

    with house.jobs.database.writing() as connection:
        house.holdings.leave(connection, house.ada)
        connection.exec_driver_sql(person_table.replace(":id", f"'{house.ada.id}'"))
        assert find_person(connection, house.ada.id) is None

    kept = house.holdings.get(holding.id)
    assert (None, HoldingState.HELD, holding.salt) == (kept.person_id, kept.state, kept.salt)
    assert house.holdings.is_held(house.item)
    assert house.holdings.holder_of(house.item) is None


def test_a_claim_of_somebody_who_left_goes_through_and_rewards_nobody(house):
    """The card is used up; the piece is with the house, which knows its owner by other papers."""
    job = house.claim()
    with house.jobs.database.writing() as connection:
        house.holdings.leave(connection, house.ada)
        connection.exec_driver_sql(f"DELETE FROM person WHERE id = '{house.ada.id}'")
    house.work()

    assert JobState.DONE is house.jobs.find(job.id).state
    assert house.told == []
    assert house.holdings.is_held(house.item)


def test_a_person_takes_their_data_along(house):
    """Everything but the salt, which is half of a key."""
    holding = house.held()

    (row,) = house.holdings.export(house.ada)
    assert (str(house.item), holding.address, "held") == (row["item"], row["address"], row["state"])
    assert "salt" not in row
    assert {CLAIM, CLAIMED} == {one["kind"] for one in house.jobs.export(house.ada.id)}


def test_pieces_are_counted_for_whoever_wants_to_leave(house):
    """Held, and being claimed; a piece of somebody else's binds nobody."""

    def ties(person):
        with house.jobs.database.reading() as connection:
            return ties_of(house.holdings, connection, person)

    house.claim()
    assert {Tie.CLAIMING} == ties(house.ada)
    house.work()

    assert {Tie.HELD} == ties(house.ada)
    assert ties(house.bob) == set()
