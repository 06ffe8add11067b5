"""What the views of the account pages share: the visit, the relying party, and one open question a session."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum, unique
from http import HTTPStatus

from flask import Response, jsonify, request

from verifier.trust import TrustRegistry
from web.access import own_path
from web.accounts.accounts import Accounts
from web.accounts.ceremonies import ANSWER_WITHIN_S, Options
from web.accounts.refusals import Refusal, RefusedError
from web.accounts.relying_party import RelyingParty, relying_party
from web.limits import Limits
from web.presenters.frame import Visit
from web.sessions import Sessions, current_person, current_session, device_of
from web.store.people import Person
from web.store.sessions import Challenge, Session
from web.visits import visit_of


@unique
class Purpose(StrEnum):
    """What a question is for; an answer counts for nothing else."""

    SIGN_UP = "sign_up"
    SIGN_IN = "sign_in"
    ADD = "add"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where visitors are received."""

    accounts: Accounts
    sessions: Sessions
    trust: TrustRegistry
    limits: Limits

    def visit(self) -> Visit:
        """Say where the visitor came to."""
        return visit_of(request, self.trust)

    def possible_party(self) -> RelyingParty | None:
        """Give the relying party of this host; None where there can be no passkeys."""
        visit = self.visit()
        return relying_party(visit.host, visit.brand) if visit.host else None

    def party(self) -> RelyingParty:
        """Give the relying party of this host. Raises RefusedError where there can be none."""
        party = self.possible_party()
        if party is None:
            raise RefusedError(Refusal.NO_PASSKEYS_HERE)
        return party

    def ask(self, options: Options, challenge: Challenge) -> Response:
        """Send a question, and remember it in the visitor's session; this request starts one if there is none."""
        response = jsonify(options)
        session = current_session() or self.sessions.start(response, None)
        self.sessions.store.set_challenge(session.id, challenge, self.sessions.now_s() + ANSWER_WITHIN_S)
        return response

    def asked(self, purpose: Purpose) -> Challenge:
        """Take back the question that the visitor now answers; it is void from here on. Raises RefusedError."""
        session = current_session()
        store = self.sessions.store
        taken = store.take_challenge(session.id, purpose, self.sessions.now_s()) if session is not None else None
        if taken is None:
            raise RefusedError(Refusal.QUESTION_EXPIRED)
        return taken

    def let_in(self, response: Response, person: Person) -> Response:
        """Start a session of a person's own: nobody who knew the cookie before is in it."""
        self.sessions.start(response, person)
        return response

    def let_script_in(self, person: Person) -> Response:
        """Do so for a script, and tell it the token that its page's next form must carry."""
        response = Response(mimetype="application/json")
        session = self.sessions.start(response, person)
        response.set_data(json.dumps({"csrf": session.csrf}))
        return response


def wanted_path(typed: str | None) -> str:
    """Read where a visitor wants to go next; empty for nowhere, and for whatever is no path of ours."""
    return own_path(typed, default="")


def the_person() -> Person:
    """Give who is signed in, in a view that is marked so."""
    person = current_person()
    assert person is not None, "the view is not marked for members"
    return person


def the_session() -> Session:
    """Give the session of whoever is signed in."""
    session = current_session()
    assert session is not None, "the view is not marked for members"
    return session


def this_device() -> str:
    """Name the visitor's browser as its owner would; empty when it says nothing."""
    return device_of(request.user_agent.string)


def see_other(location: str) -> Response:
    """Lead on with a GET, whatever the method was."""
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": location})
