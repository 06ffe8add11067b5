"""People, passkeys, codes and invitations in the real database."""

import pytest

from tests.fakes.database import some_database
from web.store.invitations import find_invitation, invite, open_invitations, use_invitation, withdraw_invitation
from web.store.passkeys import Passkey, add_passkey, count_passkeys, find_passkey, note_use, passkeys_of

from web.store.passkeys import remove_passkey, rename_passkey  # isort: skip
from web.store.people import Role, add_person, change_profile, delete_person, find_person, list_people, set_role
from web.store.recovery_codes import are_codes_of, count_codes, replace_codes, use_code
from web.store.sessions import SessionStore

pytestmark = pytest.mark.usefixtures("each_engine")

NOW = 1_800_000_000


@pytest.fixture
def database():
    return some_database()


def person_in(connection, name="Camille"):
    return add_person(connection, name, Role.MEMBER, "fr", NOW)


def passkey_of(person, number=1, count=0):
    return Passkey(bytes([number]) * 16, person.id, "id.maison.example", b"key", count, "Phone", True, NOW, None)


def test_a_person_is_kept_renamed_and_given_a_role(database):
    """And found again by their id alone."""
    with database.writing() as connection:
        person = person_in(connection)
        change_profile(connection, person.id, "Camille B.", "en")
        set_role(connection, person.id, Role.STAFF)
        found = find_person(connection, person.id)

    assert (found.name, found.language, found.role) == ("Camille B.", "en", Role.STAFF)
    with database.reading() as connection:
        assert find_person(connection, "0" * 32) is None
        assert [found] == list(list_people(connection, 10))


def test_whoever_leaves_leaves_nothing(database):
    """Passkeys, codes, used invitations and sessions go with the person, by the database's own rule."""
    with database.writing() as connection:
        person = person_in(connection)
        add_passkey(connection, passkey_of(person))
        replace_codes(connection, person.id, [b"h" * 32], NOW)
        token = invite(connection, Role.STAFF, NOW, age_max_s=60)
        use_invitation(connection, find_invitation(connection, token, NOW), person.id)
    store = SessionStore(database)
    session = store.start(person, NOW, device="Safari, iPhone").session
    with database.writing() as connection:
        delete_person(connection, person.id)

        for table in ("person", "passkey", "recovery_code", "invitation", "session"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() == 0, table
    assert store.list_of(person.id, NOW) == ()
    assert store.find(session.id, NOW) is None


def test_a_passkey_comes_back_as_it_was_kept(database):
    """Every field, bytes and all."""
    with database.writing() as connection:
        passkey = passkey_of(person_in(connection), count=7)
        add_passkey(connection, passkey)

        assert passkey == find_passkey(connection, passkey.id)
        assert find_passkey(connection, b"unknown") is None
        assert (passkey,) == passkeys_of(connection, passkey.person_id)


@pytest.mark.parametrize(
    ("kept", "shown", "noted"), [(0, 0, True), (0, 1, True), (5, 6, True), (5, 5, False), (5, 4, False), (5, 0, False)]
)
def test_a_count_only_goes_up(database, kept, shown, noted):
    """Both edges; an authenticator that never counted may go on not counting."""
    with database.writing() as connection:
        passkey = passkey_of(person_in(connection), count=kept)
        add_passkey(connection, passkey)

        assert noted is note_use(connection, passkey.id, shown, backed_up=False, now_s=NOW + 1)
        found = find_passkey(connection, passkey.id)
        assert (found.sign_count, found.used_at) == ((shown, NOW + 1) if noted else (kept, None))


def test_a_passkey_is_renamed_and_removed(database):
    """Only the one that was meant."""
    with database.writing() as connection:
        person = person_in(connection)
        first, second = passkey_of(person, 1), passkey_of(person, 2)
        add_passkey(connection, first)
        add_passkey(connection, second)
        rename_passkey(connection, second, "Desk")
        remove_passkey(connection, first)

        assert [each.name for each in passkeys_of(connection, person.id)] == ["Desk"]
        assert count_passkeys(connection, person.id) == 1


def test_a_code_works_once_for_its_owner(database):
    """Used, unknown and replaced codes are one and the same: none."""
    with database.writing() as connection:
        person = person_in(connection)
        assert not replace_codes(connection, person.id, [b"a" * 32, b"b" * 32], NOW)

        assert person.id == use_code(connection, b"a" * 32, NOW)
        assert use_code(connection, b"a" * 32, NOW) is None
        assert use_code(connection, b"x" * 32, NOW) is None
        assert count_codes(connection, person.id) == 1
        assert replace_codes(connection, person.id, [b"c" * 32], NOW)
        assert use_code(connection, b"b" * 32, NOW) is None


def test_codes_are_known_to_be_somebody_s_own(database):
    """All of them, unused, and this person's; an empty set is nobody's."""
    with database.writing() as connection:
        person, other = person_in(connection), person_in(connection, "Noa")
        replace_codes(connection, person.id, [b"a" * 32, b"b" * 32], NOW)

        assert are_codes_of(connection, person.id, [b"a" * 32, b"b" * 32])
        assert not are_codes_of(connection, other.id, [b"a" * 32])
        assert not are_codes_of(connection, person.id, [b"a" * 32, b"x" * 32])
        assert not are_codes_of(connection, person.id, [])
        use_code(connection, b"a" * 32, NOW)
        assert not are_codes_of(connection, person.id, [b"a" * 32])


def test_an_invitation_is_accepted_once_and_in_time(database):
    """The table never holds its token."""
    with database.writing() as connection:
        person = person_in(connection)
        token = invite(connection, Role.RESELLER, NOW, age_max_s=60)
        found = find_invitation(connection, token, NOW + 59)

        assert Role.RESELLER is found.role
        assert find_invitation(connection, token, NOW + 60) is None
        assert (found,) == open_invitations(connection, NOW)
        use_invitation(connection, found, person.id)
        assert find_invitation(connection, token, NOW) is None
        assert open_invitations(connection, NOW) == ()
        row = connection.exec_driver_sql("SELECT * FROM invitation").one()
    assert token not in repr(row)


@pytest.mark.parametrize("token", ["", "x", "é" * 40, "x" * 65, "x" * 10_000])
def test_what_is_no_token_finds_no_invitation(database, token):
    """Of any length."""
    with database.reading() as connection:
        assert find_invitation(connection, token, NOW) is None


def test_an_invitation_is_withdrawn(database):
    """Before anybody accepts it."""
    with database.writing() as connection:
        token = invite(connection, Role.STAFF, NOW, age_max_s=60)
        withdraw_invitation(connection, find_invitation(connection, token, NOW))

        assert find_invitation(connection, token, NOW) is None
