"""Accounts over the whole site: real routes, real database, real signatures, no browser."""

import hashlib
import json
import re

import pytest

from tests.fakes.limits import tight_limits
from tests.fakes.site import some_site
from tests.fakes.visitor import Visitor
from verifier.answers import Answer
from web.limits import LimitName
from web.store.invitations import invite
from web.store.people import Role, list_people
from web.store.sessions import STEP_UP_AGE_MAX_S

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"


NOON = 1_800_000_000.0


class Clock:
    now = NOON

    def __call__(self):
        return self.now


CLOCK = Clock()


@pytest.fixture(scope="module")
def world():
    """One brand and one application, over a clock that tests set."""
    site = some_site()
    site._plain_app = site.app(clock=CLOCK)
    return site


@pytest.fixture
def site(world):
    """Nobody has an account yet, and it is noon."""
    CLOCK.now = NOON
    with world.database.writing() as connection:
        for table in ("session", "invitation", "recovery_code", "passkey", "person"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    return world


@pytest.fixture
def camille(site):
    visitor = Visitor(site)
    assert visitor.sign_up("Camille").status_code == 200
    return visitor


def people(site):
    with site.database.reading() as connection:
        return list_people(connection, 100)


def later(site, seconds):
    """Somebody who signed up that long ago."""
    visitor = Visitor(site)
    visitor.sign_up()
    CLOCK.now += seconds
    return visitor


# ---- in


def test_a_name_and_a_passkey_make_an_account(site):
    """Nothing else is asked for; who signed up is signed in, on a device they know by name."""
    visitor = Visitor(site)
    answered = visitor.sign_up("  Camille   B. ", User_Agent=IPHONE, Accept_Language="fr")
    (person,) = people(site)

    assert answered.status_code == 200
    assert (person.name, person.role, person.language) == ("Camille B.", Role.MEMBER, "fr")
    assert "Camille B." in visitor.get("/account").text
    assert "Safari, iPhone" in visitor.get("/account/passkeys").text
    assert "Safari, iPhone" in visitor.get("/account/sessions").text


def test_an_account_exists_only_once_its_passkey_does(site):
    """Whoever turns back at their fingerprint reader leaves nothing."""
    visitor = Visitor(site)
    visitor.send("/sign-up/options", {"name": "Camille"})

    assert people(site) == ()


@pytest.mark.parametrize("body", [{}, {"name": 5}, {"name": ""}, {"name": "x" * 41}, {"name": "a\u202eb"}])
def test_a_name_that_is_none_makes_no_account(site, body):
    """With a code for programs and a sentence for people, in their language."""
    answered = Visitor(site).send("/sign-up/options?lang=fr", body)

    assert answered.mimetype == "application/problem+json"
    assert (answered.status_code, answered.json["code"]) in {(422, "name_unusable"), (400, "unreadable")}
    assert re.search("Choisissez|illisible", answered.json["detail"])


def test_a_passkey_signs_in_on_another_browser(site, camille):
    """Without a name: the passkey says who."""
    other = Visitor(site)
    other.authenticator = camille.authenticator

    assert other.sign_in().status_code == 200
    assert "Camille" in other.get("/account").text
    assert len(people(site)) == 1


@pytest.mark.parametrize("path", ["/sign-in", "/sign-up"])
def test_whoever_is_signed_in_is_led_on(camille, path):
    """To where they wanted to go, in the language they asked for."""
    assert camille.get(f"{path}?next=/points").headers["Location"] == "/points"
    assert camille.get(f"{path}?lang=fr").headers["Location"] == "/account?lang=fr"


def test_signing_out_ends_the_session_itself(camille):
    """The cookie is worth nothing afterwards, also to whoever kept a copy."""
    kept = camille.cookie()
    camille.post("/sign-out")
    camille.steal(kept)

    assert camille.get("/account").status_code == 303


# ---- recovery codes


def test_a_recovery_code_signs_in_once_and_asks_for_a_new_passkey(site, camille):
    """A lost phone is a nuisance, not a loss."""
    code, *_ = camille.make_codes()
    other = Visitor(site)
    answered = other.post("/sign-in/code", {"code": code.lower().replace("-", " "), "next": "/points"})
    again = Visitor(site).post("/sign-in/code", {"code": code})

    assert answered.headers["Location"] == "/account/passkeys/new?next=%2Fpoints&after=code"
    assert "signed in with a recovery code" in other.get(answered.headers["Location"]).text
    other.look()
    assert other.add_passkey().status_code == 200
    assert "2 passkeys" in other.get("/account").text
    assert "9 codes left" in other.get("/account").text
    assert again.status_code == 403


def test_new_codes_void_the_earlier_ones(site, camille):
    """And the page says so, the second time only."""
    first = camille.post("/account/codes").text
    codes = re.findall(r"<code>(.+)</code>", first)
    second = camille.post("/account/codes").text

    assert "Welcome, Camille" in first
    assert "no longer work" not in first
    assert "no longer work" in second
    assert Visitor(site).post("/sign-in/code", {"code": codes[0]}).status_code == 403


def test_codes_are_saved_as_a_file_without_a_script(camille):
    """The very codes of the page, and only if they are this person's."""
    codes = camille.make_codes()
    saved = camille.post("/account/codes/file", {"codes": " ".join(codes)})
    forged = camille.post("/account/codes/file", {"codes": " ".join([*codes[:9], "0000-0000-0000-0000"])})

    assert saved.mimetype == "text/plain"
    assert saved.headers["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert codes == saved.text.split("\r\n")[2:-1]
    assert forged.status_code == 409


# ---- step-up


@pytest.mark.parametrize(("age_s", "status"), [(STEP_UP_AGE_MAX_S, 200), (STEP_UP_AGE_MAX_S + 1, 303)])
@pytest.mark.parametrize("path", ["/account/codes", "/account/data", "/account/data/export", "/account/passkeys/new"])
def test_what_matters_asks_for_the_passkey_after_ten_minutes(site, path, age_s, status):
    """Both edges; reading one's own overview does not ask."""
    visitor = later(site, age_s)
    answered = visitor.get(path)

    assert answered.status_code == status
    assert status == 200 or answered.headers["Location"] == f"/account/confirm?next={path}"
    assert visitor.get("/account").status_code == 200


def test_confirming_opens_the_way_and_closes_it_to_a_stolen_cookie(site):
    """The session is a new one from here on: whoever copied the old cookie does not rise with it."""
    visitor = later(site, STEP_UP_AGE_MAX_S + 1)
    thief = Visitor(site)
    thief.steal(visitor.cookie())
    assert thief.get("/account").status_code == 200

    assert visitor.confirm().status_code == 200
    assert visitor.get("/account/data").status_code == 200
    assert thief.get("/account").status_code == 303


def test_a_recovery_code_confirms_where_no_script_runs(site):
    """Every page can be reached without JavaScript by whoever kept their codes."""
    visitor = later(site, 0)
    code, *_ = visitor.make_codes()
    CLOCK.now += STEP_UP_AGE_MAX_S + 1
    answered = visitor.post("/account/confirm/code", {"code": code, "next": "/account/data"})

    assert answered.headers["Location"] == "/account/data"
    assert visitor.get("/account/data").status_code == 200


def test_somebody_else_s_passkey_or_code_confirms_nothing(site, camille):
    """A guest on the same device has a passkey too; their code is not used up by the try."""
    noa = Visitor(site)
    noa.sign_up("Noa")
    code, *_ = noa.make_codes()
    camille.authenticator.passkeys.append(noa.authenticator.passkeys[0])

    assert camille.confirm().json["code"] == "passkey_refused"
    assert camille.post("/account/confirm/code", {"code": code}).status_code == 403
    assert Visitor(site).post("/sign-in/code", {"code": code}).status_code == 303


# ---- passkeys


def test_passkeys_are_added_renamed_and_removed(camille):
    """Each under the name its owner gives it."""
    assert camille.add_passkey("Desk").status_code == 200
    handles = re.findall(r'name="passkey" value="([0-9a-f]{32})"', camille.get("/account/passkeys").text)
    camille.post("/account/passkeys/rename", {"passkey": handles[1], "name": "Studio"})
    asked = camille.get(f"/account/passkeys/{handles[0]}/remove")
    camille.post(f"/account/passkeys/{handles[0]}/remove")
    page = camille.get("/account/passkeys").text

    assert asked.status_code == 200
    assert "Studio" in page
    assert "Desk" not in page
    assert re.findall(r'name="passkey" value="([0-9a-f]{32})"', page) == handles[1:]


def test_a_removed_passkey_signs_nobody_in(site, camille):
    """From that moment on."""
    camille.add_passkey("Desk")
    first, second = camille.authenticator.passkeys
    handle = hashlib.sha256(first.id).hexdigest()[:32]
    camille.post(f"/account/passkeys/{handle}/remove")
    other = Visitor(site)
    other.authenticator = camille.authenticator

    assert other.sign_in(first).json["code"] == "passkey_refused"
    assert other.sign_in(second).status_code == 200


def test_the_last_passkey_stays_unless_there_are_codes(camille):
    """Nobody locks themselves out by tidying up."""
    handle = re.findall(r'name="passkey" value="([0-9a-f]{32})"', camille.get("/account/passkeys").text)[0]
    refused = camille.post(f"/account/passkeys/{handle}/remove")
    camille.make_codes()
    removed = camille.post(f"/account/passkeys/{handle}/remove")

    assert refused.status_code == 409
    assert "only way to sign in" in refused.text
    assert removed.status_code == 303
    assert "You have no passkey" in camille.get("/account/passkeys").text


def test_an_account_has_ten_passkeys_at_most(camille):
    """Every list has an end."""
    for number in range(9):
        assert camille.add_passkey(f"Key {number}").status_code == 200

    assert camille.add_passkey("One more").json["code"] == "passkeys_full"


def test_the_same_credential_is_kept_once(site, camille):
    """An authenticator that answers with an id we know, for whomever, makes nothing."""
    noa = Visitor(site)
    options = noa.send("/sign-up/options", {"name": "Noa"}).json
    answer = noa.authenticator.make(options, passkey_id=camille.authenticator.passkeys[0].id)

    assert noa.answer("/sign-up/passkey", answer).json["code"] == "passkey_known"
    assert [person.name for person in people(site)] == ["Camille"]


def test_nobody_manages_somebody_else_s_passkey(site, camille):
    """Its handle is no secret, and opens nothing."""
    noa = Visitor(site)
    noa.sign_up("Noa")
    handle = re.findall(r'name="passkey" value="([0-9a-f]{32})"', camille.get("/account/passkeys").text)[0]

    assert noa.get(f"/account/passkeys/{handle}/remove").status_code == 404
    assert noa.post(f"/account/passkeys/{handle}/remove").status_code == 404
    assert noa.post("/account/passkeys/rename", {"passkey": handle, "name": "Mine"}).status_code == 404


# ---- the person


def test_name_and_language_are_changed_by_a_plain_form(site, camille):
    """A name that is none changes nothing and says why."""
    saved = camille.post("/account/profile", {"name": "Camille B.", "language": "fr"})
    refused = camille.post("/account/profile", {"name": " ", "language": "fr"})
    unknown = camille.post("/account/profile", {"name": "X", "language": "xx"})
    (person,) = people(site)

    assert saved.headers["Location"] == "/account?saved=1&lang=fr"
    assert "Enregistré" in camille.get("/account?saved=1&lang=fr").text
    assert (refused.status_code, unknown.status_code) == (422, 400)
    assert (person.name, person.language) == ("Camille B.", "fr")


def test_devices_are_listed_and_ended(site, camille):
    """One of them, or all others; the present one has no button."""
    phone, desk = Visitor(site), Visitor(site)
    for other in (phone, desk):
        other.authenticator = camille.authenticator
    phone.sign_in(User_Agent=IPHONE)
    desk.sign_in()
    page = camille.get("/account/sessions").text
    sessions = re.findall(r'name="session" value="([0-9a-f]{64})"', page)

    assert len(sessions) == 2
    assert "This device" in page
    camille.post("/account/sessions/end", {"session": sessions[0]})
    assert {phone.get("/account").status_code, desk.get("/account").status_code} == {200, 303}
    camille.post("/account/sessions/end-others")
    assert (phone.get("/account").status_code, desk.get("/account").status_code) == (303, 303)
    assert camille.get("/account").status_code == 200


def test_the_export_holds_everything_and_no_secret(camille):
    """Readable JSON; neither tokens nor codes nor hashes of them."""
    codes = camille.make_codes()
    exported = camille.get("/account/data/export")
    value = json.loads(exported.text)

    assert exported.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert value["account"]["name"] == "Camille"
    assert [each["host"] for each in value["passkeys"]] == ["id.maison.example"]
    assert value["recovery_codes_left"] == 10
    assert len(value["sessions"]) == 1
    for secret in (*codes, camille.cookie(), camille.csrf):
        assert secret not in exported.text


def test_deleting_asks_twice_and_leaves_nothing(site, camille):
    """The box, then gone: no account, no session, no passkey that opens one."""
    not_sure = camille.post("/account/delete")
    gone = camille.post("/account/delete", {"sure": "yes"})

    assert not_sure.status_code == 422
    assert gone.headers["Location"] == "/account-deleted"
    assert people(site) == ()
    assert "Your account is deleted" in camille.get("/account-deleted").text
    assert camille.get("/account").status_code == 303
    assert camille.sign_in().json["code"] == "passkey_refused"


# ---- roles


def invitation(site, role=Role.STAFF):
    with site.database.writing() as connection:
        return invite(connection, role, int(CLOCK()), age_max_s=600)


def test_an_invitation_gives_its_role_once(site, camille):
    """Staff is nobody by signing up; the second guest is refused."""
    token = invitation(site)
    accepted = camille.post("/invitation", {"token": f" {token} "})
    noa = Visitor(site)
    noa.sign_up("Noa")

    assert accepted.headers["Location"] == "/console"
    assert "Staff of the house" in camille.get("/account").text
    assert noa.post("/invitation", {"token": token}).status_code == 403
    assert {each.name: each.role for each in people(site)} == {"Camille": Role.STAFF, "Noa": Role.MEMBER}


def test_an_invitation_to_less_than_one_has_changes_nothing(site, camille):
    """And stays open for whom it was meant."""
    camille.post("/invitation", {"token": invitation(site)})
    token = invitation(site, Role.RESELLER)
    camille.look()

    assert camille.post("/invitation", {"token": token}).status_code == 409
    assert people(site)[0].role is Role.STAFF
    noa = Visitor(site)
    noa.sign_up("Noa")
    assert noa.post("/invitation", {"token": token}).headers["Location"] == "/account"


def test_an_invitation_asks_who_is_there_first(site):
    """Sign in, or confirm, and come back; its token is never in an address that is sent."""
    stranger, member = Visitor(site), later(site, STEP_UP_AGE_MAX_S + 1)

    assert 'href="/sign-in?next=%2Finvitation"' in stranger.get("/invitation").text
    assert 'href="/account/confirm?next=%2Finvitation"' in member.get("/invitation").text
    assert (
        member.post("/invitation", {"token": invitation(site)}).headers["Location"]
        == "/account/confirm?next=/invitation"
    )


# ---- what every page has


PAGES = ["/account", "/account/passkeys", "/account/codes", "/account/sessions", "/account/data", "/account/confirm"]


@pytest.mark.parametrize("path", [*PAGES, "/account/passkeys/new", "/invitation"])
def test_every_page_speaks_french(camille, path):
    """Whole pages: none of the English words is left in the main part."""
    english = re.search(r"<h1[^>]*>(.+?)</h1>", camille.get(path).text)[1]
    french = camille.get(f"{path}?lang=fr")

    assert french.status_code == 200
    assert '<html lang="fr">' in french.text
    assert english not in french.text


def test_the_language_switch_keeps_where_somebody_wanted_to_go(site):
    """A visitor who changes language at the door still arrives."""
    assert 'href="/sign-in?next=%2Fpoints&amp;lang=fr"' in Visitor(site).get("/sign-in?next=/points").text


@pytest.mark.parametrize(
    ("path", "feature"),
    [
        ("/sign-in", "publickey-credentials-get=(self)"),
        ("/sign-up", "publickey-credentials-create=(self)"),
        ("/account/confirm", "publickey-credentials-get=(self)"),
        ("/account/passkeys/new", "publickey-credentials-create=(self)"),
    ],
)
def test_only_the_pages_that_need_passkeys_may_ask_for_them(site, camille, path, feature):
    """Everywhere else the browser refuses."""
    visitor = Visitor(site) if path.startswith("/sign") else camille

    assert feature in visitor.get(path).headers["Permissions-Policy"]
    assert feature not in visitor.get("/").headers["Permissions-Policy"]


def test_an_address_in_numbers_says_that_passkeys_need_a_name():
    """Instead of a button that cannot work; codes do."""
    site = some_site(Answer.VERIFIED, "127.0.0.1:8017")
    visitor = Visitor(site)
    visitor.base = f"http://{site.host}"

    assert "because it is a number" in visitor.get("/sign-in").text
    assert visitor.send("/sign-in/options").json["code"] == "no_passkeys_here"
    assert visitor.send("/sign-up/options", {"name": "Camille"}).json["code"] == "no_passkeys_here"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (LimitName.SIGN_IN, "/sign-in/options"),
        (LimitName.SIGN_UP, "/sign-up/options"),
        (LimitName.RECOVERY, "/sign-in/code"),
    ],
)
def test_asking_too_often_is_refused_for_a_while(site, name, path):
    """By network, before anything is read."""
    visitor = Visitor(site, site.app(limits=tight_limits(name, 2)))
    answers = [visitor.send(path, {"name": "Camille"}) for _ in range(3)]

    assert [each.status_code == 429 for each in answers] == [False, False, True]
    assert int(answers[2].headers["Retry-After"]) > 0


@pytest.mark.parametrize("path", ["/sign-in/passkey", "/sign-up/passkey"])
@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b"[" * 200, b'{"credential": 5}', b'{"credential": {}}'])
def test_a_body_of_any_other_shape_is_refused(site, path, body):
    """Typed, bounded, and never an error of ours."""
    visitor = Visitor(site)
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    answered = visitor.client.post(path, base_url=visitor.base, data=body, headers=headers)

    assert answered.status_code in {400, 403, 409}
    assert answered.mimetype == "application/problem+json"


def test_a_body_larger_than_any_answer_is_not_read(site):
    """An authenticator's answer has 1 to 3 KB; 16 KB is where we stop."""
    visitor = Visitor(site)
    answers = [visitor.send("/sign-in/passkey", {"credential": {"id": "x" * size}}) for size in (16_000, 17_000)]

    assert [answer.status_code for answer in answers] == [403, 413]
