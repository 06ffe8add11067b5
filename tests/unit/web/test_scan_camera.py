"""What the scan page tells its scripts."""

import re

import pytest

from tests.fakes.site import some_site
from web.presenters.catalogues import words_of
from web.presenters.frame import Visit
from web.presenters.language import Language
from web.presenters.pages import present_scan
from web.scan.camera import DECODER, camera_setup
from web.scripts import FOLDER

HOSTS = ("id.maison.example", "check.maison.example")


def scan_page(language=Language.EN, *, asked=False):
    visit = Visit("id.maison.example", "Maison Éclat", language, asked)
    return present_scan(visit, camera_setup(HOSTS, DECODER))


def test_the_worker_is_named_by_its_content_where_its_decoder_is(tmp_path):
    """A new worker is a new address, so no browser keeps an old one."""
    decoder = tmp_path / "decode.js"
    decoder.touch()

    assert re.fullmatch(r"/static/js/scan-worker\.js\?v=[0-9a-f]{16}", camera_setup(HOSTS, decoder).worker)


def test_no_worker_is_named_where_its_decoder_is_missing(tmp_path):
    """The camera is then offered only where the browser itself reads codes: no button that cannot work."""
    assert camera_setup(HOSTS, tmp_path / "decode.js").worker == ""


def test_the_page_names_every_host_of_the_house():
    """Those whose labels the camera may follow."""
    assert scan_page().camera.hosts == HOSTS


@pytest.mark.parametrize(("asked", "query"), [(True, "?lang=fr"), (False, "")])
def test_the_label_opens_in_the_language_asked_for(asked, query):
    """The camera leads where the form would."""
    assert scan_page(Language.FR, asked=asked).language_query == query


def test_every_module_is_fetched_at_once():
    """One that is imported and not named would be found only when the one that imports it has come."""
    imported = set()
    for script in FOLDER.glob("scan-*.js"):
        if script.stem != "scan-worker":  # the page does not load it, the worker does
            imported |= set(re.findall(r'from "\./([a-z-]+\.js)"', script.read_text("utf-8")))

    assert {f"/static/js/{name}" for name in imported} == set(scan_page().modules)


@pytest.mark.parametrize("language", Language)
def test_every_state_of_the_camera_has_words(language):
    """A state without words would end the script where the customer needs them most."""
    script = (FOLDER / "scan-camera.js").read_text("utf-8")
    states = re.findall(r'^  (\w+): \{ button: "(\w+)"', script, re.MULTILINE)
    said = scan_page(language).camera_says

    assert len(states) > 10
    assert {name for state in states for name in state} <= set(said)
    assert all(said.values())


@pytest.mark.parametrize("language", Language)
def test_the_words_of_the_camera_say_where_else_to_go(language):
    """Every state in which it cannot go on names the photo and the code."""
    camera = words_of(language).scan.camera
    for words in (camera.blocked, camera.absent, camera.taken, camera.lost, camera.broken, camera.slow):
        assert "photo" in words
        assert "code" in words


@pytest.mark.parametrize(
    ("path", "camera"), [("/", "camera=(self)"), ("/nothing", "camera=()"), ("/static/js/scan-worker.js", "camera=()")]
)
def test_only_the_scan_page_may_ask_for_the_camera(path, camera):
    """Whatever else a page of ours were made to run."""
    site = some_site()
    answer = site.app().test_client().get(path, headers={"Host": site.host})

    assert camera in answer.headers["Permissions-Policy"]


def test_the_form_that_comes_back_may_ask_for_the_camera_too():
    """A photo that could not be read leads to the same page."""
    site = some_site()
    answer = site.app().test_client().post("/scan", data={}, headers={"Host": site.host})

    assert answer.status_code == 422
    assert "camera=(self)" in answer.headers["Permissions-Policy"]
