"""Sessions, marks and the two rules against other people's pages, on a small site with one view of each kind."""

from __future__ import annotations

import re
from http import HTTPStatus

import pytest
from flask import Flask, Response

from tests.fakes.database import some_database
from web.access import guard, member, own_path, public, reseller, staff, stepped_up
from web.csrf import FIELD, HEADER, csrf_exempt, csrf_field, protect
from web.sessions import Sessions, current_person, current_session, device_of
from web.store.people import Role, add_person
from web.store.sessions import MEMBER_AGE_MAX_S, STEP_UP_AGE_MAX_S, Challenge, SessionStore

HTTPS = "https://id.maison.example"


class Clock:
    now = 1_800_000_000.0

    def __call__(self):
        return self.now


class SmallSite:
    """Views of every kind; `sign_in` does what a passkey would."""

    def __init__(self):
        self.database = some_database()
        self.clock = Clock()
        self.store = SessionStore(self.database)
        self.sessions = Sessions(self.store, self.clock)
        self.app = Flask(__name__)
        self.sessions.install(self.app)
        protect(self.app)
        guard(self.app, self.sessions)
        self.ran = []
        self.people = {}
        for name, marks in {
            "public": (public,),
            "member": (member,),
            "reseller": (reseller,),
            "staff": (staff,),
            "fresh": (member, stepped_up),
            "exempt": (public, csrf_exempt),
            "unmarked": (),
        }.items():
            self.add(name, marks)
        start = public(csrf_exempt(self.starter()))
        self.app.add_url_rule("/start/<person_id>", "start", start, methods=["POST"])
        self.app.add_url_rule("/end", "end", public(self.ender()), methods=["POST"])
        self.client = self.app.test_client()

    def add(self, name, marks):
        def view():
            self.ran.append(name)
            person = current_person()
            return person.id if person else "nobody"

        for mark in reversed(marks):
            view = mark(view)
        self.app.add_url_rule(f"/{name}", name, view, methods=["GET", "POST"])

    def starter(self):
        def start(person_id):
            response = Response()
            self.sessions.start(response, self.people.get(person_id))
            return response

        return start

    def ender(self):
        def end():
            response = Response()
            self.sessions.end(response)
            return response

        return end

    def person(self, role=Role.MEMBER):
        with self.database.writing() as connection:
            person = add_person(connection, "Camille", role, "fr", int(self.clock()))
        self.people[person.id] = person
        return person

    def sign_in(self, person, base_url=HTTPS):
        return self.client.post(f"/start/{person.id if person else 'nobody'}", base_url=base_url)

    def csrf(self):
        with self.app.test_request_context("/public", base_url=HTTPS, headers=self.cookie_header()):
            self.app.preprocess_request()
            return current_session().csrf

    def cookie_header(self):
        cookie = self.client.get_cookie("__Host-assay", "id.maison.example")
        return {"Cookie": f"__Host-assay={cookie.value}"} if cookie else {}

    def get(self, path, **kwargs):
        return self.client.get(path, base_url=HTTPS, **kwargs)

    def post(self, path, **kwargs):
        return self.client.post(path, base_url=HTTPS, **kwargs)


@pytest.fixture
def site():
    return SmallSite()


def test_a_visitor_who_only_reads_gets_no_cookie_and_no_row(site):
    """A GET records nothing."""
    response = site.get("/public")

    assert "Set-Cookie" not in response.headers
    with site.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM session").scalar_one() == 0


def test_the_cookie_is_bound_to_host_and_https_and_closed_to_scripts(site):
    """__Host- makes the browser hold us to it."""
    cookie = site.sign_in(site.person()).headers["Set-Cookie"]

    parts = {part.strip() for part in cookie.split(";")}
    assert cookie.startswith("__Host-assay=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= parts
    assert not any(part.lower().startswith("domain") for part in parts)


def test_the_table_cannot_sign_anybody_in(site):
    """It holds the sha256 of a token; whoever reads the table has no cookie to send."""
    site.sign_in(site.person())
    with site.database.reading() as connection:
        (row,) = connection.exec_driver_sql("SELECT * FROM session").all()

    token = site.cookie_header()["Cookie"].partition("=")[2]
    assert token not in map(str, row)
    site.client.set_cookie("__Host-assay", str(row[0]), domain="id.maison.example", secure=True)
    assert site.get("/member").status_code == HTTPStatus.SEE_OTHER


def test_signing_in_gives_a_new_session_and_voids_the_old_one(site):
    """Session fixation: a token that somebody planted before is worth nothing after."""
    site.sign_in(None)
    planted = site.cookie_header()
    person = site.person()
    site.sign_in(person)

    assert site.get("/member").text == person.id
    assert site.cookie_header() != planted
    stranger = site.app.test_client()
    assert stranger.get("/member", base_url=HTTPS, headers=planted).status_code == HTTPStatus.SEE_OTHER


def test_a_session_ends_when_it_is_ended_and_when_it_is_old(site):
    """The table decides, not the browser."""
    person = site.person()
    site.sign_in(person)
    kept = site.cookie_header()
    site.clock.now += MEMBER_AGE_MAX_S - 1
    assert site.get("/member").text == person.id
    site.clock.now += 1
    assert site.get("/member").status_code == HTTPStatus.SEE_OTHER
    site.clock.now -= 1
    site.post("/end", data={FIELD: site.csrf()})

    assert site.app.test_client().get("/member", base_url=HTTPS, headers=kept).status_code == HTTPStatus.SEE_OTHER


@pytest.mark.parametrize("token", ["", "x", "é" * 20, "a" * 65, "a" * 5000])
def test_a_forged_cookie_is_nobody(site, token):
    """Whatever stands there is looked up within limits, or not at all."""
    with site.app.test_request_context("/public", base_url=HTTPS):
        assert site.store.find(token, int(site.clock())) is None


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (None, {"public", "exempt"}),
        (Role.MEMBER, {"public", "exempt", "member", "fresh"}),
        (Role.RESELLER, {"public", "exempt", "member", "fresh", "reseller"}),
        (Role.STAFF, {"public", "exempt", "member", "fresh", "reseller", "staff"}),
    ],
)
def test_each_role_enters_its_own_rooms_and_no_other(site, role, allowed):
    """Every mark against every role; the room without a mark is closed to all."""
    if role is not None:
        site.sign_in(site.person(role))
    for name in ("public", "exempt", "member", "fresh", "reseller", "staff", "unmarked"):
        site.get(f"/{name}")

    assert set(site.ran) == allowed


def test_a_visitor_is_led_to_the_sign_in_page_and_back(site):
    """A person sees a page; a program is told."""
    response = site.get("/member?lang=fr")
    program = site.get("/member", headers={"Accept": "application/json"})

    assert (response.status_code, response.headers["Location"]) == (303, "/sign-in?next=/member&lang=fr")
    assert program.status_code == HTTPStatus.UNAUTHORIZED


def test_a_passkey_shown_too_long_ago_is_asked_for_again(site):
    """Both edges."""
    site.sign_in(site.person())
    site.clock.now += STEP_UP_AGE_MAX_S
    assert site.get("/fresh").status_code == HTTPStatus.OK
    site.clock.now += 1
    response = site.get("/fresh")

    assert (response.status_code, response.headers["Location"]) == (303, "/account/confirm?next=/fresh")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": HTTPS}, 403),
        ({"Origin": HTTPS}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "https://id.maison.example.evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
    ],
)
def test_a_page_of_somebody_else_cannot_act_here(site, headers, status):
    """The browser itself says where a request comes from; also where nobody is signed in, and no token is asked."""
    assert site.post("/exempt", headers=headers).status_code == status
    assert site.get("/exempt", headers=headers).status_code == HTTPStatus.OK


def test_a_form_of_a_signed_in_person_carries_the_token_of_that_session(site):
    """Field or header; none, another's and an old one are refused before the view runs."""
    site.sign_in(site.person())
    token = site.csrf()

    assert site.post("/member").status_code == HTTPStatus.FORBIDDEN
    assert site.post("/member", data={FIELD: "0" * 64}).status_code == HTTPStatus.FORBIDDEN
    assert site.post("/member", data={FIELD: "é"}).status_code == HTTPStatus.FORBIDDEN
    assert site.ran == []
    assert site.post("/member", data={FIELD: token}).status_code == HTTPStatus.OK
    assert site.post("/member", headers={HEADER: token}).status_code == HTTPStatus.OK
    site.sign_in(site.person())
    assert site.post("/member", data={FIELD: token}).status_code == HTTPStatus.FORBIDDEN


def test_the_field_of_a_form_holds_the_token_written_anew_each_time(site):
    """What the template prints is what the rule asks for, and never the same letters twice (BREACH)."""
    site.sign_in(site.person())
    with site.app.test_request_context("/public", base_url=HTTPS, headers=site.cookie_header()):
        site.app.preprocess_request()
        fields = {str(csrf_field()) for _ in range(20)}
    sent = {re.fullmatch(r'<input type="hidden" name="csrf_token" value="([0-9a-f]{128})">', f)[1] for f in fields}

    assert len(sent) == 20
    assert {site.post("/member", data={FIELD: token}).status_code for token in sent} == {HTTPStatus.OK}
    assert site.csrf() not in "".join(sent)


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("/pieces", "/pieces"),
        ("/pieces/7?lang=fr", "/pieces/7?lang=fr"),
        (None, "/"),
        ("", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/a\\b", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
        ("/é", "/"),
        ("/" + "a" * 200, "/"),
    ],
)
def test_the_way_back_leads_nowhere_else(asked, given):
    """An open redirect lends our name to somebody else's page."""
    assert own_path(asked) == given


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 15; Pixel 8) Chrome/142.0.0.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/142.0 Safari/537.36 Edg/142.0", "Edge, Windows"),
        ("curl/8.0", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_device_is_called_what_its_owner_calls_it(user_agent, name):
    """Enough to recognise one's own phone; no version, no model, nothing to track by."""
    assert device_of(user_agent) == name


def test_an_open_question_is_answered_once_for_its_own_purpose_and_in_time(site):
    """A challenge for signing in adds no passkey, and none is used twice."""
    site.sign_in(None)
    token = site.cookie_header()["Cookie"].partition("=")[2]
    session = site.store.find(token, int(site.clock()))
    now = int(site.clock())
    asked = Challenge(b"c" * 32, "sign_in")

    site.store.set_challenge(session.id, asked, now + 300)
    assert site.store.take_challenge(session.id, "add_passkey", now) is None
    assert site.store.take_challenge(session.id, "sign_in", now) is None
    site.store.set_challenge(session.id, asked, now + 300)
    assert site.store.take_challenge(session.id, "sign_in", now + 300) is None
    site.store.set_challenge(session.id, asked, now + 300)
    assert site.store.take_challenge(session.id, "sign_in", now + 299) == asked
    assert site.store.take_challenge(session.id, "sign_in", now) is None
