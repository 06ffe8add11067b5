"""Lines of the log are only added, whoever tries."""

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import IntegrityError

from tests.fakes.database import some_database
from web.store.console_tables import STAFF_LOG
from web.store.people import Role, add_person
from web.store.people_tables import PERSON
from web.store.staff_log import StaffAction, StaffLog, note

pytestmark = pytest.mark.usefixtures("each_engine")

TOKEN = "330712481792"


@pytest.fixture
def database():
    return some_database()


def add(database, action, person="p" * 32, token=TOKEN, at=1):
    with database.writing() as connection:
        note(connection, action, person, at, token=token, detail="png")


@pytest.mark.parametrize(
    "statement",
    [update(STAFF_LOG).values(person_id="x" * 32), delete(STAFF_LOG), text("DELETE FROM staff_log")],
    ids=["update", "delete", "by hand"],
)
def test_the_database_itself_refuses_to_change_the_log(database, statement):
    """A bug, or a hand at the database, cannot wipe a trace out unseen."""
    add(database, StaffAction.LABEL_DRAWN)
    with pytest.raises(IntegrityError, match="only added"), database.writing() as connection:
        connection.execute(statement)

    assert len(StaffLog(database).newest()) == 1


def test_a_line_outlives_the_account_of_who_did_it(database):
    """The name goes with the account; that it happened does not."""
    with database.writing() as connection:
        ines = add_person(connection, "Inès", Role.STAFF, "fr", 1)
    add(database, StaffAction.CARD_DRAWN, ines.id)
    named = StaffLog(database).newest()[0].person
    with database.writing() as connection:
        connection.execute(delete(PERSON))
    (line,) = StaffLog(database).newest(token=TOKEN)

    assert (named, line.person, line.person_id) == ("Inès", "", ines.id)


def test_a_card_whose_code_was_not_erased_is_remembered(database):
    """Drawn, erased, drawn anew: only the last counts."""
    log = StaffLog(database)
    add(database, StaffAction.LABEL_DRAWN)
    seen = [log.cards_kept()]
    for action in (StaffAction.CARD_DRAWN, StaffAction.CARD_FORGOTTEN, StaffAction.CARD_DRAWN):
        add(database, action)
        seen.append(log.cards_kept())

    assert seen == [(), (TOKEN,), (), (TOKEN,)]
