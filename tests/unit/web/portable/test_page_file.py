"""The page is one file, closed by its own policy, the same from the same sources; its modules pass their own tests."""

import base64
import hashlib
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest

from tests.engines import missing
from tests.fakes.site import some_site
from tools.build_portable import SOURCES, VENDOR, BuildError, build, join_modules, wrap_module
from web.portable.page_file import PortablePage, load_portable_page, make_page_blueprint

MODULES = Path(__file__).with_name("page_test.mjs")


@pytest.fixture(scope="module")
def page():
    """The built file."""
    return build().decode()


def policy_of(page):
    found = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)
    return dict(part.strip().split(" ", 1) for part in unescape(found[1]).split(";"))


def sha256_of(text):
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_the_page_may_do_nothing_but_run_itself(page):
    """No network, no frame, no form, no other script: only the one whose hash stands in the policy."""
    policy = policy_of(page)
    [script] = re.findall(r'<script type="module">(.*?)</script>', page, re.DOTALL)
    [style] = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)

    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == sha256_of(script)
    assert policy["style-src"] == sha256_of(style)
    assert not {"connect-src", "img-src", "font-src", "worker-src"} & set(policy)
    assert not re.search(r'\b(src|href)="', page)


def test_the_same_sources_give_the_same_page(page):
    """Whoever builds it can compare it byte for byte."""
    assert build().decode() == page


def test_a_module_sees_only_what_it_imports():
    """Each becomes a constant; names of two modules never meet."""
    text = 'import { a } from "./one.js";\n\nexport function b() {\n  return a;\n}\n'

    assert wrap_module("m_two", text) == (
        "const m_two = (() => {\nconst { a } = m_one;\n\nfunction b() {\n  return a;\n}\nreturn { b };\n})();"
    )


@pytest.mark.parametrize(
    "text",
    [
        'import fs from "node:fs";\n',
        'import { a } from "../outside.js";\n',
        'import { a } from "https://cdn.example/a.js";\n',
        "export default 1;\n",
        'const text = "</script>";\n',
    ],
)
def test_what_the_builder_does_not_know_it_refuses(text, tmp_path):
    """Nothing from outside the folder, no other form of import, nothing that ends the element."""
    (tmp_path / "main.js").write_text(text)

    with pytest.raises(BuildError):
        join_modules(tmp_path, VENDOR)


def test_without_the_package_there_is_no_page(tmp_path):
    """Said as what is missing."""
    with pytest.raises(BuildError, match="secp256k1"):
        build(SOURCES, tmp_path)


def test_the_site_serves_it_under_its_own_policy(tmp_path, page):
    """The page's policy in place of the site's, and nobody frames it."""
    (tmp_path / "page.html").write_text(page)
    kept = load_portable_page(tmp_path / "page.html")
    site = some_site()
    app = site.app(clock=lambda: 0.0)
    blueprint = make_page_blueprint(kept)
    blueprint.name = "again"
    app.register_blueprint(blueprint, url_prefix="/again")
    answer = app.test_client().get("/again/portable", base_url=f"https://{site.host}")

    assert answer.status_code == 200
    assert answer.get_data(as_text=True) == page
    assert answer.headers["Content-Security-Policy"].endswith("; frame-ancestors 'none'")
    assert policy_of(page)["script-src"] in answer.headers["Content-Security-Policy"]


def test_a_site_without_the_page_says_that_there_is_none(tmp_path):
    """404, never a broken page."""
    assert load_portable_page(tmp_path / "nothing.html") is None
    assert PortablePage(b"", None, "", "").packed is None


@pytest.mark.oracle
def test_the_modules_pass_their_own_tests():
    """Under node: vectors of folding, checkpoints and trust; canonical JSON, schemas, PDF, both languages."""
    node = shutil.which("node")
    if node is None:
        missing("node")
    done = subprocess.run([node, "--test", MODULES], capture_output=True, text=True, timeout=120)

    assert done.returncode == 0, done.stdout[-3000:]
