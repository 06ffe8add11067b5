"""Many labels at once: what is taken, what each line becomes, and what is never told."""

import logging

import pytest

from tests.fakes.documents import GTIN
from tests.fakes.site import some_site
from tests.fakes.world import HOST
from verifier.answers import Answer
from web.limits import RATES, LimitName, Limits
from web.presenters.catalogue import Refusal
from web.presenters.catalogues import words_of
from web.presenters.frame import Visit
from web.presenters.language import Language
from web.presenters.many import postponed_row, present_many
from web.rendering import render_page
from web.scan.camera import camera_setup
from web.scan.many import (
    BUDGET_S,
    LABELS_MAX,
    Checked,
    ListFault,
    ListRefusedError,
    NoLabel,
    Postponed,
    Repeated,
    check_lines,
    lines_of,
)

BOTH = pytest.mark.parametrize("language", Language)


@pytest.fixture(scope="module")
def site():
    return some_site()


def check(site, lines, clock=lambda: 0.0):
    return check_lines(lines, HOST, site.world.trust, lambda text: text, clock)


def ask(site, text=None, *, language=Language.EN, app=None, **headers):
    client = (app or site.app()).test_client()
    path, names = f"/scan/many?lang={language}", {"Host": HOST} | headers
    return client.get(path, headers=names) if text is None else client.post(path, data={"labels": text}, headers=names)


def test_a_label_may_be_written_in_any_of_its_ways(site):
    """As scanned, in small letters, or GTIN and serial with what a spreadsheet puts between."""
    serial = site.path.rsplit("/", 1)[1]
    numbers = [f"{GTIN} {serial[:4]} {serial[4:]}", f"{GTIN};{serial}", f"{GTIN}\t{serial.lower()}"]
    spellings = [site.label, site.label.upper(), *numbers]
    first, *others = check(site, spellings)

    assert isinstance(first, Checked)
    assert first.verification == f"https://{HOST}{site.path}"
    assert [Repeated(row, first.label, 1) for row in (2, 3, 4, 5)] == others


@pytest.mark.parametrize(
    ("line", "refusal", "host"),
    [
        ("hello", Refusal.NOT_A_LABEL, ""),
        ("https://evil.example/01/1", Refusal.FOREIGN_HOST, "evil.example"),
        (f"https://{HOST}/elsewhere", Refusal.NOT_A_LABEL, ""),
        (f"{GTIN} ABCD", Refusal.SERIAL_WRONG, ""),
        ("WIFI:S:boutique;;", Refusal.NOT_A_LABEL, ""),
    ],
)
def test_a_line_that_is_no_label_is_refused_alone(site, line, refusal, host):
    """The others are looked up all the same."""
    refused, checked = check(site, [line, site.label])

    assert NoLabel(1, line, refusal, host) == refused
    assert isinstance(checked, Checked)


def test_no_label_is_begun_after_the_time_is_over(site):
    """Where no node answers each takes its time; what is left can be sent again."""
    moments = iter([0.0, 1.0, BUDGET_S])
    labels = [site.world.label_of(serial) for serial in list(site.world.serials.values())[:2]]
    first, second = check(site, labels, lambda: next(moments))

    assert isinstance(first, Checked)
    assert isinstance(second, Postponed)
    assert second.text == labels[1]


@pytest.mark.parametrize(
    ("text", "fault", "count", "row"),
    [
        (" \n\r\n ", ListFault.EMPTY, 0, 0),
        ("x\n" * (LABELS_MAX + 1), ListFault.TOO_MANY, LABELS_MAX + 1, 0),
        ("x\n" + "x" * 2_049, ListFault.TOO_LONG, 0, 2),
    ],
)
def test_a_list_that_cannot_be_checked_is_refused_whole(text, fault, count, row):
    """With what is wrong with it."""
    with pytest.raises(ListRefusedError) as refused:
        lines_of(text)

    assert (refused.value.fault, refused.value.count, refused.value.row) == (fault, count, row)


def test_fifty_labels_are_a_list():
    """The edge itself; empty lines do not count."""
    assert len(lines_of("x\n\n" * LABELS_MAX)) == LABELS_MAX


@BOTH
def test_the_page_says_of_each_line_what_its_own_page_would(site, language):
    """Headline, name and link of the label's page; and which lines are none."""
    words = words_of(language)
    text = ask(site, f"{site.label}\n{site.label}\nhttps://evil.example/x", language=language).text

    assert words.answers[Answer.VERIFIED].headline in text
    assert f'href="{site.path}?lang={language}"' in text
    assert "Aurore 25" in text
    assert words.many.duplicate.format(row=1) in text
    assert words.refusals[Refusal.FOREIGN_HOST].format(host="evil.example") in text
    assert 'href="https://evil.example' not in text
    assert words.many.summary.format(verified=1, count=3) in text


@pytest.mark.parametrize("answer", [Answer.STOLEN, Answer.NOT_ISSUED, Answer.NOT_GENUINE, Answer.CANNOT_VERIFY])
def test_a_piece_is_named_only_where_its_record_is(answer):
    """A name beside "not genuine" would speak louder than the words."""
    site = some_site(answer)
    text = ask(site, site.label).text

    assert words_of(Language.EN).answers[answer].headline in text
    assert ("Aurore 25" in text) == (answer is Answer.STOLEN)


@BOTH
def test_a_list_that_is_refused_comes_back_with_the_reason(site, language):
    """Nothing typed is lost, and nothing written into it runs."""
    answer = ask(site, "<script>\n" * (LABELS_MAX + 1), language=language)
    said = words_of(language).many.too_many.format(count=LABELS_MAX + 1, count_max=LABELS_MAX)

    assert answer.status_code == 422
    assert said in answer.text
    assert "&lt;script&gt;" in answer.text
    assert "<script>\n" not in answer.text


def test_labels_stay_secret(site, caplog):
    """By POST alone, kept by no cache, in no log; an address with one would be answered with an empty form."""
    serial = site.path.rsplit("/", 1)[1]
    with caplog.at_level(logging.DEBUG):
        answer = ask(site, site.label)
        form = site.app().test_client().get(f"/scan/many?labels={serial}", headers={"Host": HOST})

    assert answer.headers["Cache-Control"] == "no-store"
    assert serial not in form.text
    assert serial not in caplog.text


def test_lists_are_counted_by_network():
    """Like photos and typed codes: one network looks up so much and no more."""
    site = some_site()
    app = site.app(limits=Limits({**RATES}, clock=lambda: 0.0))
    statuses = [ask(site, "x", app=app).status_code for _ in range(RATES[LimitName.LOOKUP].count + 1)]

    assert set(statuses[:-1]) == {200}
    assert statuses[-1] == 429


def test_another_sites_page_cannot_send_a_list(site):
    """It would learn nothing, and it would cost us."""
    assert ask(site, site.label, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403


@BOTH
def test_what_was_not_checked_is_still_in_the_list(site, language):
    """One more press on the same button, and no label scanned twice."""
    visit = Visit(HOST, "Maison Éclat", language, asked=True)
    rows = [postponed_row(1, site.path.rsplit("/", 1)[1], visit)]
    page = present_many(visit, camera_setup((HOST,)), LABELS_MAX, rows=rows, labels=site.label, postponed=True)
    with site.app().test_request_context("/scan/many", headers={"Host": HOST}):
        text = render_page("many.html", page).get_data(as_text=True)

    assert f">\n{site.label}</textarea>" in text
    assert page.words.postponed_all in text
    assert page.words.postponed in text
