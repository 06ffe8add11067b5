"""Scripts by their content, static files from memory, and what is compressed."""

import base64
import gzip
import hashlib

import pytest
from flask import Flask, Response

from tests.fakes.site import some_site
from tests.fakes.world import HOST
from web import scripts
from web.compression import SIZE_MIN_BYTES, compress, padded_gzip
from web.scripts import UnknownScriptError, script_urls
from web.static_files import A_DAY, ASK_EACH_TIME, FOR_EVER, add_static_files, load_static_files


@pytest.fixture(scope="module")
def client():
    return some_site().app().test_client()


def ask(client, path, **headers):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(path, headers={"Host": HOST} | names)


def some_script():
    return sorted(path.stem for path in scripts.FOLDER.glob("*.js"))[0]


def test_a_script_is_named_by_its_content(client):
    """The address serves the very bytes whose hash the page demands, and may be kept for ever."""
    (script,) = script_urls((some_script(),))
    response = ask(client, script.src)
    digest = base64.b64encode(hashlib.sha384(response.data).digest()).decode()

    assert f"sha384-{digest}" == script.integrity
    assert (
        response.status_code,
        response.mimetype,
        response.headers["Cache-Control"],
    ) == (200, "text/javascript", FOR_EVER)


@pytest.mark.parametrize("name", ["no-such-script", "../secret", "a/b", "", "A", "scan.js"])
def test_a_script_that_is_none_is_our_bug(name):
    """A misspelt name fails in the first test that renders the page, and no name leads out of the folder."""
    with pytest.raises(UnknownScriptError):
        script_urls((name,))


def test_a_script_without_its_version_is_asked_for_each_time(client):
    """Imports between modules have no version: an old part must not run beside a new one."""
    path = f"/static/js/{some_script()}.js"
    response = ask(client, path)

    assert ask(client, f"{path}?v=0000000000000000").headers["Cache-Control"] == ASK_EACH_TIME
    assert response.headers["Cache-Control"] == ASK_EACH_TIME
    assert ask(client, path, If_None_Match=response.headers["ETag"]).status_code == 304


def test_static_files_come_compressed_to_those_who_take_it(client):
    """The same content either way."""
    path = f"/static/js/{some_script()}.js"
    plain, packed = ask(client, path), ask(client, path, Accept_Encoding="gzip, br")

    assert plain.data == gzip.decompress(packed.data)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Content-Encoding" not in ask(client, path, Accept_Encoding="gzip;q=0").headers


@pytest.mark.parametrize(
    "path", ["", ".", "../app.py", "css/../../app.py", "%2e%2e/app.py", "js/", "js", "//etc/passwd", "a\0b"]
)
def test_nothing_but_the_files_is_served(client, path):
    """There is no file system behind the address."""
    assert ask(client, f"/static/{path}").status_code == 404


def test_files_are_typed_by_us_and_hidden_ones_stay_out(tmp_path):
    """A machine's own table of types may say that JavaScript is plain text."""
    for name in ("a.js", "b.woff2", "c.svg", ".secret", ".d/e.js"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x" * 2_000)
    files = load_static_files(tmp_path)
    app = Flask("house", static_folder=None)
    add_static_files(app, tmp_path)

    assert {name: file.media_type for name, file in files.items()} == {
        "a.js": "text/javascript",
        "b.woff2": "font/woff2",
        "c.svg": "image/svg+xml",
    }
    assert app.test_client().get("/static/b.woff2").headers["Cache-Control"] == A_DAY
    assert files["b.woff2"].packed is None


# ---- compression of what is made anew


def compressed(response, **headers):
    with Flask("house").test_request_context(headers={"Accept-Encoding": "gzip"} | headers):
        return compress(response)


def page(size=SIZE_MIN_BYTES, **changes):
    return Response("é" * (size // 2), mimetype="text/html", **changes)


def test_a_page_is_compressed_and_says_so():
    """The same page, and caches know that there are two."""
    response = compressed(page(20_000))

    assert gzip.decompress(response.data).decode() == "é" * 10_000
    assert (response.headers["Content-Encoding"], response.headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert len(response.data) == response.content_length


@pytest.mark.parametrize(
    ("response", "headers"),
    [
        (page(SIZE_MIN_BYTES - 2), {}),
        (page(status=206), {}),
        (page(headers={"Content-Encoding": "br"}), {}),
        (Response(b"x" * 9_000, mimetype="image/jpeg"), {}),
        (Response((b"x" for _ in range(9_000)), mimetype="text/html"), {}),
        (page(), {"Accept-Encoding": "identity"}),
        (page(), {"Accept-Encoding": "gzip;q=0"}),
    ],
    ids=["small", "a part", "compressed already", "a picture", "a stream", "not taken", "refused"],
)
def test_what_gains_nothing_is_left_alone(response, headers):
    """Each for its own reason."""
    before = response.headers.get("Content-Encoding")

    assert before == compressed(response, **headers).headers.get("Content-Encoding")


def test_a_strong_tag_becomes_a_weak_one():
    """The bytes are others now (RFC 9110, 8.8.1)."""
    response = page()
    response.set_etag("a")

    assert compressed(response).get_etag() == ("a", True)


def test_the_length_of_a_signed_in_answer_tells_little():
    """Whoever counts bytes to spell a secret in the page has to ask hundreds of times for each character."""
    content = b"page " * 1_000
    found = [padded_gzip(content) for _ in range(200)]

    assert all(content == gzip.decompress(part) for part in found)
    assert len({len(part) for part in found}) > 40
    assert len({len(compressed(page(9_000), Cookie="assay=x").data) for _ in range(50)}) > 10
    assert len({len(compressed(page(9_000)).data) for _ in range(5)}) == 1
