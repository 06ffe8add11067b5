"""Reading back as a stranger: what does not verify is never called confirmed."""

from dataclasses import dataclass, field

import pytest

from mint.book import Book
from mint.database import HouseDatabase
from mint.errors import ReadbackError
from mint.outbox import Outbox
from mint.plan import draw_secrets
from mint.readback import ENTRY_READBACK, Reader, read_back
from tests.fakes.desk import IDENTITY, some_intent
from tests.fakes.store import MemoryStore
from tests.unit.mint.test_plan import some_plan
from verifier.policies import MINT_READBACK
from verifier.verdict import NEVER_FAILS, Finding, Outcome, Verdict


@dataclass
class Stranger:
    """A verifier that finds what it is told to."""

    bad: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)

    def verify_item(self, item, policy):
        self.asked.append(item)
        codes = policy.required | policy.advisory
        self.verdict = Verdict(
            policy, tuple(Finding(code, self.bad.get(code, Outcome.PASSED), "as told") for code in codes)
        )
        return self


@pytest.fixture
def registered(tmp_path):
    """Plan a registration of 70 pieces and publish it."""
    book = Book(HouseDatabase(tmp_path / "house.sqlite3"))
    plan = some_plan(70, draw_secrets(70))
    payload = {"batch": str(plan.batch.batch), "root": str(plan.root)}
    with book.database.transaction():
        (intent,) = Outbox(book.database).plan([some_intent(what="register", payload=payload)])
        book.add_pieces(intent.id, plan.pieces)
    return book, intent, MemoryStore(plan.blocks)


def steps(tmp_path, tokens):
    book = Book(HouseDatabase(tmp_path / "house.sqlite3"))
    payload = {"tokens": [str(IDENTITY.batch(7).item(index).token_id) for index in range(tokens)]}
    return book, Outbox(book.database).plan([some_intent(payload=payload)])[0]


def test_of_a_large_registration_both_ends_and_a_sample_are_verified_whole(registered):
    """18 of 70; the first and the last are always among them."""
    book, intent, store = registered
    stranger = Stranger()

    read_back(IDENTITY, book, Reader(stranger, store), intent)

    indexes = [item.index for item in stranger.asked]
    assert (len(set(indexes)), indexes[0], indexes[-1]) == (18, 0, 69)


def test_every_other_passport_is_compared_by_its_path(registered):
    """One wrong digest among those that nobody drew is still found."""
    book, intent, store = registered
    with book.database.transaction():
        book.database.execute("UPDATE piece SET passport = ? WHERE place = 33", (bytes(32),))

    with pytest.raises(ReadbackError, match="another passport"):
        read_back(IDENTITY, book, Reader(Stranger(), store), intent)


def test_a_store_that_lost_the_directory_is_found_out(registered):
    """Reading back goes by what the ledger names."""
    book, intent, store = registered
    store.blocks.popitem()

    with pytest.raises(ReadbackError):
        read_back(IDENTITY, book, Reader(Stranger(), store), intent)


FAULTS = [(code, Outcome.UNKNOWN, 3) for code in sorted(ENTRY_READBACK.required)] + [
    (code, Outcome.FAILED, 1) for code in sorted(ENTRY_READBACK.required - NEVER_FAILS)
]


@pytest.mark.parametrize(("code", "outcome", "exit_code"), FAULTS)
def test_whatever_is_not_proved_is_an_error(tmp_path, code, outcome, exit_code):
    """Proved wrong is one thing, not proved another: that may be tried again."""
    book, intent = steps(tmp_path, 1)

    with pytest.raises(ReadbackError, match=code) as caught:
        read_back(IDENTITY, book, Reader(Stranger({code: outcome}), MemoryStore()), intent)

    assert exit_code == caught.value.exit_code


@pytest.mark.parametrize("code", sorted(MINT_READBACK.required - ENTRY_READBACK.required))
def test_an_older_fault_does_not_count_against_a_new_entry(tmp_path, code):
    """A disputed actor's old step is shown to customers; the new step was recorded all the same."""
    book, intent = steps(tmp_path, 1)

    read_back(IDENTITY, book, Reader(Stranger({code: Outcome.FAILED}), MemoryStore()), intent)


def test_of_many_steps_a_few_are_verified(tmp_path):
    """The transaction is one whole: six of a hundred tell."""
    book, intent = steps(tmp_path, 100)
    stranger = Stranger()

    read_back(IDENTITY, book, Reader(stranger, MemoryStore()), intent)

    assert len(set(stranger.asked)) == 6
