"""A person's own account: overview, passkeys, recovery codes, devices, data, and showing the passkey once more."""

from __future__ import annotations

from flask import Blueprint, Response, abort, jsonify, request

from web.access import member, public, stepped_up
from web.accounts.account_pages import (
    present_account,
    present_codes,
    present_data,
    present_gone,
    present_made_codes,
    present_passkeys,
    present_remove_passkey,
    present_sessions,
)
from web.accounts.ceremonies import ask_to_make, ask_to_show, check_made, draw_challenge, read_shown
from web.accounts.desk import Desk, Purpose, see_other, the_person, the_session, this_device, wanted_path
from web.accounts.entry_pages import present_confirm, present_new_passkey
from web.accounts.export import export_of
from web.accounts.json_bodies import object_of, read_object, text_of
from web.accounts.links import HOME, link, onward
from web.accounts.names import parse_name
from web.accounts.recovery import CODES, parse_code
from web.accounts.refusals import Refusal, RefusedError
from web.accounts.words import WORDS
from web.headers import Feature, allow
from web.limits import LimitName, limited
from web.presenters.language import Language
from web.rendering import render_page
from web.store.passkeys import Passkey
from web.store.sessions import Challenge


def add_overview(blueprint: Blueprint, desk: Desk) -> None:
    """Serve `/account` and the form about oneself."""

    @blueprint.get("/account")
    @member
    def account() -> Response:
        return _overview(desk, saved=request.args.get("saved") == "1")

    @blueprint.post("/account/profile")
    @member
    def profile() -> Response:
        language = request.form.get("language", "")
        if language not in set(Language):
            abort(400)
        try:
            name = parse_name(request.form.get("name", ""))
        except RefusedError as refused:
            return _overview(desk, refusal=refused.refusal)
        desk.accounts.change_profile(the_person(), name, language)
        # From here on the pages speak the language that was chosen, also where another one was asked for before.
        return see_other(f"{HOME}?saved=1&lang={language}")


def add_confirm(blueprint: Blueprint, desk: Desk) -> None:
    """Serve `/account/confirm`: the session that follows is a new one, so a stolen cookie does not rise with it."""

    @blueprint.get("/account/confirm")
    @member
    def confirm() -> Response:
        return _confirm_page(desk, wanted_path(request.args.get("next")))

    @blueprint.post("/account/confirm/options")
    @member
    @limited(LimitName.SIGN_IN)
    def confirm_options() -> Response:
        challenge = Challenge(draw_challenge(), Purpose.CONFIRM, the_person().id)
        return desk.ask(ask_to_show(desk.party(), challenge.value), challenge)

    @blueprint.post("/account/confirm/passkey")
    @member
    @limited(LimitName.SIGN_IN)
    def confirm_passkey() -> Response:
        party = desk.party()
        shown = read_shown(object_of(read_object(request), "credential"))
        asked = desk.asked(Purpose.CONFIRM)
        person = desk.accounts.person_showing(shown, asked.value, party)
        if person.id != the_person().id:
            raise RefusedError(Refusal.PASSKEY_REFUSED, "of another person")
        return desk.let_script_in(person)

    @blueprint.post("/account/confirm/code")
    @member
    @limited(LimitName.RECOVERY)
    def confirm_code() -> Response:
        wanted = wanted_path(request.form.get("next"))
        try:
            person = desk.accounts.person_with_code(request.form.get("code", ""), only=the_person())
        except RefusedError as refused:
            # Only wrong codes are counted, so that a thief of the cookie cannot spend the tries of its owner.
            desk.limits.check(LimitName.RECOVERY_ACCOUNT, the_person().id)
            return _confirm_page(desk, wanted, refused.refusal)
        return desk.let_in(see_other(onward(desk.visit(), wanted or HOME)), person)


def add_passkeys(blueprint: Blueprint, desk: Desk) -> None:
    """Serve `/account/passkeys`: see, add, rename, remove."""

    @blueprint.get("/account/passkeys")
    @member
    def passkeys() -> Response:
        return _passkeys_page(desk)

    @blueprint.get("/account/passkeys/new")
    @member
    @stepped_up
    def new_passkey() -> Response:
        allow(Feature.PASSKEY_MAKE)
        wanted, after_code = wanted_path(request.args.get("next")), request.args.get("after") == "code"
        possible = desk.possible_party() is not None
        page = present_new_passkey(desk.visit(), wanted, this_device(), possible=possible, after_code=after_code)
        return render_page("accounts/passkey_new.html", page)

    @blueprint.post("/account/passkeys/options")
    @member
    @stepped_up
    def passkey_options() -> Response:
        party, person = desk.party(), the_person()
        name = parse_name(text_of(read_object(request), "name"))
        known = [each for each in desk.accounts.ways_in(person).passkeys if each.rp_id == party.id]
        challenge = Challenge(draw_challenge(), Purpose.ADD, person.id, name)
        return desk.ask(ask_to_make(party, challenge.value, person.id, person.name, known), challenge)

    @blueprint.post("/account/passkeys/answer")
    @member
    @stepped_up
    def passkey_answer() -> Response:
        party = desk.party()
        answer = object_of(read_object(request), "credential")
        asked = desk.asked(Purpose.ADD)
        desk.accounts.add_passkey(the_person(), check_made(answer, asked.value, party), party, asked.name)
        return jsonify(csrf=the_session().csrf)

    @blueprint.post("/account/passkeys/rename")
    @member
    def rename_passkey() -> Response:
        passkey = _own_passkey(desk, request.form.get("passkey", ""))
        try:
            desk.accounts.rename_passkey(passkey, parse_name(request.form.get("name", "")))
        except RefusedError as refused:
            return _passkeys_page(desk, refused.refusal)
        return see_other(link(desk.visit(), "/account/passkeys"))

    @blueprint.get("/account/passkeys/<handle>/remove")
    @member
    @stepped_up
    def ask_remove_passkey(handle: str) -> Response:
        page = present_remove_passkey(
            desk.visit(), _own_passkey(desk, handle), desk.accounts.ways_in(the_person())
        )  # fmt: skip
        return render_page("accounts/passkey_remove.html", page)

    @blueprint.post("/account/passkeys/<handle>/remove")
    @member
    @stepped_up
    def remove_passkey(handle: str) -> Response:
        passkey = _own_passkey(desk, handle)
        try:
            desk.accounts.remove_passkey(passkey)
        except RefusedError as refused:
            ways = desk.accounts.ways_in(the_person())
            page = present_remove_passkey(desk.visit(), passkey, ways, refused.refusal)
            return render_page("accounts/passkey_remove.html", page)
        return see_other(link(desk.visit(), "/account/passkeys"))


def add_codes(blueprint: Blueprint, desk: Desk) -> None:
    """Serve `/account/codes`. Codes are in one answer, to a POST, and nowhere else."""

    @blueprint.get("/account/codes")
    @member
    @stepped_up
    def codes() -> Response:
        left = desk.accounts.ways_in(the_person()).codes_left
        return render_page("accounts/codes.html", present_codes(desk.visit(), left))

    @blueprint.post("/account/codes")
    @member
    @stepped_up
    def make_codes() -> Response:
        visit, wanted = desk.visit(), wanted_path(request.form.get("next"))
        person = the_person()
        made = desk.accounts.make_codes(person)
        page = present_made_codes(visit, person, made, onward(visit, wanted or HOME))
        return render_page("accounts/codes_made.html", page)

    @blueprint.post("/account/codes/file")
    @member
    @stepped_up
    def codes_file() -> Response:
        """Write codes that the page still holds into a file: only those that are really this person's."""
        codes = [parse_code(typed) for typed in request.form.get("codes", "").split()[: CODES + 1]]
        known = [code for code in codes if code is not None]
        if len(known) != CODES or not desk.accounts.are_codes_of(the_person(), known):
            abort(409)
        visit = desk.visit()
        words = WORDS[visit.language].codes
        title = words.file_title.format(brand=visit.brand, host=visit.host)
        return _attachment("\r\n".join([title, "", *known, ""]), "text/plain", words.file_name)


def add_sessions(blueprint: Blueprint, desk: Desk) -> None:
    """Serve `/account/sessions`: every device that is signed in."""

    @blueprint.get("/account/sessions")
    @member
    def sessions() -> Response:
        found = desk.sessions.store.list_of(the_person().id, desk.sessions.now_s())
        return render_page("accounts/sessions.html", present_sessions(desk.visit(), found, the_session().id))

    @blueprint.post("/account/sessions/end")
    @member
    def end_session() -> Response:
        desk.sessions.store.end_of(the_person().id, request.form.get("session", "")[:64])
        return see_other(link(desk.visit(), "/account/sessions"))

    @blueprint.post("/account/sessions/end-others")
    @member
    def end_other_sessions() -> Response:
        desk.sessions.store.end_others(the_person().id, the_session().id)
        return see_other(link(desk.visit(), "/account/sessions"))


def add_data(blueprint: Blueprint, desk: Desk) -> None:
    """Serve `/account/data`: everything we keep of somebody, for them, and the way out."""

    @blueprint.get("/account/data")
    @member
    @stepped_up
    def data() -> Response:
        return _data_page(desk)

    @blueprint.get("/account/data/export")
    @member
    @stepped_up
    def export() -> Response:
        person = the_person()
        found = desk.sessions.store.list_of(person.id, desk.sessions.now_s())
        text = jsonify(export_of(desk.accounts, person, found)).get_data(as_text=True)
        return _attachment(text, "application/json", WORDS[desk.visit().language].data.file_name)

    @blueprint.post("/account/delete")
    @member
    @stepped_up
    def delete() -> Response:
        if request.form.get("sure") != "yes":
            return _data_page(desk, Refusal.NOT_CONFIRMED)
        try:
            desk.accounts.delete(the_person(), leaves_pieces=request.form.get("pieces") == "stay")
        except RefusedError as refused:
            return _data_page(desk, refused.refusal)
        response = see_other(link(desk.visit(), "/account-deleted"))
        desk.sessions.end(response)
        return response

    @blueprint.get("/account-deleted")
    @public
    def deleted() -> Response:
        return render_page("accounts/gone.html", present_gone(desk.visit()))


def _overview(desk: Desk, *, saved: bool = False, refusal: Refusal | None = None) -> Response:
    person = the_person()
    ways = desk.accounts.ways_in(person)
    found = desk.sessions.store.list_of(person.id, desk.sessions.now_s())
    page = present_account(desk.visit(), person, ways, len(found), saved=saved, refusal=refusal)
    return render_page("accounts/account.html", page)


def _confirm_page(desk: Desk, wanted: str, refusal: Refusal | None = None) -> Response:
    allow(Feature.PASSKEY_SIGN_IN)
    possible = desk.possible_party() is not None
    page = present_confirm(desk.visit(), wanted, possible=possible, refusal=refusal)
    return render_page("accounts/confirm.html", page)


def _passkeys_page(desk: Desk, refusal: Refusal | None = None) -> Response:
    ways = desk.accounts.ways_in(the_person())
    return render_page("accounts/passkeys.html", present_passkeys(desk.visit(), ways, refusal))


def _data_page(desk: Desk, refusal: Refusal | None = None) -> Response:
    page = present_data(desk.visit(), desk.accounts.ties(the_person()), refusal)
    return render_page("accounts/data.html", page)


def _own_passkey(desk: Desk, handle: str) -> Passkey:
    passkey = desk.accounts.passkey(the_person(), handle)
    if passkey is None:
        abort(404)
    return passkey


def _attachment(text: str, mimetype: str, name: str) -> Response:
    response = Response(text, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
