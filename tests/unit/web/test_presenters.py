"""From a verification to a page: what is shown, and above all what is not."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from provenance_schemas.document_parts import Attribute, Place
from provenance_schemas.passports import Passport
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.registry import REGISTRAR
from tests.fakes.site import SiteWorld, some_site
from tests.fakes.world import BOUTIQUE, HOUSE, WORKSHOP
from verifier.answers import Answer, answer_of
from verifier.policies import CLI
from web.presenters.catalogue import Custody, StepState
from web.presenters.english import ENGLISH
from web.presenters.formats import age_text, date_text, moment_text, place_text, serial_text
from web.presenters.frame import Visit
from web.presenters.french import FRENCH
from web.presenters.language import Language
from web.presenters.piece import pictures_of, proven_passport
from web.presenters.timeline import present_timeline
from web.presenters.tones import TONES, Tone
from web.presenters.verdict import custody_of, present_verdict

HIDDEN = {Answer.NOT_GENUINE, Answer.NOT_ISSUED, Answer.CANNOT_VERIFY}


def visit(language=Language.EN):
    return Visit("id.maison.example", "Maison Éclat", language, asked=False)


class Traits(SiteWorld):
    """A brand that writes the country into its own traits, and a size that looks like one."""

    def passport(self, item, commitment):
        own = (Attribute("made in", "FR"), Attribute("Size", "FR"))
        return dataclasses.replace(super().passport(item, commitment), attributes=own)


def registry_fact(verification, language):
    page = present_verdict(verification, visit(language))
    return next(fact.text for fact in page.facts if fact.name == page.words.facts.registry)


def verified(site):
    return site.verifier.verify_label(site.label, CLI)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("answer", Answer)
def test_each_answer_is_presented_whole(answer, language):
    """Every answer there is, out of the real verifier, in both languages."""
    found = verified(some_site(answer))
    page = present_verdict(found, visit(language))

    assert answer is answer_of(found)
    assert TONES[answer] is page.tone
    assert page.headline in page.frame.title
    assert "{" not in page.lead + page.tag
    assert page.words.facts.checked in [fact.name for fact in page.facts]
    assert page.words.facts.registry in [fact.name for fact in page.facts]


@pytest.mark.parametrize("answer", Answer)
def test_a_piece_is_shown_only_where_its_record_is_proven_and_the_label_opens_it(answer):
    """A picture of the right bag beside "not genuine" would sell the wrong one."""
    page = present_verdict(verified(some_site(answer)), visit())

    assert (page.piece is None) == (answer in HIDDEN)
    assert bool(page.timeline) == (answer not in HIDDEN)


def test_the_serial_is_on_the_page_and_never_in_its_title():
    """Titles go to histories, tabs and previews."""
    site = some_site()
    page = present_verdict(verified(site), visit())
    serial = site.label.rsplit("/", 1)[1]

    assert serial_text(serial) in [fact.text for fact in page.facts]
    assert serial not in page.frame.title
    assert page.piece.name not in page.frame.title


def test_marks_are_in_the_visitors_language_where_the_maker_gave_one():
    """Details are compared in the shop: they should be read without a dictionary."""
    page = present_verdict(verified(some_site()), visit(Language.FR))

    assert page.piece.marks[0].text == "Le poinçon intérieur indique A25-0417"


@pytest.mark.parametrize(("language", "made"), [("en", ("Made in", "France")), ("fr", ("Fabrication", "France"))])
def test_where_it_was_made_is_said_by_name_and_once(language, made):
    """A maker's own trait that says the same country is not said again; any other stays as they wrote it."""
    site = some_site(world_type=Traits)
    page = present_verdict(verified(site), visit(Language(language)))

    assert page.piece.traits == (made, ("Size", "FR"))


@pytest.mark.parametrize(
    ("answer", "english", "french"),
    [
        (Answer.VERIFIED, "\u00a0s\u00a0old", None),
        (Answer.CANNOT_VERIFY, "Not reached", "Non joint"),
    ],
)
def test_a_registry_that_was_asked_says_how_old_its_word_is(answer, english, french):
    """Or that it was not reached."""
    found = verified(some_site(answer))

    assert registry_fact(found, Language.EN).endswith(english)
    assert french in {None, registry_fact(found, Language.FR)}


def test_a_label_that_is_none_needs_no_registry():
    """Nobody was asked, so nobody failed to answer: the code itself is wrong."""
    site = some_site()
    found = site.verifier.verify_label(site.label[:-1] + "!", CLI)

    assert registry_fact(found, Language.EN) == "Not needed: the code itself is wrong"
    assert registry_fact(found, Language.FR) == "Inutile\u00a0: le code lui-même est faux"


@pytest.mark.parametrize(("reason", "said"), [(1, "Theft"), (0, ""), (200, "")])
def test_the_reason_of_a_report_is_in_the_timeline(reason, said):
    """As its owner was shown before reporting it; one we have no word for is left out."""
    site = some_site()
    site.world.registry.report(site.item, EntryKind.REPORTED_STOLEN, reason)
    site.world.settle()
    row = present_timeline(verified(site).evidence, ENGLISH)[-1]

    assert (row.title, row.reason) == ("Reported stolen", said)


def test_a_passport_that_is_not_proven_gives_no_pictures():
    """The rule that the picture route rests on."""
    site = some_site(Answer.CANNOT_VERIFY)

    assert proven_passport(verified(site)) is None


def test_a_valid_passport_of_a_disputed_registration_is_not_proven():
    """Its bytes match and its schema fits: a thief with the registrar's key writes valid documents."""
    site = some_site()
    site.world.registry.dispute(REGISTRAR, 1)
    site.world.settle()
    found = verified(site)

    assert isinstance(found.evidence.passport, Passport)
    assert proven_passport(found) is None
    assert present_verdict(found, visit()).piece is None


def test_the_pictures_of_a_passport_are_its_own_and_those_of_its_marks():
    """Nothing else is ever served as a picture."""
    passport = proven_passport(verified(some_site()))

    assert len(pictures_of(passport)) == 3


@pytest.mark.parametrize(
    ("write", "state"),
    [
        (lambda world, item: world.record(item, EntryKind.SERVICED, by=WORKSHOP), StepState.CONFIRMED),
        (
            lambda world, item: world.store.blocks.pop(world.record(item, EntryKind.SERVICED, by=WORKSHOP)),
            StepState.UNCONFIRMED,
        ),
    ],
)
def test_a_step_is_confirmed_only_with_its_document(write, state):
    """What cannot be read is shown as what it is, with the kind that the chain proves."""
    site = some_site()
    write(site.world, site.item)
    site.world.settle()
    row = next(row for row in present_timeline(verified(site).evidence, ENGLISH) if row.title == "Serviced")

    assert state is row.state
    assert row.title == "Serviced"


def test_a_step_of_a_disputed_actor_is_disputed():
    """The boutique's key was stolen: what it recorded since then stands in doubt, and says so."""
    site = some_site()
    site.world.registry.dispute(BOUTIQUE, 1)
    site.world.settle()
    rows = present_timeline(verified(site).evidence, FRENCH)
    disputed = [row.title for row in rows if row.state is StepState.DISPUTED]

    assert disputed == ["Delivered to boutique", "First sale"]


def test_a_voided_step_is_voided_before_anything_else():
    """Its document is not even read any more, which is not a fault."""
    site = some_site()
    site.world.record(site.item, EntryKind.AUTHENTICATED, by=HOUSE)
    number = len([e for e in site.world.registry.entries(site.item, 999) if e.lane == "item"])
    site.world.void(site.item, number)
    site.world.settle()
    rows = present_timeline(verified(site).evidence, ENGLISH)

    states = {row.title: row.state for row in rows}

    assert StepState.VOIDED is states["Authenticated by an expert"]
    assert StepState.CONFIRMED is states["Earlier step voided"]


def test_the_newest_step_is_pending():
    """It is in a block that may still be undone."""
    rows = present_timeline(verified(some_site(Answer.VERIFIED_PENDING)).evidence, ENGLISH)

    assert [row.state for row in rows if row.state is not StepState.CONFIRMED] == [StepState.PENDING]


def test_a_step_carries_both_clocks():
    """When its actor says it happened, and when the chain took it down."""
    rows = present_timeline(verified(some_site()).evidence, ENGLISH)
    row = next(row for row in rows if row.title == "Cut and assembled")

    assert row.happened.replace("\u00a0", " ") == "2 March 2026"
    assert row.recorded.replace("\u00a0", " ") == "2 March 2026, 09:00 UTC"


@pytest.mark.parametrize(
    ("answer", "custody"),
    [(Answer.VERIFIED, Custody.OWNER), (Answer.NOT_SOLD_YET, Custody.STOCK), (Answer.CANNOT_VERIFY, None)],
)
def test_custody_is_said_without_a_name(answer, custody):
    """Nobody learns whose account it is."""
    assert custody is custody_of(verified(some_site(answer)).evidence)


def test_a_sold_piece_nobody_claimed_is_in_the_houses_hands():
    """Custody by the house is shown as what it is: the house could move it."""
    site = some_site(Answer.NOT_SOLD_YET)
    site.world.record(site.item, EntryKind.SOLD, by=BOUTIQUE)
    site.world.settle()

    assert Custody.HOUSE is custody_of(verified(site).evidence)


@pytest.mark.parametrize(
    ("holds", "is_kept", "custody"),
    [
        (False, False, Custody.OWNER),
        (False, True, Custody.KEPT),
        (True, True, Custody.YOURS),
        (True, False, Custody.YOURS),
    ],
)
def test_a_piece_that_the_house_keeps_for_its_owner_is_said_to_be_kept(holds, is_kept, custody):
    """Who could move it is part of the answer, also for a stranger; who the owner is never is."""
    assert custody is custody_of(verified(some_site(Answer.VERIFIED)).evidence, holds=holds, is_kept=is_kept)


def test_the_registrys_age_is_always_shown():
    """A page kept open, or a stale node, gives itself away."""
    site = some_site()
    site.world.chain.stale_s = 90
    page = present_verdict(verified(site), visit())

    assert any("95\u00a0s" in fact.text for fact in page.facts)


def test_only_checks_that_the_policy_asks_for_are_counted():
    """A scan log that does not exist is no failed check."""
    page = present_verdict(verified(some_site()), visit())

    assert page.proof.title == "Proof: 16 of 16 checks passed"
    assert {Tone.VERIFIED} == {check.tone for check in page.proof.checks}


@pytest.mark.parametrize(
    ("age_s", "text"),
    [(-30, "0 s"), (0, "0 s"), (119.9, "119 s"), (120, "2 min"), (7199, "119 min"), (7200, "2 h"), (172_800, "2 days")],
)
def test_an_age_is_written_in_one_unit(age_s, text):
    """Both sides of each edge; a clock ahead of ours is no negative age."""
    assert text == age_text(age_s, ENGLISH).replace("\u00a0", " ")


def test_dates_are_written_as_people_write_them():
    """In UTC, with the month in words, so that 3/2 is never read as 2/3."""
    moment = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)

    assert moment_text(moment, ENGLISH).replace("\u00a0", " ") == "1 March 2026, 23:59 UTC"
    assert date_text(moment, FRENCH).replace("\u00a0", " ") == "1er mars 2026"
    assert date_text(moment + timedelta(minutes=1), FRENCH).replace("\u00a0", " ") == "2 mars 2026"


def test_a_place_is_written_without_repetition():
    """Le Havre, Le Havre, FR."""
    assert place_text(Place("Le Havre", "Le Havre", "FR"), ENGLISH) == "Le Havre, France"


def test_links_keep_the_language_only_when_it_was_asked_for():
    """A browser's own preference needs no parameter."""
    asked = dataclasses.replace(visit(Language.FR), asked=True)

    assert visit(Language.FR).link("/") == "/"
    assert asked.link("/") == "/?lang=fr"
