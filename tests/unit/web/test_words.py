"""Both languages say everything, and the same things."""

import string
from collections.abc import Mapping
from dataclasses import asdict
from itertools import chain

import pytest

from mint.reports import ReportReason
from provenance_schemas.step_kinds import EntryKind
from verifier.answers import Answer
from verifier.verdict import Code, Outcome
from web.presenters.catalogue import Custody, Refusal, StepState
from web.presenters.english import ENGLISH
from web.presenters.french import FRENCH
from web.presenters.language import Language
from web.presenters.tones import ICONS, OUTCOME_TONES, TONES, Icon, Tone, status_of

BOTH = pytest.mark.parametrize("words", [ENGLISH, FRENCH], ids=["en", "fr"])
TABLES = [
    ("answers", Answer),
    ("checks", Code),
    ("outcomes", Outcome),
    ("kinds", EntryKind),
    ("states", StepState),
    ("custody", Custody),
    ("refusals", Refusal),
    ("reasons", frozenset(ReportReason) - {ReportReason.NOT_STATED}),
]
ERRORS = {400, 401, 403, 404, 405, 413, 421, 429, 500, 503}


def sentences(value, path=""):
    """Give every string of a catalogue by where it stands."""
    if isinstance(value, Mapping):
        return chain.from_iterable(sentences(each, f"{path}/{key}") for key, each in value.items())
    if isinstance(value, list | tuple):
        return chain.from_iterable(sentences(each, f"{path}/{number}") for number, each in enumerate(value))
    return [(path, value)]


@BOTH
@pytest.mark.parametrize(("table", "enum"), TABLES, ids=[table for table, _ in TABLES])
def test_every_member_has_words(words, table, enum):
    """A code added below without words here would reach a person as a KeyError."""
    said = getattr(words, table)

    assert set(enum) == set(said)


@BOTH
def test_every_error_page_has_words(words):
    """400 and 500 stand for every status that has none of its own."""
    assert set(words.errors) == ERRORS


@BOTH
def test_no_sentence_is_empty_or_cut(words):
    """No word is missing, and no stray space shows that a sentence was put together badly."""
    for path, text in sentences(asdict(words)):
        assert text, path
        assert text == text.strip(), path
        assert "  " not in text, path


def test_both_languages_take_the_same_values():
    """A placeholder that one language forgot would leave a brand or a host unsaid."""
    other = dict(sentences(asdict(FRENCH)))
    for path, text in sentences(asdict(ENGLISH)):
        fields = {name for _, name, _, _ in string.Formatter().parse(text) if name}
        others = {name for _, name, _, _ in string.Formatter().parse(other[path]) if name}

        assert fields == others, path


def test_what_is_said_in_french_is_french():
    """Only what is the same in both languages may be the same: units, a title's pattern, a heading."""
    other = dict(sentences(asdict(FRENCH)))
    same = {path for path, text in sentences(asdict(ENGLISH)) if other[path] == text}

    assert same <= {
        "/age_units/0",
        "/age_units/1",
        "/age_units/2",
        "/frame/console",
        "/frame/menu",
        "/frame/title",
        "/scan/camera/zoom",
        "/verdict/provenance",
        "/verdict/proof/block",
    }


@pytest.mark.parametrize("answer", Answer)
def test_every_answer_has_a_tone_an_icon_and_a_status(answer):
    """Colour never speaks alone, and no answer is left without a status."""
    assert ICONS[TONES[answer]] in set(Icon)
    assert status_of(answer) in {200, 404, 503}


@pytest.mark.parametrize("answer", Answer)
def test_only_a_whole_proof_is_green_and_only_no_answer_is_grey(answer):
    """Green and grey are never lent: nobody should read a pass, or a failure, into a missing answer."""
    assert (TONES[answer] is Tone.VERIFIED) == (answer in {Answer.VERIFIED, Answer.VERIFIED_PENDING})
    assert (TONES[answer] is Tone.UNDETERMINED) == (answer is Answer.CANNOT_VERIFY)


def test_icons_differ_between_tones():
    """Without colours the four tones are still four."""
    assert len(set(ICONS.values())) == len(Tone)
    assert set(OUTCOME_TONES) == set(Outcome)


@pytest.mark.parametrize(
    ("answer", "status", "english", "french"),
    [
        (Answer.VERIFIED, 200, "Authentic record", "Fiche authentique"),
        (Answer.VERIFIED_PENDING, 200, "Authentic record, last step pending", None),
        (Answer.UNUSUAL_ACTIVITY, 200, "Genuine code, unusual activity", "Code authentique, activité inhabituelle"),
        (
            Answer.ACTIVITY_UNKNOWN,
            200,
            "Authentic record, activity not checked",
            "Fiche authentique, activité non contrôlée",
        ),
        (Answer.NOT_SOLD_YET, 200, "Registered, not yet sold", "Enregistrée, pas encore vendue"),
        (Answer.STEP_UNCONFIRMED, 200, "Authentic record, one step unconfirmed", None),
        (Answer.STOLEN, 200, "Reported stolen", "Déclarée volée"),
        (Answer.REVOKED, 200, "No longer certified", "N’est plus certifiée"),
        (Answer.RECALLED, 200, "No longer certified", "N’est plus certifiée"),
        (Answer.RETIRED, 200, "No longer certified", "N’est plus certifiée"),
        (Answer.LABEL_REPLACED, 200, "No longer certified", "N’est plus certifiée"),
        (Answer.NOT_GENUINE, 200, "This label is not genuine", "Cette étiquette n’est pas authentique"),
        (Answer.NOT_ISSUED, 404, "We did not issue this code", "Nous n’avons pas émis ce code"),
        (Answer.CANNOT_VERIFY, 503, "Cannot verify right now", "Vérification impossible pour le moment"),
    ],
)
def test_the_headlines_are_those_that_were_agreed(answer, status, english, french):
    """Lawyers and shop assistants know these sentences: changing one is a decision, not an edit."""
    assert status == status_of(answer)
    assert english == ENGLISH.answers[answer].headline
    assert french in {None, FRENCH.answers[answer].headline}


def test_each_catalogue_knows_its_language():
    """The page's `lang` comes from here: a screen reader chooses its voice by it."""
    assert (ENGLISH.language, FRENCH.language) == (Language.EN, Language.FR)
