"""Looking a piece up by a photo or by typing, through the whole site."""

import dataclasses
import io
import tempfile

import pytest
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from tests.fakes.documents import GTIN
from tests.fakes.pictures import as_file, glaring, qr_picture, side_by_side
from tests.fakes.site import FakeSite, some_photo, some_site
from tests.fakes.world import HOST, some_serial
from verifier.images import read_labels
from verifier.trust import TrustRegistry
from web.presenters.catalogue import Refusal
from web.presenters.catalogues import words_of
from web.presenters.language import Language
from web.scan.uploads import FORM_TEXT_MAX_BYTES

SECOND_HOST = "check.maison.example"
MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def site() -> FakeSite:
    return some_site()


def post(site, content=None, *, name="photo.jpg", fields=None, query="", app=None, **headers):
    sent = MultiDict(fields or {})
    if content is not None:
        sent.add("photo", FileStorage(io.BytesIO(content), name))
    return send(site, sent, query=query, app=app, **headers)


def send(site, sent, *, query="", app=None, **headers):
    """Post a form as one run of bytes: the test client's own encoder would use temporary files."""
    boundary, body = encode_multipart(sent)
    names = {header.replace("_", "-"): value for header, value in headers.items()}
    client = (app or site.app()).test_client()
    content_type = f"multipart/form-data; boundary={boundary}"
    return client.post("/scan" + query, data=body, headers={"Host": HOST} | names, content_type=content_type)


def test_a_photo_of_a_label_leads_to_its_page(site):
    """Without any script: a form, a picture, a redirect."""
    response = post(site, as_file(qr_picture(site.label)))

    assert response.status_code == 303
    assert site.path == response.headers["Location"]
    assert response.headers["Cache-Control"] == "no-store"
    assert response.data == b""


def test_a_photo_as_a_phone_takes_it_is_read(site):
    """Half a megabyte of glare and noise: what limits the fields of a form does not limit it."""
    photo = as_file(glaring(qr_picture(site.label, module_px=30)))
    response = post(site, photo)

    assert len(photo) > FORM_TEXT_MAX_BYTES
    assert response.headers["Location"] == site.path


def test_typing_leads_to_the_page_too(site):
    """With the serial in groups, and the language that was asked for."""
    serial = site.path.rsplit("/", 1)[1].lower()
    typed = {"serial": f"{serial[:4]} {serial[4:]}", "gtin": GTIN}
    response = post(site, fields=typed, query="?lang=fr")

    assert f"{site.path}?lang=fr" == response.headers["Location"]


def test_an_empty_file_input_does_not_hide_the_typed_code(site):
    """Browsers send an input left empty as a file without a name."""
    typed = {"serial": site.path.rsplit("/", 1)[1], "gtin": GTIN}

    assert post(site, b"", name="", fields=typed).status_code == 303


def test_the_second_file_input_counts_when_the_first_is_empty(site):
    """The camera's input and the chooser's have one name."""
    photo = as_file(qr_picture(site.label))
    files = [FileStorage(io.BytesIO(b""), ""), FileStorage(io.BytesIO(photo), "label.png")]
    response = send(site, MultiDict([("photo", file) for file in files]))

    assert response.status_code == 303


def test_a_label_of_the_brands_other_host_leads_there(site):
    """And the policy lets the form's answer go there, and nowhere else."""
    brand = dataclasses.replace(site.world.brand, hosts=(HOST, SECOND_HOST))
    app = site.app(trust=TrustRegistry((brand,)))
    label = site.label.replace(HOST.upper(), SECOND_HOST).replace(HOST, SECOND_HOST)
    response = post(site, as_file(qr_picture(label)), app=app)

    assert f"https://{SECOND_HOST}{site.path}" == response.headers["Location"]
    assert f"form-action 'self' https://{SECOND_HOST} https://{HOST}" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("host", ["look-alike.example", f"{HOST}.evil.example", "127.0.0.1"])
def test_a_foreign_host_is_said_and_never_linked(site, host):
    """An open redirect would lend our name to a forger's page."""
    label = f"https://{host}{site.path}"
    response = post(site, as_file(qr_picture(label)))

    assert response.status_code == 422
    assert f"leads to {host}" in response.text
    assert f'="https://{host}' not in response.text
    assert site.path not in response.text
    assert "Location" not in response.headers


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"this is a text file\n" * 40, "cannot open this file"),
        (b"", "cannot open this file"),
        (b"%PDF-1.7 ...", "cannot open this file"),
        (some_photo()[:900], "cannot open this file"),
        (b"RIFF\x1e\0\0\0WEBPVP8L\x11\0\0\0/\xff\xff\xff\xffl\x07\x10\x11\x11\x88\x88\xfe\x07\0", "cannot open"),
        (some_photo(), "found no QR code"),
        (as_file(qr_picture("WIFI:S:boutique;;")), "not one of our labels"),
    ],
    ids=["renamed text", "empty", "pdf", "cut", "webp bomb", "no code", "other code"],
)
def test_a_photo_that_leads_nowhere_gets_a_clear_reason(site, content, words):
    """The form again, with what to do about it."""
    response = post(site, content)

    assert response.status_code == 422
    assert words in response.text
    assert 'enctype="multipart/form-data"' in response.text
    assert response.headers["Cache-Control"] == "no-store"


def test_two_labels_in_one_photo_are_refused(site):
    """Which one belongs to the piece is not for us to guess."""
    other = site.label[:-20] + some_serial("other")
    response = post(site, as_file(side_by_side(qr_picture(site.label), qr_picture(other))))

    assert response.status_code == 422
    assert "more than one label" in response.text


@pytest.mark.parametrize("size", [15 * MEGABYTE + 1, 15 * MEGABYTE + 65 * 1024, 40 * MEGABYTE])
def test_more_than_15_mb_is_413(site, size):
    """Whether only the photo is over the limit or the whole request."""
    response = post(site, b"\xff\xd8" + b"\0" * (size - 2))

    assert response.status_code == 413
    assert "too large" in response.text


def test_nothing_of_an_upload_reaches_the_disk(site, monkeypatch):
    """A photo of a label is a copy of the label. The reason to patch: any temporary file would be a leak."""

    def refuse(*args, **kwargs):
        raise AssertionError("a temporary file was opened")

    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refuse)
    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", refuse)

    assert post(site, some_photo() + b"\0" * (2 * MEGABYTE)).status_code == 422


def test_a_form_of_a_thousand_parts_is_refused(site):
    """Parsing is work that somebody else can order."""
    assert post(site, fields={f"f{number}": "x" for number in range(1_000)}).status_code == 413


def test_too_many_photos_at_once_are_told_to_wait(site):
    """The site goes on answering labels while photos are read."""
    response = post(site, some_photo(), app=site.app(decoders_max=0))

    assert response.status_code == 503
    assert "Retry-After" in response.headers


def test_a_program_gets_a_problem_with_a_stable_code(site):
    """RFC 9457."""
    response = post(site, b"text", Accept="application/json")

    assert (response.status_code, response.mimetype) == (422, "application/problem+json")
    assert response.json["code"] == "not_a_picture"


@pytest.mark.parametrize("typed", ["ABCD EFGH JKMN PQRS TVWX", "https://check.example/01/09521321000018"])
def test_what_was_typed_comes_back_to_whoever_typed_it(site, typed):
    """Nobody types twenty characters twice for one of them; and no cache keeps the page that has them."""
    response = post(site, fields={"serial": typed, "gtin": "123"})

    assert (response.status_code, response.headers["Cache-Control"]) == (422, "no-store")
    assert f'name="serial" value="{typed}"' in response.text
    assert 'name="gtin" value="123"' in response.text
    assert 'name="serial" value=""' in site.app().test_client().get("/", base_url=f"https://{site.host}").text


def test_typed_markup_stays_text(site):
    """Both fields that are sent back are escaped, and cut."""
    response = post(site, fields={"serial": '"><script>' + "x" * 3_000, "gtin": '"><script>alert(1)</script>'})

    assert "<script>" not in response.text
    assert "x" * 2_040 not in response.text


def test_the_form_itself_is_there_in_both_languages(site):
    """Every input has its label."""
    for language in ("en", "fr"):
        text = site.app().test_client().get(f"/?lang={language}", headers={"Host": HOST}).text
        inputs = [part.partition('"')[0] for part in text.split('<input id="')[1:]]

        assert len(inputs) == 6
        assert all(f'<label for="{name}">' in text for name in inputs)
        assert 'capture="environment"' in text


def test_a_frame_of_a_camera_is_answered_with_the_labels_address(site):
    """A script cannot see where a redirect to another host leads, so it is told; and it looked within its time."""
    asked = []

    def read(content, *, hosts=(), **limits):
        asked.append(limits)
        return read_labels(content, hosts=hosts, **limits)

    app = site.app(read_picture=read)
    photo, accept = as_file(qr_picture(site.label)), "application/json, application/problem+json"
    frame = post(site, photo, fields={"frame": "1"}, query="?lang=fr", app=app, Accept=accept)
    page = post(site, photo, fields={"frame": "1"}, app=app, Accept="text/html")
    still = post(site, photo, app=app, Accept=accept)

    assert (frame.status_code, frame.json) == (200, {"location": f"{site.path}?lang=fr"})
    assert frame.headers["Cache-Control"] == "no-store"
    assert (page.status_code, still.status_code) == (303, 303)
    assert asked == [{"budget_s": 0.3}, {"budget_s": 0.3}, {}]


def test_a_frame_without_a_label_is_answered_with_the_reason(site):
    """As a problem, in the language of the page."""
    response = post(site, some_photo(), fields={"frame": "1"}, query="?lang=fr", Accept="application/problem+json")

    assert response.status_code == 422
    assert response.json["code"] == Refusal.NO_CODE.value
    assert response.json["detail"] == words_of(Language.FR).refusals[Refusal.NO_CODE]
