"""What the scan page tells its scripts."""

import re

import pytest

from tests.fakes.site import some_site
from web.presenters.catalogues import words_of
from web.presenters.frame import Visit
from web.presenters.language import Language
from web.presenters.many import MANY_MODULES, MANY_SCRIPTS, present_many
from web.presenters.pages import SCAN_MODULES, SCAN_SCRIPTS, present_scan
from web.scan.camera import DECODERS, camera_setup
from web.scripts import FOLDER

HOSTS = ("id.maison.example", "check.maison.example")


def scan_page(language=Language.EN, *, asked=False):
    visit = Visit("id.maison.example", "Maison Éclat", language, asked)
    return present_scan(visit, camera_setup(HOSTS))


def test_the_workers_are_named_by_their_content_where_their_decoders_are():
    """A new worker is a new address, so no browser keeps an old one; the one that is there at once comes first."""
    qr, wasm = camera_setup(HOSTS).workers

    assert re.fullmatch(r"/static/js/scan-worker\.js\?v=[0-9a-f]{16}", qr)
    assert re.fullmatch(r"/static/js/scan-worker-wasm\.js\?v=[0-9a-f]{16}", wasm)


@pytest.mark.parametrize("there", [(), ("scan-worker",), ("scan-worker-wasm",)])
def test_no_worker_is_named_where_its_decoder_is_missing(tmp_path, there):
    """Without any, the camera is offered only where the browser itself reads codes: no button that cannot work."""
    decoders = {name: tmp_path / name for name in DECODERS}
    for name in there:
        decoders[name].touch()
    workers = camera_setup(HOSTS, decoders).workers

    assert there == tuple(worker.rpartition("/")[2].partition(".js")[0] for worker in workers)


def test_the_page_names_every_host_of_the_house():
    """Those whose labels the camera may follow."""
    assert scan_page().camera.hosts == " ".join(HOSTS)


@pytest.mark.parametrize(("asked", "query"), [(True, "?lang=fr"), (False, "")])
def test_the_label_opens_in_the_language_asked_for(asked, query):
    """The camera leads where the form would."""
    assert scan_page(Language.FR, asked=asked).camera.language_query == query


def imports_of(names, *, lazy=False):
    """Give the modules that these need, and those that they need, without their own names."""
    found, waiting = set(), list(names)
    pattern = r'import\("\./([a-z-]+)\.js"\)' if lazy else r'from "\./([a-z-]+)\.js"'
    while waiting:
        for name in re.findall(pattern, (FOLDER / f"{waiting.pop()}.js").read_text("utf-8")):
            if name not in found:
                found.add(name)
                waiting.append(name)
    return found


@pytest.mark.parametrize(("scripts", "modules"), [(SCAN_SCRIPTS, SCAN_MODULES), (MANY_SCRIPTS, MANY_MODULES)])
def test_every_module_is_fetched_at_once(scripts, modules):
    """One that is imported and not named would be found only when the one that imports it has come."""
    assert {f"/static/js/{name}.js" for name in imports_of(scripts)} == set(modules)


def test_no_decoder_is_loaded_before_the_tap():
    """Neither a decoder nor what shows frames to it belongs to the first answer."""
    at_once = imports_of(SCAN_SCRIPTS) | imports_of(MANY_SCRIPTS)
    with_the_tap = imports_of(["scan-viewer"], lazy=True)

    assert {"scan-look", "scan-tools", "scan-help"} == with_the_tap
    assert not at_once & {"scan-race", "scan-worker-decoder", "scan-trusted", "scan-frames", *with_the_tap}


@pytest.mark.parametrize("language", Language)
def test_every_state_of_the_camera_has_words(language):
    """A state without words would end the script where the customer needs them most."""
    script = (FOLDER / "scan-viewer.js").read_text("utf-8")
    states = re.findall(r'^  (\w+): \{ button: "(\w+)"', script, re.MULTILINE)
    one = dict(scan_page(language).camera.says)
    visit = Visit("id.maison.example", "Maison Éclat", language, asked=False)
    burst = dict(present_many(visit, camera_setup(HOSTS), 50).camera.says)
    needed = {name for state in states for name in state}
    needed |= set(re.findall(r'words\((?:agreed \? )?"(\w+)"', (FOLDER / "scan-help.js").read_text("utf-8")))

    assert len(states) > 15
    assert needed - {"kept", "known", "passed_by", "full"} <= set(one)
    assert needed <= set(burst)
    assert all(burst.values())


@pytest.mark.parametrize("language", Language)
def test_the_words_of_the_camera_say_where_else_to_go(language):
    """Every state in which it cannot go on names the photo and the code."""
    camera = words_of(language).scan.camera
    for words in (camera.blocked, camera.absent, camera.taken, camera.lost, camera.broken, camera.slow):
        assert "photo" in words
        assert "code" in words


@pytest.mark.parametrize(
    ("path", "camera"),
    [
        ("/", "camera=(self)"),
        ("/nothing", "camera=()"),
        ("/scan/many", "camera=(self)"),
        ("/static/js/scan-worker.js", "camera=()"),
    ],
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
