"""What other parts of the site are asked when somebody wants their data, or leaves."""

import pytest

from tests.fakes.database import some_database
from web.accounts.accounts import Accounts
from web.accounts.export import export_of
from web.accounts.hooks import AccountHooks, Tie
from web.accounts.refusals import Refusal, RefusedError
from web.store.people import Role, add_person, find_person

NOW = 1_800_000_000


@pytest.fixture
def database():
    return some_database()


@pytest.fixture
def person(database):
    with database.writing() as connection:
        return add_person(connection, "Camille", Role.MEMBER, "fr", NOW)


def test_every_part_adds_what_it_keeps_to_the_export(database, person):
    """Under its own name, beside the account."""
    hooks = AccountHooks({"points": lambda whose: {"balance": len(whose.name)}, "pieces": lambda _: []})
    exported = export_of(Accounts(database, hooks, lambda: NOW), person, ())

    assert exported["points"] == {"balance": 7}
    assert exported["pieces"] == []
    assert exported["account"]["created_at"] == "2027-01-15T08:00:00Z"


def test_every_part_lets_go_in_the_one_transaction_that_deletes(database, person):
    """They still find the person, and their writes and the deletion are one."""
    seen = []

    def let_go(connection, whose):
        seen.append(find_person(connection, whose.id))

    Accounts(database, AccountHooks(on_delete=(let_go,)), lambda: NOW).delete(person)

    assert [person] == seen
    with database.reading() as connection:
        assert find_person(connection, person.id) is None


def test_a_part_that_cannot_let_go_keeps_the_account(database, person):
    """Nothing is half deleted."""

    def refuse(connection, whose):
        raise RuntimeError("something of theirs is under way")

    with pytest.raises(RuntimeError):
        Accounts(database, AccountHooks(on_delete=(refuse,)), lambda: NOW).delete(person)

    with database.reading() as connection:
        assert person == find_person(connection, person.id)


@pytest.mark.parametrize(
    ("ties", "leaves_pieces", "refusal"),
    [
        ({Tie.CLAIMING}, True, Refusal.CLAIM_UNDER_WAY),
        ({Tie.CLAIMING, Tie.HELD}, True, Refusal.CLAIM_UNDER_WAY),
        ({Tie.HELD}, False, Refusal.PIECES_NOT_CONFIRMED),
        ({Tie.HELD}, True, None),
        (set(), False, None),
    ],
)
def test_what_binds_a_person_is_asked_in_the_transaction_that_deletes(database, person, ties, leaves_pieces, refusal):
    """A claim that began after the page was shown keeps the account; pieces are left knowingly, or not at all."""
    hooks = AccountHooks(ties=lambda connection, whose: frozenset(ties if find_person(connection, whose.id) else ()))
    try:
        Accounts(database, hooks, lambda: NOW).delete(person, leaves_pieces=leaves_pieces)
    except RefusedError as refused:
        found = refused.refusal
    else:
        found = None

    assert refusal is found
    with database.reading() as connection:
        assert (refusal is None) == (find_person(connection, person.id) is None)
