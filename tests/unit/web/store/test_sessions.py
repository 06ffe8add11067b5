"""What a person sees of their sessions, and the one open question of each."""

import pytest

from tests.fakes.database import some_database
from web.store.people import Role, add_person
from web.store.sessions import MEMBER_AGE_MAX_S, Challenge, SessionStore

pytestmark = pytest.mark.usefixtures("each_engine")

NOW = 1_800_000_000


@pytest.fixture
def store():
    return SessionStore(some_database())


def person_in(store, name="Camille"):
    with store.database.writing() as connection:
        return add_person(connection, name, Role.MEMBER, "fr", NOW)


def test_a_person_sees_their_sessions_and_nobody_else_s(store):
    """The newest first, without those that are over."""
    person, other = person_in(store), person_in(store, "Noa")
    store.start(person, NOW, device="Safari, iPhone")
    store.start(person, NOW + 5, device="Chrome, Mac")
    store.start(other, NOW, device="Edge, Windows")
    store.start(None, NOW, device="Firefox, Linux")

    assert [each.device for each in store.list_of(person.id, NOW + 6)] == ["Chrome, Mac", "Safari, iPhone"]
    assert [each.device for each in store.list_of(person.id, NOW + MEMBER_AGE_MAX_S)] == ["Chrome, Mac"]


def test_a_person_ends_their_own_session_only(store):
    """Naming somebody else's ends nothing."""
    person, other = person_in(store), person_in(store, "Noa")
    theirs = store.start(other, NOW, device="").session
    own = store.start(person, NOW, device="").session

    assert not store.end_of(person.id, theirs.id)
    assert store.end_of(person.id, own.id)
    assert store.list_of(person.id, NOW) == ()
    assert len(store.list_of(other.id, NOW)) == 1


def test_every_other_session_is_ended_at_once(store):
    """And the present one goes on."""
    person = person_in(store)
    kept = [store.start(person, NOW + i, device="").session for i in range(3)][1]

    assert store.end_others(person.id, kept.id) == 2
    assert [kept.id] == [each.id for each in store.list_of(person.id, NOW)]


def test_a_new_session_takes_the_expired_ones_away(store):
    """Whoever only opened the sign-in page leaves no row for ever."""
    store.start(None, NOW, device="")
    store.start(None, NOW + MEMBER_AGE_MAX_S, device="")

    with store.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM session").scalar_one() == 1


def test_a_question_comes_back_whole_with_whom_it_is_for(store):
    """The account of a sign-up exists only in its question, until a passkey answers."""
    session = store.start(None, NOW, device="").session
    asked = Challenge(b"c" * 32, "sign_up", "a" * 32, "Camille")
    store.set_challenge(session.id, asked, NOW + 300)

    assert asked == store.take_challenge(session.id, "sign_up", NOW)
