"""The blueprint of everything about accounts."""

from __future__ import annotations

from flask import Blueprint, Response, request

from web.accounts.account_routes import add_codes, add_confirm, add_data, add_overview, add_passkeys, add_sessions
from web.accounts.accounts import Accounts
from web.accounts.desk import Desk
from web.accounts.entry_routes import add_invitation, add_sign_in, add_sign_up
from web.accounts.hooks import AccountHooks
from web.accounts.refusals import RefusedError
from web.accounts.words import WORDS
from web.parts import Parts
from web.rendering import render_problem
from web.sessions import Sessions
from web.visits import visit_of


def make_accounts_blueprint(parts: Parts, sessions: Sessions, hooks: AccountHooks | None = None) -> Blueprint:
    """Serve `/sign-up`, `/sign-in`, `/sign-out`, `/invitation` and `/account`.

    `hooks` are what other parts of the site do when somebody asks for their data, or leaves.
    """
    blueprint = Blueprint("accounts", __name__)
    desk = Desk(Accounts(parts.database, hooks or AccountHooks(), parts.clock), sessions, parts.trust, parts.limits)
    add_sign_up(blueprint, desk)
    add_sign_in(blueprint, desk)
    add_invitation(blueprint, desk)
    add_overview(blueprint, desk)
    add_confirm(blueprint, desk)
    add_passkeys(blueprint, desk)
    add_codes(blueprint, desk)
    add_sessions(blueprint, desk)
    add_data(blueprint, desk)

    def tell_the_script(refused: RefusedError) -> Response:
        """Forms answer with their page; whatever is left was asked by a script."""
        text = WORDS[visit_of(request, parts.trust).language].refusals[refused.refusal]
        return render_problem(refused.status, text, code=refused.refusal.value)

    blueprint.register_error_handler(RefusedError, tell_the_script)
    return blueprint
