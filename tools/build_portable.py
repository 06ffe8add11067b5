"""Build the page that verifies without us: one HTML file, from the modules in `web/portable/page`.

    python tools/build_portable.py

Plain concatenation, no bundler: every module becomes a function that gives what it exports, in the order of their
imports. One package comes from npm (`tools/fetch_assets.py` puts it there, checked by the lock). Without it the page is
not built, and the site says so at /portable. With CI=true that is a failure.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCES: Final = ROOT / "web" / "portable" / "page"
SCHEMAS: Final = ROOT / "provenance_schemas" / "schemas"
VENDOR: Final = ROOT / "web" / "static" / "vendor"
TARGET: Final = ROOT / "web" / "portable" / "built" / "assay-verify.html"
PACKAGES: Final = {"@noble/secp256k1": "@noble/secp256k1/index.js"}
"""What a module may import by name, and where `fetch_assets` puts it."""
MAIN: Final = "main.js"

_IMPORT: Final = re.compile(r'^import (?:\{([^}]*)\}|\* as (\w+)) from "([^"]+)";\n', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (async function|function|class|const) (\w+)", re.MULTILINE)
_EXPORT_LIST: Final = re.compile(r"^export \{([^}]*)\};$", re.MULTILINE)
_LEFT_OVER: Final = re.compile(r"^(?:import|export)\b", re.MULTILINE)


class BuildError(Exception):
    """The page cannot be built. What was built before is there still."""


def main() -> int:
    """Build the page. Gives the exit status."""
    try:
        page = build()
    except BuildError as error:
        if os.environ.get("CI") == "true":
            print(f"build_portable: {error}, and CI=true allows no skip", file=sys.stderr)
            return 1
        print(f"SKIPPED: {error}; the site has no page that verifies without it")
        return 0
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    part = TARGET.with_name(f".{TARGET.name}.part")
    part.write_bytes(page)
    part.replace(TARGET)
    return 0


def build(sources: Path = SOURCES, vendor: Path = VENDOR) -> bytes:
    """Give the whole file. Raises BuildError. The same sources give the same bytes."""
    style = (sources / "page.css").read_text("utf-8")
    script = "\n" + join_modules(sources / "js", vendor)
    schemas = json.dumps({name: _schema(name) for name in ("passport", "step", "commitments")}, separators=(",", ":"))
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
    # `<` written as an escape, so that no text of a schema can end the element that it stands in.
    values = {"policy": policy, "style": style, "schemas": schemas.replace("<", "\\u003c"), "script": script}
    template = (sources / "page.html").read_text("utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda place: values[place[1]], template).encode()


def join_modules(folder: Path, vendor: Path) -> str:
    """Write all modules that `main.js` needs as one script, each after those it imports."""
    order: dict[str, str] = {}

    def visit(name: str, path: Path) -> None:
        if name in order:
            return
        try:
            text = path.read_text("utf-8")
        except OSError as error:
            raise BuildError(f"{path} is not there") from error
        order[name] = ""  # a circle would come back here, and find nothing to import
        for _, _, wanted in _IMPORT.findall(text):
            visit(_name_of(wanted), _path_of(wanted, folder, vendor))
        del order[name]
        order[name] = wrap_module(name, text)

    visit(_name_of(f"./{MAIN}"), folder / MAIN)
    joined = "\n".join(order.values())
    if "</script" in joined.lower():
        raise BuildError("a module holds the end of a script element")
    return joined


def wrap_module(name: str, text: str) -> str:
    """Turn one module into a constant that holds what it exports."""
    names = [name for _, name in _EXPORT.findall(text)]
    names += [part.strip() for group in _EXPORT_LIST.findall(text) for part in group.split(",") if part.strip()]
    body = _IMPORT.sub(_bound, text)
    body = _EXPORT.sub(r"\1 \2", _EXPORT_LIST.sub("", body))
    if _LEFT_OVER.search(body):
        raise BuildError(f"{name}: an import or export in a form that this builder does not know")
    return f"const {name} = (() => {{\n{body.strip()}\nreturn {{ {', '.join(names)} }};\n}})();"


def _bound(found: re.Match[str]) -> str:
    names, whole, wanted = found.groups()
    return f"const {whole or '{' + names + '}'} = {_name_of(wanted)};\n"


def _name_of(wanted: str) -> str:
    return "m_" + re.sub(r"\W", "_", wanted.removeprefix("./").removesuffix(".js"))


def _path_of(wanted: str, folder: Path, vendor: Path) -> Path:
    if wanted in PACKAGES:
        return vendor / PACKAGES[wanted]
    if not re.fullmatch(r"\./[a-z0-9_]+\.js", wanted):
        raise BuildError(f"{wanted} is neither a module of ours nor a package that is allowed")
    return folder / wanted.removeprefix("./")


def _schema(name: str) -> object:
    return json.loads((SCHEMAS / f"{name}-1.json").read_text("utf-8"))


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


if __name__ == "__main__":
    sys.exit(main())
