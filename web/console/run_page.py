"""The console's pages of print runs, laid out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mint.labels.choices import Spelling
from mint.labels.claim_card import CardShape
from mint.labels.stock import STOCKS, Stock
from mint.labels.substrates import Substrate
from mint.print_run_book import PrintRun, RunState
from mint.print_run_check import PICTURES_MAX, RunCheck
from web.console.form_rows import Choice, FieldRow
from web.console.home_page import When, when_of
from web.console.run_words import RunRefused, RunWords
from web.console.words import WORDS
from web.presenters.frame import Frame, Visit, make_frame
from web.presenters.tones import ICONS, Icon, Tone

RUN_PIECES_MAX: Final = 65
"""As many as the fullest sheet has; more are made at the command line."""
_PIECES_LENGTH_MAX: Final = 80 * RUN_PIECES_MAX
_LABEL_SIDE_MIN_MM: Final = 18.0
_ENDED: Final = {RunState.DESTROYED, RunState.GIVEN_UP}
_TONES: Final = {
    RunState.VERIFIED: Tone.VERIFIED,
    RunState.DESTROYED: Tone.VERIFIED,
    RunState.GIVEN_UP: Tone.REJECTED,
}


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run in the list."""

    title: str
    text: str
    href: str
    state: str
    tone: Tone
    icon: Icon


@dataclass(frozen=True, slots=True)
class RunsPage:
    """All runs."""

    frame: Frame
    status: int
    runs: tuple[RunLine, ...]
    new_href: str
    home_href: str
    home: str
    words: RunWords


@dataclass(frozen=True, slots=True)
class RunFormPage:
    """The form of a new run."""

    frame: Frame
    status: int
    rows: tuple[FieldRow, ...]
    fault: str
    action_href: str
    back_href: str
    words: RunWords


@dataclass(frozen=True, slots=True)
class RunStage:
    """One state that a run came into."""

    state: str
    when: When
    who: str


@dataclass(frozen=True, slots=True)
class RunPage:
    """One run. A link that is empty leads nowhere: its step is not to be taken now."""

    frame: Frame
    status: int
    title: str
    state: str
    tone: Tone
    icon: Icon
    lead: str
    sizes: str
    said: tuple[str, ...]
    """What came of the photos that were sent."""
    said_tone: Tone
    fault: str
    missing: str
    stages: tuple[RunStage, ...]
    has_labels: bool
    has_cards: bool
    files_href: str
    printed_href: str
    check_href: str
    pictures: FieldRow
    destroy_href: str
    give_up_href: str
    back_href: str
    words: RunWords


def runs_path(number: int | None = None) -> str:
    """Name the page of a run, or of all."""
    return "/console/runs" if number is None else f"/console/runs/{number}"


def present_runs(visit: Visit, runs: Sequence[PrintRun]) -> RunsPage:
    """Lay the list out."""
    words = WORDS[visit.language]
    lines = tuple(
        RunLine(
            words.runs.title.format(number=run.id),
            _sizes(words.runs, run),
            visit.link(runs_path(run.id)),
            words.runs.states[run.state],
            *_tone(run),
        )
        for run in runs
    )
    frame = make_frame(visit, words.runs.headline)
    return RunsPage(
        frame, 200, lines, visit.link("/console/runs/new"), visit.link("/console"), words.job.home, words.runs
    )


def present_run_form(visit: Visit, values: Mapping[str, str], fault: str = "") -> RunFormPage:
    """Lay the form out, with what was typed and what is wrong with it."""
    words = WORDS[visit.language].runs
    hint = words.pieces_hint.format(most=RUN_PIECES_MAX)
    rows = (
        _row("pieces", words.pieces, values, type_="textarea", hint=hint, length=_PIECES_LENGTH_MAX),
        _select("stock", words.stock, values, _stocks(words), "L7160"),
        _row("start", words.start, {"start": "1"} | dict(values), type_="number", hint=words.start_hint, length=3),
        _select("substrate", words.substrate, values, words.substrates, Substrate.PAPER),
        _select("spelling", words.spelling, values, words.spellings, Spelling.UPPER),
        _select("cards", words.cards, values, {"": words.no_cards} | dict(words.shapes), ""),
    )
    frame = make_frame(visit, words.form_headline)
    status = 422 if fault else 200
    return RunFormPage(frame, status, rows, fault, visit.link(runs_path()), visit.link(runs_path()), words)


def present_run(
    visit: Visit,
    run: PrintRun,
    names: Mapping[str, str],
    references: Mapping[int, str],
    check: RunCheck | None = None,
    fault: str = "",
) -> RunPage:
    """Lay one run out. `names`: who somebody is, by what the run keeps of them."""
    words, path = WORDS[visit.language].runs, runs_path(run.id)
    tone, icon = _tone(run)
    title = words.title.format(number=run.id)
    still = _missing(words, run, references) if run.state is RunState.PRINTED else ""
    hint = words.pictures_hint.format(most=PICTURES_MAX)
    stages = tuple(
        RunStage(words.states[event.state], when_of(visit, int(event.at.timestamp())), names.get(event.who, event.who))
        for event in run.events
    )
    may_destroy = run.cards and run.state in {RunState.PRINTED, RunState.VERIFIED}
    return RunPage(
        make_frame(visit, title),
        422 if fault else 200,
        title,
        words.states[run.state],
        tone,
        icon,
        words.next[run.state],
        _sizes(words, run),
        _said(words, check),
        Tone.CAUTION if check is not None and check.strays else tone,
        fault,
        still,
        stages,
        bool(run.labels),
        bool(run.cards) and run.state not in _ENDED,
        visit.link(f"{path}/files") if run.state is not RunState.GIVEN_UP and _is_drawable(run) else "",
        visit.link(f"{path}/printed") if run.state is RunState.MADE else "",
        visit.link(f"{path}/check") if run.state is RunState.PRINTED else "",
        _row("pictures", words.pictures, {}, type_="photos", hint=hint),
        visit.link(f"{path}/destroy") if may_destroy else "",
        visit.link(f"{path}/give-up") if run.state in {RunState.MADE, RunState.PRINTED} else "",
        visit.link(runs_path()),
        words,
    )


def refusal(visit: Visit, refused: RunRefused, detail: object = "") -> str:
    """Say why something was not done."""
    return WORDS[visit.language].runs.refused[refused].format(detail=detail)


def _is_drawable(run: PrintRun) -> bool:
    return bool(run.labels) or run.state not in _ENDED


def _missing(words: RunWords, run: PrintRun, references: Mapping[int, str]) -> str:
    named = [
        references[item.token_id] if item.address is None else words.card_of.format(reference=references[item.token_id])
        for item in run.missing
    ]
    return words.missing.format(references=", ".join(named)) if named else ""


def _said(words: RunWords, check: RunCheck | None) -> tuple[str, ...]:
    if check is None:
        return ()
    strays = [words.strays[stray.kind].format(reference=stray.reference) for stray in check.strays]
    return (words.read_now.format(count=check.read_now), *dict.fromkeys(strays))


def _sizes(words: RunWords, run: PrintRun) -> str:
    return words.sizes.format(labels=len(run.labels), cards=len(run.cards))


def _tone(run: PrintRun) -> tuple[Tone, Icon]:
    tone = _TONES.get(run.state, Tone.UNDETERMINED)
    return tone, ICONS[tone] if run.state in _TONES else Icon.WAIT


def _stocks(words: RunWords) -> dict[str, str]:
    """Name the sheets that a code can be read on, and the choice of none."""
    fitting = [stock for stock in STOCKS.values() if min(stock.label_mm) > _LABEL_SIDE_MIN_MM]
    return {stock.name: _stock_text(words, stock) for stock in fitting} | {"none": words.no_labels}


def _stock_text(words: RunWords, stock: Stock) -> str:
    width, height = (f"{side:g}".replace(".", words.decimal) for side in stock.label_mm)
    return words.stock_of.format(name=stock.name, width=width, height=height, places=stock.places)


def _row(
    name: str, label: str, values: Mapping[str, str], *, type_: str, hint: str = "", length: int = 120
) -> FieldRow:
    return FieldRow(name, label, hint, "", values.get(name, ""), type_, length, "", "")


def _select(
    name: str,
    label: str,
    values: Mapping[str, str],
    options: Mapping[Substrate, str] | Mapping[Spelling, str] | Mapping[CardShape, str] | Mapping[str, str],
    default: str,
) -> FieldRow:
    chosen = values.get(name, default)
    choices = tuple(Choice(str(value), text, str(value) == str(chosen)) for value, text in options.items())
    return FieldRow(name, label, "", "", chosen, "select", 0, "", "", choices)
