"""Reports of suspicious pieces, through the whole site: what is kept, for how long, and what is never kept."""

from __future__ import annotations

import io
import logging
import re
import tempfile

import pytest
from PIL import Image
from sqlalchemy import delete
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from tests.fakes.pictures import as_file, qr_picture
from tests.fakes.site import some_photo, some_site
from tests.fakes.staff import StaffVisitor, some_staff
from tests.fakes.visitor import Visitor
from verifier.answers import Answer
from web.store.people import Role
from web.store.staff_log import StaffAction, StaffLog
from web.store.suspicion_tables import SUSPICION
from web.store.suspicions import Suspected, Suspicions
from web.structured_log import JsonFormatter

CODE = re.compile(r'<code class="once">([0-9A-Z-]+)</code>')
ONCE = re.compile(r'name="once" value="([0-9a-f]{32})"')
DAY_S = 86_400


@pytest.fixture(scope="module")
def site():
    return some_site()


@pytest.fixture(autouse=True)
def nothing_kept(site):
    """Each test begins with no report."""
    with site.database.writing() as connection:
        connection.execute(delete(SUSPICION))


def send(site, content=None, *, app=None, headers=(), path="/report", **fields):
    """Open the form, fill it in, and send it as a browser does."""
    app = app or site.app()
    client = app.test_client()
    named = {"Host": site.host, **dict(headers)}
    once = fields.pop("once", None) or ONCE.search(client.get("/report", headers=named).text)[1]
    sent = MultiDict({"once": once, "wrong": "false_label", "place": "", "words": "", "contact": ""} | fields)
    sent.add("photo", FileStorage(io.BytesIO(content or b""), "IMG_1.jpg" if content else ""))
    boundary, body = encode_multipart(sent)
    return client.post(path, data=body, headers=named, content_type=f"multipart/form-data; boundary={boundary}")


def kept(site, now_s=0):
    return Suspicions(site.database).newest(now_s)


def everywhere(site):
    """Every row of the site's database, as SQL."""
    return b"".join(_dump(site))


def _dump(site):
    with site.database.reading() as connection:
        raw = connection.connection.driver_connection
        yield from (line.encode() for line in raw.iterdump())


def test_a_report_is_kept_and_its_code_shown_once(site):
    """Everything that was said, for ninety days; the code is in the answer, and its hash alone in the table."""
    answer = send(site, place="A market in Lyon", words="Cheap.\r\nToo cheap.", contact="ana@example.com")
    (found,) = kept(site)

    assert answer.status_code == 200
    assert CODE.search(answer.text)
    assert CODE.search(answer.text)[1] not in everywhere(site).decode()
    assert (found.place, found.words, found.contact) == ("A market in Lyon", "Cheap.\nToo cheap.", "ana@example.com")
    assert (found.wrong, found.label, found.has_photo) == (Suspected.FALSE_LABEL, None, False)
    assert found.delete_at - found.reported_at == 90 * DAY_S
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_photo_without_consent_leaves_no_byte_anywhere(site, monkeypatch, tmp_path, caplog):
    """Not in the database, on no disk, in no log: its label is read, and stays as a commitment."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    content = as_file(qr_picture(site.label), "JPEG", comment=b"a sentence of the camera")
    answer = send(site, content)
    (found,) = kept(site)
    dumped = everywhere(site).lower()

    assert "fingerprint" in answer.text
    assert (found.has_photo, found.label is not None) == (False, True)
    assert content[:24].hex().encode() not in dumped
    assert content[200:230].hex().encode() not in dumped
    assert b"sentence of the camera" not in dumped
    assert site.label.rpartition("/")[2].lower().encode() not in dumped
    assert not list(tmp_path.iterdir())
    assert site.label.rpartition("/")[2].lower() not in caplog.text.lower()
    with site.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM suspicion WHERE photo IS NOT NULL").scalar() == 0


def test_a_photo_with_consent_is_made_anew(site):
    """What the house sees has no place and no camera in it."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Camera of Ana", 6
    content = as_file(Image.new("RGB", (60, 40), "red"), "JPEG", exif=exif)
    answer = send(site, content, consent="yes", words="See the photo.")
    (found,) = kept(site)
    photo = Suspicions(site.database).photo(found.id, 0)

    assert "kept with it" in answer.text
    assert Image.open(io.BytesIO(photo)).size == (40, 60)
    assert b"Camera of Ana" not in photo
    assert b"Camera of Ana".hex().encode() not in everywhere(site).lower()


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"wrong": "x", "words": "a"}, "Choose what is wrong"),
        ({}, "Say where you saw it"),
        ({"words": "a" * 2_001}, "too long"),
        ({"place": "a" * 201}, "too long"),
        ({"words": "a", "contact": "call me"}, "Write an email address"),
        ({"words": "a", "contact": f"{'a' * 200}@example.com"}, "too long"),
    ],
)
def test_a_fault_names_its_field_and_nothing_is_lost(site, fields, named):
    """What was typed stands in the form again; nothing is kept of half a report."""
    answer = send(site, **fields)

    assert answer.status_code == 422
    assert named in answer.text
    assert ' class="error"' in answer.text
    assert all(value in answer.text for name, value in fields.items() if name != "wrong")
    assert kept(site) == ()


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"\xff\xd8\xff" + bytes(40)])
def test_a_photo_that_cannot_be_read_is_said(site, content):
    """In words of the person's, and the technical reason in English."""
    answer = send(site, content, words="A fine bag", consent="yes")

    assert answer.status_code == 422
    assert "We cannot read this photo" in answer.text
    assert 'lang="en"' in answer.text
    assert "A fine bag" in answer.text
    assert "checked" in answer.text.partition('name="consent"')[2][:120]
    assert kept(site) == ()


def test_a_form_sent_twice_is_one_report(site):
    """The code was shown the first time; a second one would open the same report to two."""
    once = "ab" * 16
    first, second = (send(site, once=once, words="Twice") for _ in range(2))

    assert CODE.search(first.text)
    assert "arrived already" in second.text
    assert not CODE.search(second.text)
    assert len(kept(site)) == 1


def test_a_form_without_its_number_is_refused(site):
    """Ours always has one."""
    assert send(site, once="nonsense", words="a").status_code == 400


def test_the_code_takes_a_report_back(site):
    """However it is typed; photo and all. A wrong one says no more than that it is wrong."""
    code = CODE.search(send(site, some_photo(), consent="yes", words="a").text)[1]
    send(site, words="Somebody else's")
    client, headers = site.app().test_client(), {"Host": site.host}
    wrong = client.post("/report/withdraw", data={"code": "7K2M-QX9D-R4TV-0HNB"}, headers=headers)
    right = client.post("/report/withdraw", data={"code": code.lower().replace("-", " ")}, headers=headers)

    assert (wrong.status_code, right.status_code) == (422, 200)
    assert "No report has this code" in wrong.text
    assert "is deleted" in right.text
    assert [found.words for found in kept(site)] == ["Somebody else's"]


def test_a_report_is_deleted_on_its_day(site):
    """The worker's chore; and before it comes, nobody is shown what is past its day."""
    send(site, words="Old", app=site.app(report_days=1))
    (found,) = kept(site)
    suspicions = Suspicions(site.database)

    assert (len(kept(site, found.delete_at - 1)), len(kept(site, found.delete_at))) == (1, 0)
    assert suspicions.find(found.id, found.delete_at) is None
    assert suspicions.photo(found.id, found.delete_at) is None
    assert (suspicions.purge(found.delete_at - 1), suspicions.purge(found.delete_at)) == (0, 1)
    assert kept(site) == ()


def test_a_page_elsewhere_cannot_report_in_a_visitors_name(site):
    """The browser says where a form comes from; a signed-in person's also carries the session's token."""
    foreign = send(site, words="a", headers={"Sec-Fetch-Site": "cross-site"}.items())
    visitor = Visitor(site)
    visitor.sign_up()
    fields = {"once": "cd" * 16, "wrong": "other", "words": "a"}
    without = visitor.client.post("/report", base_url=visitor.base, data=fields)
    visitor.look()

    assert (foreign.status_code, without.status_code) == (403, 403)
    assert visitor.post("/report", fields).status_code == 200


def test_reports_are_limited_by_network(site):
    """Written by hand, twenty an hour are plenty."""
    from web.limits import RATES, LimitName, Limits

    app = site.app(limits=Limits({**RATES, LimitName.READ: RATES[LimitName.FILES]}))
    statuses = [send(site, words=f"{number}", app=app).status_code for number in range(22)]

    assert statuses == [200] * 20 + [429] * 2


def test_a_busy_site_says_when_to_come_back(site):
    """Photos are read a few at a time; without a photo nothing waits."""
    app = site.app(decoders_max=0)
    busy = send(site, some_photo(), app=app, words="a")

    assert busy.status_code == 503
    assert busy.headers["Retry-After"]
    assert send(site, app=app, words="a").status_code == 200


def test_the_log_names_nothing_of_a_report(site):
    """Neither who wrote, nor where, nor what."""
    stream, log = io.StringIO(), logging.getLogger("assay")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    log.addHandler(handler)
    before, log.level = log.level, logging.DEBUG
    try:
        secrets = {"words": "A secret sentence", "place": "A secret shop", "contact": "secret@example.com"}
        send(site, some_photo(), consent="yes", **secrets).close()
    finally:
        log.removeHandler(handler)
        log.level = before

    assert "/report" in stream.getvalue()
    assert "secret" not in stream.getvalue().lower()


def test_the_house_reads_handles_and_logs():
    """List, page, photo; handled once, with a line in the log; it stays until its day."""
    site, _, staff = some_staff()
    send(site, some_photo(), consent="yes", words="Wrong <b>stitches</b>", contact="ana@example.com", app=staff.app)
    (found,) = kept(site)
    path = f"/console/reports/{found.id}"
    case, photo = staff.get(path), staff.get(f"{path}/photo")
    home = staff.get("/console").text
    done = staff.post(f"{path}/handled")
    staff.post(f"{path}/handled")
    lines = StaffLog(site.database).newest()

    assert "(1 waiting)" in home
    assert path in staff.get("/console/reports").text
    assert "Wrong &lt;b&gt;stitches" in case.text
    assert "ana@example.com" in case.text
    assert photo.mimetype == "image/jpeg"
    assert photo.headers["Cache-Control"] == "private, no-store"
    assert "sandbox" in photo.headers["Content-Security-Policy"]
    assert (303, path) == (done.status_code, done.headers["Location"])
    assert [line.action for line in lines] == [StaffAction.SUSPICION_HANDLED]
    assert "Handled" in staff.get(path).text
    assert "waiting)" not in staff.get("/console").text


def test_nobody_but_staff_sees_a_report(site):
    """Not a visitor, a member or a reseller; an unknown one is not there for staff either."""
    send(site, some_photo(), consent="yes", words="a")
    path = f"/console/reports/{kept(site)[0].id}"
    members = [StaffVisitor(site.app(), site.host, site.database, role=role) for role in (Role.MEMBER, Role.RESELLER)]
    staff = StaffVisitor(site.app(), site.host, site.database)

    for each in ("/console/reports", path, f"{path}/photo"):
        assert site.app().test_client().get(each, headers={"Host": site.host}).status_code == 303
        assert [member.get(each).status_code for member in members] == [403, 403]
    assert {404} == {staff.get(f"/console/reports/{name}").status_code for name in ("x", "00" * 16)}
    assert [member.post(f"{path}/handled").status_code for member in members] == [403, 403]


@pytest.mark.parametrize(
    ("answer", "offered"),
    [(Answer.VERIFIED, False), (Answer.CANNOT_VERIFY, False), (Answer.STOLEN, True), (Answer.NOT_GENUINE, True)],
)
def test_a_page_with_a_bad_answer_leads_to_the_report(answer, offered):
    """A link without the label in it: the address of the report is everybody's."""
    site = some_site(answer)
    page = site.app().test_client().get(site.path, headers={"Host": site.host}).text

    assert offered == ('href="/report"' in page)


def test_a_refused_code_leads_to_the_report(site):
    """A forger's code does; an unreadable photo does not."""
    client, headers = site.app().test_client(), {"Host": site.host}
    foreign = client.post("/scan", data={"serial": "https://forger.example/01/1"}, headers=headers)
    nothing = client.post("/scan", data={}, headers=headers)

    assert 'href="/report"' in foreign.text
    assert 'href="/report"' not in nothing.text


def test_reports_are_kept_on_both_engines(each_engine):
    """What SQLite forgives PostgreSQL does not: types, lengths, the constraint on who handled it."""
    site = some_site()
    code = CODE.search(send(site, some_photo(), consent="yes", words="é" * 2_000, place="a" * 200).text)[1]
    suspicions, person = Suspicions(site.database), StaffVisitor(site.app(), site.host, site.database).person
    (found,) = kept(site)
    suspicions.handle(found.id, person.id, found.reported_at)

    assert (suspicions.count_waiting(0), kept(site)[0].handled_at is not None) == (0, True)
    assert suspicions.withdraw(code)
    assert kept(site) == ()
