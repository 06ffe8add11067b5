"""What other parts of the site are asked when somebody wants their data, or leaves."""

import pytest

from tests.fakes.database import some_database
from web.accounts.accounts import Accounts
from web.accounts.export import export_of
from web.accounts.hooks import AccountHooks
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
