"""Tapping a tag: what the page says, what its report lets count, and that looking changes nothing."""

from __future__ import annotations

import pytest

from loyalty.adapters.sql_database import DatabaseUnavailableError
from mint.tag_book import TagState
from mint.tags import retire_tag
from tests.fakes.chips import Chip
from tests.fakes.scans import token_in
from tests.fakes.tags import BAG, CHEAP, UID, encoded, line_in, some_keys, tagged_site
from verifier.evidence import Unavailable
from web.limits import RATES, LimitName
from web.presenters.taps import ENGLISH, FRENCH, TONES, TapState
from web.scan.scan_tokens import TAPPED_LENGTH
from web.scan.scans import Taken
from web.scan.taps import Taps
from web.scan.visitors import Visitor
from web.store.people import Role, add_person
from web.store.scan_tables import SCAN
from web.tags.desk import TagDesk

FRESH, USED = ("verified", "The tag in the piece answered, tap 1."), ("caution", "used before: tap again.")
FALSE, OTHER = ("rejected", "not from the piece’s own tag."), ("rejected", "belongs to another piece.")
RETIRED = ("rejected", "taken out of use.")
NO_TAG, CUT, AWAY = (("undetermined", end) for end in ("for this piece.", "incomplete: tap again.", "right now."))


@pytest.fixture
def site():
    return tagged_site()


def said(site, link, **headers):
    return line_in(site.follow(link, **headers).text)


def is_line(found, expected):
    return found[0] == expected[0] and found[1].endswith(expected[1])


def possession(site, link):
    findings = site.follow(link, Accept="application/json").json["findings"]
    return next((f["outcome"], f["reason"]) for f in findings if f["code"] == "possession.shown")


def test_a_first_tap_answers_counts_once_and_is_used_from_then_on(site):
    """The whole way: look, report, look again; and the next tap is new again."""
    link = site.chip.tap()
    page = site.follow(link).text
    assert line_in(page) == FRESH
    assert len(token_in(page)) == TAPPED_LENGTH
    assert site.report(token_in(page)).status_code == 204

    assert is_line(said(site, link), USED)
    assert line_in(site.follow(site.chip.tap()).text)[1].endswith("tap 2.")
    (row,) = site.rows(SCAN)
    assert (row["tap"], row["findings"][-1]) == (1, "p")


def test_looking_moves_no_floor(site):
    """Link previews and prefetching look as often as they like: the tap is still new for whoever holds the piece."""
    link = site.chip.tap()
    sizes = site.sizes()
    for _ in range(3):
        assert line_in(site.follow(link).text) == FRESH
        assert possession(site, link)[0] == "passed"

    assert site.sizes() == sizes


def test_a_lower_counter_is_used_even_where_it_never_counted(site):
    """Somebody kept three links, and shows them after the fourth counted."""
    kept = [site.chip.tap() for _ in range(3)]
    assert site.counts(site.chip.tap()) == 204

    assert all(is_line(said(site, link), USED) for link in kept)
    assert [site.counts(link) for link in kept] == [204, 204, 204]
    assert site.floors() == [(4, 3)]


def test_a_gap_is_taken_and_written_down(site):
    """Taps that were never shown here: in a shop without a network, or by whoever read the chip on the way."""
    site.counts(site.chip.tap())
    site.counts(site.chip.tap(1_000))

    assert site.floors() == [(1_001, 999)]


def test_two_who_saw_it_as_new_are_told_apart_by_their_reports(site):
    """The window between looking and reporting: both pages say new, one report counts, the other is told."""
    link = site.chip.tap()
    first, second = (token_in(site.follow(link).text) for _ in range(2))
    assert site.report(first).status_code == 204
    late = site.report(second, Accept="application/json")

    assert (late.status_code, late.json["code"]) == (409, "tap_used")
    assert site.report(first).status_code == 204  # the same report again is the same scan
    assert [(row["tap"], row["findings"][-1]) for row in site.rows(SCAN)] == [(1, "p"), (None, "u")]


def test_what_is_not_of_the_pieces_tag_is_false(site):
    """A changed MAC, changed data, keys of another brand: each proved by the bytes that came."""
    link = site.chip.tap()
    mac_changed = link[:-1] + ("0" if link[-1] != "0" else "1")
    at = link.index("e=") + 2
    picc_changed = link[:at] + ("0" if link[at] != "0" else "1") + link[at + 1 :]
    foreign = encoded_by_another(site).tap()

    assert [is_line(said(site, one), FALSE) for one in (mac_changed, picc_changed, foreign)] == [True] * 3
    assert possession(site, mac_changed) == ("failed", "the message is not of this piece's tag")


def encoded_by_another(site):
    """A chip with the very UID and file, made with the keys of another brand."""
    keys = some_keys(site.office.folder / "another brand").make(cost=CHEAP)
    return Chip(site.chip.file, UID, keys.meta_read, keys.file_read(UID))


def test_a_message_moved_onto_another_label_is_another_pieces(site):
    """The scarf's tag, its query behind the bag's label."""
    moved = site.chip.tap().partition("?")[0] + "?" + site.other_chip.tap().partition("?")[2]

    assert is_line(said(site, moved), OTHER)
    assert possession(site, moved)[0] == "failed"


def test_a_tag_encoded_with_another_label_is_false_on_this_one(site):
    """The MAC covers the label: the piece's own chip, once written with another link, does not speak for this one."""
    chip = site.chip
    own, chip.file = chip.file, site.other_chip.file
    query = chip.tap().partition("?")[2]
    chip.file = own

    assert is_line(said(site, chip.tap().partition("?")[0] + "?" + query), FALSE)


@pytest.mark.parametrize("cut", ["c", "e", "half"])
def test_a_cut_message_proves_nothing(site, cut):
    """Copied by hand, or shortened by a messenger: nothing against the piece."""
    link = site.chip.tap()
    head, _, mac = link.partition("&c=")
    text = {"c": head, "e": link.partition("?")[0] + "?c=" + mac, "half": link[:-3]}[cut]

    assert is_line(said(site, text), CUT)
    assert possession(site, text)[0] == "unknown"


def test_a_retired_tag_is_false_and_its_piece_may_have_a_new_one(site):
    """Cut out at the workshop, replaced by the next: the old one is known for what it is."""
    old = site.chip
    retire_tag(site.office.open(), UID)
    assert is_line(said(site, old.tap()), RETIRED)
    site.keys.make(cost=CHEAP)
    new = encoded(site.office, site.keys, BAG, bytes.fromhex("04aabbccddeeff"))

    assert line_in(site.follow(new.tap()).text) == FRESH
    assert is_line(said(site, old.tap()), RETIRED)
    assert [(tag.key_version, tag.state) for tag in site.book.of_piece(site.site.item.token_id)] == [
        (1, TagState.RETIRED),
        (2, TagState.ACTIVE),
    ]


def test_tags_of_two_versions_answer_side_by_side(site):
    """Rotation: new tags are made with new keys, and those in customers' pieces go on."""
    site.keys.make(cost=CHEAP)
    newer = encoded(site.office, site.keys, BAG, bytes.fromhex("04aabbccddeeff"))

    assert [line_in(site.follow(chip.tap()).text) for chip in (site.chip, newer)] == [FRESH, FRESH]


def test_a_piece_without_a_tag_says_so(site):
    """An invented message on a plain label proves nothing, for or against."""
    link = site.chip.tap()

    with site.book.database.transaction():
        site.book.database.execute("DELETE FROM tag")

    assert is_line(said(site, link), NO_TAG)
    assert possession(site, link) == ("unknown", "no tag is on record for this piece")


def test_what_cannot_be_asked_is_neither_for_nor_against(site):
    """No keys, a wrong passphrase, a house whose folder is away, a site's database that is away."""
    link = site.chip.tap()
    for changes in (
        {"tag_keys": None},
        {"tag_keys": some_keys(site.office.folder, "another passphrase")},
        {"open_records": site_away(site)},
    ):
        parts = {"clock": site.now_s, "open_records": site.office.open, "tag_keys": site.keys} | changes
        site.app = site.site.app(**parts)
        page = site.follow(link)
        assert (page.status_code, is_line(line_in(page.text), AWAY)) == (200, True)
        assert possession(site, link)[0] == "unknown"


def site_away(site):
    def away():
        raise OSError("no such folder")

    return away


def test_a_counter_that_cannot_be_asked_proves_nothing(site):
    """The site's database is away: the MAC is right, and nobody knows whether it was seen."""
    taps = Taps(TagDesk(site.office.open, site.keys), FloorsAway())
    look = taps.look(site.chip.tap(), site.verified())

    assert (look.seen.state, type(look.shown), look.tap) == (TapState.AWAY, Unavailable, None)


class FloorsAway:
    """The floors of a database that does not answer."""

    def of(self, tag):
        raise DatabaseUnavailableError(f"nobody answers for {len(tag)} characters")


def test_a_scan_that_earns_points_brings_its_tap(site):
    """Whoever collects before the page has reported: the same scan, and its tap counts once."""
    with site.site.database.writing() as connection:
        person = add_person(connection, "Ada", Role.MEMBER, "en", 1)
    ada = Visitor("203.0.113.7", "FR", person.id[::-1], person.id)
    token = token_in(site.follow(site.chip.tap()).text)
    scans = site.app.extensions["assay.scans"]
    taken = scans.take_for_award(token, site.site.host, ada)
    late = scans.report(token, site.site.host, ada).tap_late

    assert (type(taken), late, site.floors()) == (Taken, False, [(1, 0)])


def test_no_cache_keeps_a_tapped_page(site):
    """Nor the browser's own: it holds a serial and a token."""
    assert "no-store" in site.follow(site.chip.tap()).headers["Cache-Control"]


def test_a_wrong_passphrase_is_worked_on_once_a_minute(site):
    """Half a second of a core for each visitor would be a way to stop the site."""
    asked = []
    keys = some_keys(site.office.folder)
    keys._ask = lambda path: asked.append(path) or "another passphrase"
    site.app = site.site.app(clock=site.now_s, open_records=site.office.open, tag_keys=keys)
    for _ in range(3):
        assert is_line(said(site, site.chip.tap()), AWAY)

    assert len(asked) == 1


def test_a_tapped_page_is_kept_for_nobody(site):
    """The page of the printed label is shared; what one visitor's tag said is in no page of another's."""
    shared = site.look().text
    link = site.chip.tap()
    tapped = site.follow(link).text
    again = site.look().text

    assert line_in(shared) == line_in(again) == ("", "")
    assert line_in(tapped) == FRESH
    site.report(token_in(tapped))
    assert is_line(said(site, link), USED)


def test_the_record_is_read_once_for_tapped_and_printed_alike(site):
    """A tap costs no second verification: only its message is looked at anew."""
    verifier = CountingVerifier(site.site.verifier)
    site.app = site.site.app(clock=site.now_s, open_records=site.office.open, tag_keys=site.keys, verifier=verifier)
    site.look()
    assert line_in(site.follow(site.chip.tap()).text)[0] == "verified"
    assert line_in(site.follow(site.chip.tap()).text)[0] == "verified"

    assert verifier.asked == 1


class CountingVerifier:
    """Counts what it hands on."""

    def __init__(self, verifier):
        self._verifier = verifier
        self.asked = 0

    def verify_label(self, text, policy):
        self.asked += 1
        return self._verifier.verify_label(text, policy)


def test_the_level_is_that_of_the_record(site):
    """PHONE does not ask for possession: a false tag makes no forgery of a genuine record, a true one heals none."""
    link = site.chip.tap()
    answers = [site.follow(one, Accept="application/json").json["answer"] for one in (link, link[:-1] + "x", link[:-2])]

    assert answers == ["verified"] * 3


def test_french_has_its_own_words(site):
    page = site.follow(site.chip.tap() + "&lang=fr").text

    assert line_in(page)[1].startswith("La puce de la pièce a répondu")


def test_taps_have_a_limit_of_their_own():
    """Eight bytes of MAC: at this rate one guess in a billion years is right."""
    guesses_a_year = RATES[LimitName.TAG].count / RATES[LimitName.TAG].period_s * 3_600 * 24 * 366

    assert 2**64 / guesses_a_year > 1e9


@pytest.mark.parametrize("state", list(TapState))
def test_every_state_has_words_in_both_languages(state):
    assert ENGLISH[state] != FRENCH[state]
    assert state in TONES
