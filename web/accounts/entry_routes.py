"""Ways in: sign up, sign in, by passkey or by recovery code; out again; and accepting an invitation."""

from __future__ import annotations

from flask import Blueprint, Response, request

from web.access import member, public, stepped_up
from web.accounts.ceremonies import ask_to_make, ask_to_show, check_made, draw_challenge, read_shown
from web.accounts.desk import Desk, Purpose, see_other, the_person, this_device, wanted_path
from web.accounts.entry_pages import present_invitation, present_sign_in, present_sign_up
from web.accounts.json_bodies import object_of, read_object, text_of
from web.accounts.links import CONSOLE, HOME, link, onward
from web.accounts.names import parse_name
from web.accounts.refusals import RefusedError
from web.csrf import csrf_exempt
from web.headers import Feature, allow
from web.limits import LimitName, limited
from web.rendering import render_page
from web.sessions import current_person, current_session
from web.store.people import Role, new_person_id
from web.store.sessions import Challenge


def add_sign_up(blueprint: Blueprint, desk: Desk) -> None:
    """Serve `/sign-up`.

    Signing in and up carry no token of a session: there may be none yet, and a browser's answer is signed for this
    one question, which only the visitor's own cookie finds.
    """

    @blueprint.get("/sign-up")
    @public
    def sign_up() -> Response:
        wanted = wanted_path(request.args.get("next"))
        if current_person() is not None:
            return see_other(onward(desk.visit(), wanted or HOME))
        allow(Feature.PASSKEY_MAKE)
        possible = desk.possible_party() is not None
        return render_page("accounts/sign_up.html", present_sign_up(desk.visit(), wanted, possible=possible))

    @blueprint.post("/sign-up/options")
    @public
    @csrf_exempt
    @limited(LimitName.SIGN_UP)
    def sign_up_options() -> Response:
        party = desk.party()
        name = parse_name(text_of(read_object(request), "name"))
        challenge = Challenge(draw_challenge(), Purpose.SIGN_UP, new_person_id(), name)
        return desk.ask(ask_to_make(party, challenge.value, challenge.person_id, name), challenge)

    @blueprint.post("/sign-up/passkey")
    @public
    @csrf_exempt
    @limited(LimitName.SIGN_UP)
    def sign_up_passkey() -> Response:
        party = desk.party()
        answer = object_of(read_object(request), "credential")
        asked = desk.asked(Purpose.SIGN_UP)
        made = check_made(answer, asked.value, party)
        device = this_device() or asked.name
        return desk.let_script_in(desk.accounts.sign_up(asked, desk.visit().language.value, made, party, device))


def add_sign_in(blueprint: Blueprint, desk: Desk) -> None:
    """Serve `/sign-in` and `/sign-out`."""

    @blueprint.get("/sign-in")
    @public
    def sign_in() -> Response:
        wanted = wanted_path(request.args.get("next"))
        if current_person() is not None:
            return see_other(onward(desk.visit(), wanted or HOME))
        return _sign_in_page(desk, wanted)

    @blueprint.post("/sign-in/options")
    @public
    @csrf_exempt
    @limited(LimitName.SIGN_IN)
    def sign_in_options() -> Response:
        challenge = Challenge(draw_challenge(), Purpose.SIGN_IN)
        return desk.ask(ask_to_show(desk.party(), challenge.value), challenge)

    @blueprint.post("/sign-in/passkey")
    @public
    @csrf_exempt
    @limited(LimitName.SIGN_IN)
    def sign_in_passkey() -> Response:
        party = desk.party()
        shown = read_shown(object_of(read_object(request), "credential"))
        asked = desk.asked(Purpose.SIGN_IN)
        return desk.let_script_in(desk.accounts.person_showing(shown, asked.value, party))

    @blueprint.post("/sign-in/code")
    @public
    @csrf_exempt
    @limited(LimitName.RECOVERY)
    def sign_in_code() -> Response:
        wanted = wanted_path(request.form.get("next"))
        try:
            person = desk.accounts.person_with_code(request.form.get("code", ""))
        except RefusedError as refused:
            return _sign_in_page(desk, wanted, refused)
        after = link(desk.visit(), "/account/passkeys/new", next=wanted or HOME, after="code")
        return desk.let_in(see_other(after), person)

    @blueprint.post("/sign-out")
    @member
    def sign_out() -> Response:
        response = see_other(link(desk.visit(), "/"))
        desk.sessions.end(response)
        return response


def add_invitation(blueprint: Blueprint, desk: Desk) -> None:
    """Serve `/invitation`. Its token stands in the fragment of the link, which no browser sends anywhere."""

    @blueprint.get("/invitation")
    @public
    def invitation() -> Response:
        session = current_session()
        confirmed = session is not None and session.is_stepped_up(desk.sessions.now_s())
        return render_page("accounts/invitation.html", present_invitation(desk.visit(), confirmed=confirmed))

    @blueprint.post("/invitation")
    @member
    @stepped_up
    @limited(LimitName.RECOVERY)
    def accept() -> Response:
        visit = desk.visit()
        try:
            person = desk.accounts.accept_invitation(the_person(), request.form.get("token", "").strip())
        except RefusedError as refused:
            page = present_invitation(visit, confirmed=True, refusal=refused.refusal)
            return render_page("accounts/invitation.html", page)
        home = CONSOLE if person.role is Role.STAFF else HOME
        return desk.let_in(see_other(link(visit, home)), person)


def _sign_in_page(desk: Desk, wanted: str, refused: RefusedError | None = None) -> Response:
    allow(Feature.PASSKEY_SIGN_IN)
    possible = desk.possible_party() is not None
    refusal = None if refused is None else refused.refusal
    return render_page(
        "accounts/sign_in.html", present_sign_in(desk.visit(), wanted, possible=possible, refusal=refusal)
    )
