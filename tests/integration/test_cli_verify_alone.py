"""`pip install assay` gives a verifier: without `mint`, `web` and their libraries the answer is the same."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.integration.bad_world_support import RealWorld, real_world
from tests.integration.crash_support import ROOT, clean_environment
from tests.integration.test_bad_world_reading import NOBODY

pytestmark = pytest.mark.process

PACKAGES = ("provenance_schemas", "verifier")
NOT_HERE = (
    "mint",
    "web",
    "loyalty",
    "web3",
    "eth",
    "eth_account",
    "flask",
    "ipfshttpclient",
    "trie",
    "requests",
)


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Iterator[RealWorld]:
    with real_world(tmp_path_factory.mktemp("world")) as world:
        yield world


def base_requirements() -> list[str]:
    """Names of what `pip install assay` brings, with what these need in turn."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    found: list[str] = []
    waiting = [Requirement(text) for text in project["dependencies"]]
    while waiting:
        name = waiting.pop().name
        if name not in found:
            found.append(name)
            needs = [Requirement(text) for text in distribution(name).requires or []]
            waiting += [need for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]
    return found


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> Path:
    """An environment with the base package and its requirements only; gives its `python`.

    The files of the installed distributions are linked, so nothing is downloaded.
    """
    folder = tmp_path_factory.mktemp("alone")
    venv.create(folder, symlinks=True, with_pip=False)
    scheme = {"base": str(folder), "platbase": str(folder)}
    site = Path(sysconfig.get_path("purelib", "venv", vars=scheme))
    for package in PACKAGES:
        shutil.copytree(ROOT / package, site / package, ignore=shutil.ignore_patterns("__pycache__"))
    metadata = site / "assay-0.1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: assay\nVersion: 0.1.0\n")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    commands = project["entry-points"]["assay.commands"]
    lines = [f"{name} = {module}" for name, module in commands.items()]
    (metadata / "entry_points.txt").write_text("\n".join(["[assay.commands]", *lines]) + "\n")
    for name in base_requirements():
        link_files(distribution(name), site)
    return folder / "bin" / "python"


def link_files(installed: Distribution, site: Path) -> None:
    """Link the top of everything a distribution installed into another site folder."""
    for top in {file.parts[0] for file in installed.files or [] if file.parts[0] not in {"..", "__pycache__"}}:
        source = Path(str(installed.locate_file(top))).resolve()
        if not (site / top).exists():
            (site / top).symlink_to(source)


def run(python: Path, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "-m", "verifier.cli.main", *map(str, words)],
        cwd=python.parent,
        env=clean_environment() | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_other_packages_are_really_not_there(alone):
    """The environment proves something only while it lacks what it should lack."""
    code = f"import importlib.util as u; print([n for n in {NOT_HERE!r} if u.find_spec(n)])"
    done = subprocess.run(
        [alone, "-c", code], cwd=alone.parent, env=clean_environment(), capture_output=True, text=True
    )

    assert done.stdout == "[]\n"


@pytest.mark.parametrize("which", ["label", "invented", "picture", "item", "dead node"])
def test_the_answer_is_the_same_as_with_everything_installed(world, alone, which):
    """A label, an invented one, a printed label's picture, a token, a dead node: code and verdict agree."""
    picture = next((world.house.data.parent / "labels").glob("*.png"))
    item = json.loads(world.verify(world.label, "--json").out)["item"]
    subject = {"invented": world.invented, "picture": picture, "item": item}.get(which, world.label)
    node = NOBODY if which == "dead node" else world.node
    options = ("verify", subject, "--trust", world.trust, "--gateway", world.gateway, "--node", node, "--json")
    here, there = run(Path(sys.executable), *options), run(alone, *options)

    assert {"invented": 1, "dead node": 3}.get(which, 0) == there.returncode, there.stderr
    assert here.returncode == there.returncode
    assert steady(here.stdout) == steady(there.stdout)


def steady(text: str) -> object:
    """The verdict without what changes from one second to the next."""
    verdict = json.loads(text)
    return {name: verdict[name] for name in ("answer", "level", "policy", "item") if name in verdict} | {
        "findings": [(one["code"], one["outcome"]) for one in verdict["findings"]]
    }


@pytest.mark.parametrize(("command", "extra"), [("mint", "mint"), ("claim", "mint"), ("serve", "web"), ("demo", "web")])
def test_a_command_that_is_not_installed_says_what_brings_it(alone, command, extra):
    """A usage error, not a traceback."""
    done = run(alone, command)

    assert (done.returncode, done.stdout) == (2, "")
    assert f"pip install 'assay[{extra}]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_lists_what_is_installed(alone):
    """Only `verify` is."""
    done = run(alone, "--help")

    assert done.returncode == 0
    assert "verify a label or a picture of one" in done.stdout
    assert "the site" not in done.stdout
