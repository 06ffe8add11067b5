"""`assay people`: invitations, the list, roles; what is printed and the exit codes."""

import argparse
import json

import pytest

from tests.fakes.database import some_database
from tests.fakes.world import World
from verifier.trust import TrustRegistry, trust_json
from web.cli import people
from web.store.invitations import find_invitation
from web.store.people import Role, add_person, find_person

PERSON = "a" * 32


@pytest.fixture
def database(tmp_path, monkeypatch):
    """A brand's folder with its trust file and a database; the command finds it as it always does."""
    world = World()
    (tmp_path / "trust.json").write_text(trust_json(TrustRegistry((world.brand,))), "utf-8")
    for name in ("ASSAY_DATA", "ASSAY_TRUST", "ASSAY_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    database = some_database(tmp_path / "site.sqlite3")
    with database.writing() as connection:
        add_person(connection, "Camille", Role.MEMBER, "fr", 1_800_000_000, person_id=PERSON)
    yield database
    database.close()


@pytest.fixture
def assay(tmp_path, capsys, database):
    """Run `assay people ...`; give its exit code, what it printed and what it said."""

    def run(*arguments):
        parser = argparse.ArgumentParser()
        people.add_parser(parser.add_subparsers())
        args = parser.parse_args(["people", *arguments, "--data", str(tmp_path)])
        code = args.run(args)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_an_invitation_is_a_link_whose_token_no_server_sees(assay, database):
    """It stands after the #, on the brand's own host, and opens for the role."""
    code, out, _ = assay("invite", "staff", "--json")
    link = json.loads(out)["link"]

    assert code == 0
    assert link.startswith("https://id.maison.example/invitation#")
    with database.reading() as connection:
        assert find_invitation(connection, link.partition("#")[2], 1_700_000_000).role is Role.STAFF


def test_people_and_open_invitations_are_listed(assay):
    """With the ids that the other commands take; never a token."""
    link = json.loads(assay("invite", "reseller", "--json")[1])["link"]
    code, out, _ = assay("list", "--json")
    listed = json.loads(out)

    assert code == 0
    assert [(p["name"], p["role"], p["id"]) for p in listed["people"]] == [("Camille", "member", PERSON)]
    assert [each["role"] for each in listed["invitations"]] == ["reseller"]
    assert link.partition("#")[2] not in out
    assert "Camille" in assay("list")[1]


def test_a_role_is_granted_and_taken_back(assay, database):
    """At once: the next page of that person knows."""
    assert assay("grant", PERSON, "staff")[0] == 0
    with database.reading() as connection:
        assert find_person(connection, PERSON).role is Role.STAFF

    assert assay("revoke", PERSON)[0] == 0
    with database.reading() as connection:
        assert find_person(connection, PERSON).role is Role.MEMBER


def test_an_open_invitation_is_withdrawn(assay):
    """By the id that the list shows."""
    assay("invite", "staff")
    handle = json.loads(assay("list", "--json")[1])["invitations"][0]["id"]

    assert assay("revoke", handle)[0] == 0
    assert json.loads(assay("list", "--json")[1])["invitations"] == []


@pytest.mark.parametrize("arguments", [("grant", "0" * 32, "staff"), ("revoke", "nobody")])
def test_an_unknown_id_changes_nothing(assay, arguments):
    """And is said, with exit code 2."""
    code, out, err = assay(*arguments)

    assert (code, out) == (2, "")
    assert "no person and no open invitation" in err


@pytest.mark.parametrize("days", ["0", "31", "x", "-1", "1.5"])
def test_an_invitation_lasts_a_month_at_most(assay, days):
    """Usage error."""
    with pytest.raises(SystemExit) as ended:
        assay("invite", "staff", "--days", days)

    assert ended.value.code == 2


def test_a_database_that_is_away_is_exit_code_3(tmp_path, capsys, monkeypatch):
    """Nothing was made; try again."""
    monkeypatch.setenv("ASSAY_DATABASE", f"sqlite:///{tmp_path}")
    parser = argparse.ArgumentParser()
    people.add_parser(parser.add_subparsers())
    args = parser.parse_args(["people", "list", "--data", str(tmp_path)])

    assert args.run(args) == 3
    assert "assay:" in capsys.readouterr().err
