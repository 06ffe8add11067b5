"""Pages of a person's own account: overview, passkeys, codes, devices, data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from web.accounts.accounts import MadeCodes, WaysIn
from web.accounts.catalogue import AccountWords, CodeWords, DataWords, PasskeyWords, SessionWords
from web.accounts.hooks import Tie
from web.accounts.links import HOME, link
from web.accounts.recovery import CODES
from web.accounts.refusals import STATUSES, Refusal
from web.accounts.words import WORDS
from web.presenters.formats import date_text
from web.presenters.frame import Frame, Visit, make_frame
from web.store.passkeys import Passkey
from web.store.people import NAME_MAX, Person, Role
from web.store.sessions import SignedIn

CODES_SCRIPT = "passkey-codes"


@dataclass(frozen=True, slots=True)
class Card:
    """One part of the account, and the way there."""

    title: str
    text: str
    link: str
    href: str


@dataclass(frozen=True, slots=True)
class AccountPage:
    """The overview."""

    frame: Frame
    status: int
    words: AccountWords
    greeting: str
    role: str
    """Empty for a member: they need not be told."""
    name: str
    name_max: int
    languages: tuple[tuple[str, str, bool], ...]
    """Code, name, chosen."""
    cards: tuple[Card, ...]
    saved: bool
    problem: str
    profile_href: str
    sign_out_href: str


@dataclass(frozen=True, slots=True)
class PasskeyRow:
    """One passkey in the list."""

    handle: str
    name: str
    facts: tuple[str, ...]
    remove_href: str


@dataclass(frozen=True, slots=True)
class PasskeysPage:
    """The list of passkeys."""

    frame: Frame
    status: int
    words: PasskeyWords
    rows: tuple[PasskeyRow, ...]
    name_max: int
    problem: str
    rename_href: str
    add_href: str
    back: Card


@dataclass(frozen=True, slots=True)
class RemovePasskeyPage:
    """The question before a passkey goes."""

    frame: Frame
    status: int
    words: PasskeyWords
    headline: str
    warning: str
    problem: str
    handle: str
    action_href: str
    keep_href: str


@dataclass(frozen=True, slots=True)
class CodesPage:
    """How many codes are left; and, right after they were made, the codes themselves."""

    frame: Frame
    status: int
    words: CodeWords
    left: str
    codes: tuple[str, ...]
    notes: tuple[str, ...]
    """What else is to know: that earlier codes stop working; that the account is ready."""
    make_href: str
    file_href: str
    done_href: str
    back: Card


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One device that is signed in."""

    id: str
    device: str
    since: str
    here: bool


@dataclass(frozen=True, slots=True)
class SessionsPage:
    """The list of devices."""

    frame: Frame
    status: int
    words: SessionWords
    rows: tuple[SessionRow, ...]
    end_href: str
    end_others_href: str
    back: Card


@dataclass(frozen=True, slots=True)
class DataPage:
    """Export and farewell."""

    frame: Frame
    status: int
    words: DataWords
    problem: str
    export_href: str
    delete_href: str
    staying: Card | None
    """What happens to pieces that are held; with `staying_sure` to tick."""
    staying_sure: str
    claiming: Card | None
    """In place of the form: nobody leaves just now."""
    back: Card


@dataclass(frozen=True, slots=True)
class GonePage:
    """After the farewell."""

    frame: Frame
    status: int
    headline: str
    lead: str


def present_account(
    visit: Visit, person: Person, ways: WaysIn, sessions: int, *, saved: bool = False, refusal: Refusal | None = None
) -> AccountPage:
    """Present the overview."""
    words = WORDS[visit.language]
    account, passkeys, codes = words.account, words.passkeys, words.codes
    cards = (
        Card(passkeys.headline, _count(passkeys.counts, len(ways.passkeys)), passkeys.open, "/account/passkeys"),
        Card(codes.headline, _count(codes.counts, ways.codes_left), codes.open, "/account/codes"),
        Card(words.sessions.headline, _count(words.sessions.counts, sessions), words.sessions.open,
             "/account/sessions"),
        Card(words.data.headline, words.data.lead, words.data.open, "/account/data"),
    )  # fmt: skip
    return AccountPage(
        make_frame(visit, account.headline, other_path=HOME),
        _status(refusal),
        account,
        account.greeting.format(name=person.name),
        "" if person.role is Role.MEMBER else account.roles[person.role],
        person.name,
        NAME_MAX,
        tuple((code, name, code == person.language) for code, name in account.languages.items()),
        tuple(Card(card.title, card.text, card.link, link(visit, card.href)) for card in cards),
        saved,
        _problem(visit, refusal),
        link(visit, "/account/profile"),
        link(visit, "/sign-out"),
    )


def present_passkeys(visit: Visit, ways: WaysIn, refusal: Refusal | None = None) -> PasskeysPage:
    """Present the list of passkeys."""
    words = WORDS[visit.language].passkeys
    return PasskeysPage(
        make_frame(visit, words.headline, other_path="/account/passkeys"),
        _status(refusal),
        words,
        tuple(_passkey_row(visit, passkey) for passkey in ways.passkeys),
        NAME_MAX,
        _problem(visit, refusal),
        link(visit, "/account/passkeys/rename"),
        link(visit, "/account/passkeys/new"),
        _back(visit),
    )


def present_remove_passkey(
    visit: Visit, passkey: Passkey, ways: WaysIn, refusal: Refusal | None = None
) -> RemovePasskeyPage:
    """Present the question before a passkey goes."""
    words = WORDS[visit.language].passkeys
    headline = words.remove_headline.format(name=passkey.name)
    path = f"/account/passkeys/{passkey.handle}/remove"
    return RemovePasskeyPage(
        make_frame(visit, words.remove, other_path=path),
        _status(refusal),
        words,
        headline,
        words.remove_last if len(ways.passkeys) == 1 else "",
        _problem(visit, refusal),
        passkey.handle,
        link(visit, path),
        link(visit, "/account/passkeys"),
    )


def present_codes(visit: Visit, codes_left: int) -> CodesPage:
    """Present how many codes are left."""
    words = WORDS[visit.language].codes
    return _codes_page(visit, left=_count(words.counts, codes_left), notes=(words.replaces,) if codes_left else ())


def present_made_codes(visit: Visit, person: Person, made: MadeCodes, next_href: str) -> CodesPage:
    """Present codes, the one time they can be read. The first set is what a new account ends with."""
    words = WORDS[visit.language].codes
    note = words.replaced if made.replaced else words.welcome.format(name=person.name)
    return _codes_page(visit, codes=made.codes, notes=(note,), next_href=next_href)


def present_sessions(visit: Visit, sessions: tuple[SignedIn, ...], present_id: str) -> SessionsPage:
    """Present the list of devices."""
    words = WORDS[visit.language].sessions
    rows = tuple(
        SessionRow(
            each.id,
            each.device or words.unknown_device,
            words.since.format(date=_date(visit, each.created_at)),
            each.id == present_id,
        )
        for each in sessions
    )
    return SessionsPage(
        make_frame(visit, words.headline, other_path="/account/sessions"),
        200,
        words,
        rows,
        link(visit, "/account/sessions/end"),
        link(visit, "/account/sessions/end-others"),
        _back(visit),
    )


def present_data(visit: Visit, ties: frozenset[Tie], refusal: Refusal | None = None) -> DataPage:
    """Present export and farewell."""
    words = WORDS[visit.language].data
    staying = Tie.HELD in ties and Tie.CLAIMING not in ties
    return DataPage(
        make_frame(visit, words.headline, other_path="/account/data"),
        _status(refusal),
        words,
        _problem(visit, refusal),
        link(visit, "/account/data/export"),
        link(visit, "/account/delete"),
        _pieces(visit, words.staying_title, words.staying) if staying else None,
        words.staying_sure.format(brand=visit.brand) if staying else "",
        _pieces(visit, words.claiming_title, words.claiming) if Tie.CLAIMING in ties else None,
        _back(visit),
    )


def present_gone(visit: Visit) -> GonePage:
    """Present what is left when an account is deleted."""
    words = WORDS[visit.language].data
    return GonePage(make_frame(visit, words.gone_headline, other_path="/"), 200, words.gone_headline, words.gone_lead)


def _codes_page(
    visit: Visit, *, left: str = "", codes: tuple[str, ...] = (), notes: tuple[str, ...] = (), next_href: str = ""
) -> CodesPage:
    words = WORDS[visit.language].codes
    assert len(codes) in {0, CODES}, "a set of codes is shown whole or not at all"
    return CodesPage(
        make_frame(
            visit,
            words.made_headline if codes else words.headline,
            other_path="/account/codes",
            scripts=(CODES_SCRIPT,) if codes else (),
        ),
        200,
        words,
        left,
        codes,
        notes,
        link(visit, "/account/codes"),
        link(visit, "/account/codes/file"),
        next_href,
        _back(visit),
    )


def _passkey_row(visit: Visit, passkey: Passkey) -> PasskeyRow:
    words = WORDS[visit.language].passkeys
    used = words.never_used if passkey.used_at is None else words.used.format(date=_date(visit, passkey.used_at))
    facts = (
        f"{words.made.format(date=_date(visit, passkey.created_at))}, {used}",
        words.backed_up if passkey.backed_up else words.one_device,
    )
    return PasskeyRow(
        passkey.handle, passkey.name, facts, link(visit, f"/account/passkeys/{passkey.handle}/remove")
    )  # fmt: skip


def _pieces(visit: Visit, title: str, text: str) -> Card:
    words = WORDS[visit.language].data
    brand = visit.brand
    return Card(title.format(brand=brand), text.format(brand=brand), words.pieces_link, link(visit, "/pieces"))


def _back(visit: Visit) -> Card:
    words = WORDS[visit.language].account
    return Card("", "", words.back, link(visit, HOME))


def _count(texts: tuple[str, str, str], count: int) -> str:
    return texts[min(count, 2)].format(count=count)


def _date(visit: Visit, unix_s: int) -> str:
    return date_text(datetime.fromtimestamp(unix_s, UTC), visit.words)


def _problem(visit: Visit, refusal: Refusal | None) -> str:
    return "" if refusal is None else WORDS[visit.language].refusals[refusal]


def _status(refusal: Refusal | None) -> int:
    return 200 if refusal is None else int(STATUSES[refusal])
