"""Pages on the way in: sign in, sign up, confirm, add a passkey, accept an invitation."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from web.accounts.catalogue import ConfirmWords, InvitationWords, PasskeyWords, Say, SignInWords, SignUpWords
from web.accounts.links import HOME, link, onward
from web.accounts.refusals import STATUSES, Refusal
from web.accounts.words import WORDS
from web.presenters.frame import Frame, Visit, make_frame
from web.presenters.language import Language

MAKE_SCRIPT = "passkey-make"
SHOW_SCRIPT = "passkey-show"
INVITATION_SCRIPT = "passkey-invitation"


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What a page's script needs to have a passkey made or shown."""

    ask_href: str
    answer_href: str
    next_href: str
    """Where to go afterwards."""
    autofill: bool
    """Offer passkeys in the browser's own autofill as well, before any button is pressed."""
    says: tuple[tuple[Say, str], ...]
    impossible: str
    """Why there can be no passkeys at this address; empty where there can."""


@dataclass(frozen=True, slots=True)
class SignInPage:
    """Sign in."""

    frame: Frame
    status: int
    words: SignInWords
    ceremony: Ceremony
    problem: str
    next: str
    code_href: str
    sign_up_href: str


@dataclass(frozen=True, slots=True)
class SignUpPage:
    """Create an account."""

    frame: Frame
    status: int
    words: SignUpWords
    about: str
    ceremony: Ceremony
    next: str
    codes_href: str
    sign_in_href: str
    sign_in: str


@dataclass(frozen=True, slots=True)
class ConfirmPage:
    """Show the passkey once more."""

    frame: Frame
    status: int
    words: ConfirmWords
    fields: SignInWords
    ceremony: Ceremony
    problem: str
    next: str
    code_href: str
    back_href: str


@dataclass(frozen=True, slots=True)
class NewPasskeyPage:
    """Add a passkey."""

    frame: Frame
    status: int
    words: PasskeyWords
    lead: str
    name: str
    ceremony: Ceremony
    later_href: str


@dataclass(frozen=True, slots=True)
class InvitationPage:
    """Accept an invitation."""

    frame: Frame
    status: int
    words: InvitationWords
    problem: str
    action_href: str
    ways: tuple[tuple[str, str], ...]
    """What must come first: words and address of each way. Empty when the invitation can be accepted now."""
    first: str


def present_sign_in(visit: Visit, wanted: str, *, possible: bool, refusal: Refusal | None = None) -> SignInPage:
    """Present the sign-in page; `wanted` is a path of ours, or empty."""
    words = WORDS[visit.language]
    ceremony = _ceremony(
        visit, "/sign-in/options", "/sign-in/passkey", onward(visit, wanted or HOME), possible=possible, autofill=True
    )
    return SignInPage(
        _frame(visit, words.sign_in.headline, "/sign-in", wanted, SHOW_SCRIPT),
        _status(refusal),
        words.sign_in,
        ceremony,
        _problem(visit, refusal),
        wanted,
        link(visit, "/sign-in/code"),
        link(visit, "/sign-up", next=wanted),
    )


def present_sign_up(visit: Visit, wanted: str, *, possible: bool) -> SignUpPage:
    """Present the sign-up page."""
    words = WORDS[visit.language]
    return SignUpPage(
        _frame(visit, words.sign_up.headline, "/sign-up", wanted, MAKE_SCRIPT),
        200,
        words.sign_up,
        words.sign_up.about.format(host=visit.host),
        _ceremony(visit, "/sign-up/options", "/sign-up/passkey", "", possible=possible),
        wanted,
        link(visit, "/account/codes"),
        link(visit, "/sign-in", next=wanted),
        words.sign_in.headline,
    )


def present_confirm(visit: Visit, wanted: str, *, possible: bool, refusal: Refusal | None = None) -> ConfirmPage:
    """Present the step-up page."""
    words = WORDS[visit.language]
    ceremony = _ceremony(
        visit,
        "/account/confirm/options",
        "/account/confirm/passkey",
        onward(visit, wanted or HOME),
        possible=possible,
    )  # fmt: skip
    return ConfirmPage(
        _frame(visit, words.confirm.headline, "/account/confirm", wanted, SHOW_SCRIPT),
        _status(refusal),
        words.confirm,
        words.sign_in,
        ceremony,
        _problem(visit, refusal),
        wanted,
        link(visit, "/account/confirm/code"),
        link(visit, HOME),
    )


def present_new_passkey(visit: Visit, wanted: str, name: str, *, possible: bool, after_code: bool) -> NewPasskeyPage:
    """Present the page that adds a passkey; `name` is what it will be called unless its owner says otherwise."""
    words = WORDS[visit.language]
    leads_to = onward(visit, wanted or "/account/passkeys")
    return NewPasskeyPage(
        _frame(visit, words.passkeys.new_headline, "/account/passkeys/new", wanted, MAKE_SCRIPT),
        200,
        words.passkeys,
        words.passkeys.new_after_code if after_code else words.passkeys.new_lead,
        name,
        _ceremony(visit, "/account/passkeys/options", "/account/passkeys/answer", leads_to, possible=possible),
        leads_to,
    )


def present_invitation(visit: Visit, *, confirmed: bool, refusal: Refusal | None = None) -> InvitationPage:
    """Present the page of an invitation; the invitation itself is known to the visitor's browser alone."""
    words = WORDS[visit.language]
    here = "/invitation"
    ways: tuple[tuple[str, str], ...] = ()
    first = ""
    if not visit.signed_in:
        first = words.invitation.sign_in_first
        ways = (
            (words.sign_in.headline, link(visit, "/sign-in", next=here)),
            (words.sign_in.create, link(visit, "/sign-up", next=here)),
        )
    elif not confirmed:
        first = words.invitation.confirm_first
        ways = ((words.invitation.confirm, link(visit, "/account/confirm", next=here)),)
    return InvitationPage(
        _frame(visit, words.invitation.headline, here, "", INVITATION_SCRIPT),
        _status(refusal),
        words.invitation,
        _problem(visit, refusal),
        link(visit, here),
        ways,
        first,
    )


def _ceremony(
    visit: Visit, ask: str, answer: str, next_href: str, *, possible: bool, autofill: bool = False
) -> Ceremony:
    words = WORDS[visit.language]
    impossible = "" if possible else words.refusals[Refusal.NO_PASSKEYS_HERE]
    return Ceremony(link(visit, ask), link(visit, answer), next_href, autofill, tuple(words.says.items()), impossible)


def _frame(visit: Visit, headline: str, path: str, wanted: str, *scripts: str) -> Frame:
    """Frame a page whose language switch keeps where the visitor wants to go."""
    other = Language.FR if visit.language is Language.EN else Language.EN
    switched = dataclasses.replace(visit, language=other, asked=True)
    frame = make_frame(visit, headline, scripts=scripts)
    return dataclasses.replace(frame, other_href=link(switched, path, next=wanted))


def _problem(visit: Visit, refusal: Refusal | None) -> str:
    return "" if refusal is None else WORDS[visit.language].refusals[refusal]


def _status(refusal: Refusal | None) -> int:
    return 200 if refusal is None else int(STATUSES[refusal])
