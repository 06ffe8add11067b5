"""The shape of the words of the account pages. `english.py` and `french.py` fill it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique

from web.accounts.refusals import Refusal
from web.store.people import Role


@unique
class Say(StrEnum):
    """What a script has to say; the page carries the sentence."""

    WAITING = "waiting"
    CANCELLED = "cancelled"
    UNSUPPORTED = "unsupported"
    KNOWN = "known"
    AWAY = "away"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInWords:
    """Signing in, with a passkey or a code."""

    headline: str
    lead: str
    returns: str
    """For who was on the way to something, as collecting points."""
    button: str
    new: str
    create: str
    code_title: str
    code_lead: str
    code: str
    code_hint: str
    code_button: str
    no_script: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUpWords:
    """Making an account."""

    headline: str
    lead: str
    returns: str
    name: str
    name_hint: str
    button: str
    about_title: str
    about: str
    """`{host}`."""
    have: str
    no_script: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmWords:
    """Showing the passkey once more."""

    headline: str
    lead: str
    button: str
    code_title: str
    code_button: str
    back: str
    no_script: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountWords:
    """The overview."""

    headline: str
    greeting: str
    """`{name}`."""
    roles: Mapping[Role, str]
    profile: str
    name: str
    language: str
    languages: Mapping[str, str]
    save: str
    saved: str
    sign_out: str
    back: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyWords:
    """Passkeys: list, add, rename, remove."""

    headline: str
    lead: str
    counts: tuple[str, str, str]
    """None, one, several: `{count}`."""
    open: str
    made: str
    """`{date}`."""
    used: str
    """`{date}`."""
    never_used: str
    backed_up: str
    one_device: str
    name: str
    rename: str
    remove: str
    add: str
    empty: str
    new_headline: str
    new_lead: str
    new_after_code: str
    new_hint: str
    new_button: str
    later: str
    remove_headline: str
    """`{name}`."""
    remove_lead: str
    remove_last: str
    remove_button: str
    keep: str
    no_script: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeWords:
    """Recovery codes."""

    headline: str
    lead: str
    counts: tuple[str, str, str]
    open: str
    make: str
    replaces: str
    welcome: str
    """`{name}`."""
    made_headline: str
    made_lead: str
    replaced: str
    print: str
    copy: str
    copied: str
    download: str
    file_name: str
    file_title: str
    """`{brand}` and `{host}`."""
    done: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionWords:
    """Where a person is signed in."""

    headline: str
    lead: str
    counts: tuple[str, str, str]
    open: str
    unknown_device: str
    here: str
    since: str
    """`{date}`."""
    end: str
    end_others: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataWords:
    """Export and farewell."""

    headline: str
    lead: str
    open: str
    export_title: str
    export_lead: str
    export_button: str
    file_name: str
    delete_title: str
    delete_lead: str
    consequences: tuple[str, ...]
    staying_title: str
    """While the house holds pieces. `{brand}`."""
    staying: str
    """`{brand}`."""
    staying_sure: str
    """`{brand}`."""
    claiming_title: str
    """While a piece is being claimed: there is no form then."""
    claiming: str
    """`{brand}`."""
    pieces_link: str
    sure: str
    delete_button: str
    gone_headline: str
    gone_lead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationWords:
    """Accepting a role."""

    headline: str
    lead: str
    sign_in_first: str
    confirm_first: str
    confirm: str
    code: str
    code_hint: str
    accept: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsWords:
    """Every word of the account pages, in one language."""

    sign_in: SignInWords
    sign_up: SignUpWords
    confirm: ConfirmWords
    account: AccountWords
    passkeys: PasskeyWords
    codes: CodeWords
    sessions: SessionWords
    data: DataWords
    invitation: InvitationWords
    refusals: Mapping[Refusal, str]
    says: Mapping[Say, str]
