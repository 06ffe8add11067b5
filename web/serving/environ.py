"""From an ASGI scope to a WSGI environ, without losing how the client spelled its target.

Granian's own WSGI hands on a decoded path, joins `X_Y` with `X-Y`, and mixes in the process's environment, from which
a variable `HTTP_...` would look like a header. None of that happens here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any, Final
from urllib.parse import unquote_to_bytes

_PLAIN: Final = {b"content-type": "CONTENT_TYPE", b"content-length": "CONTENT_LENGTH"}
_DROPPED: Final = frozenset({b"proxy"})
"""`HTTP_PROXY` means something else to many libraries."""


def environ_of(scope: Mapping[str, Any], body: bytes, size_bytes: int) -> dict[str, Any]:
    """Write the environ of one request (PEP 3333), with the target as sent in `RAW_URI`.

    `body` is what was kept of it, `size_bytes` what was sent: more than was kept is refused by its length.
    """
    raw_path = bytes(scope["raw_path"])
    query = bytes(scope["query_string"]).decode("latin-1")
    path = raw_path.decode("latin-1")
    server_name, server_port = scope["server"] or ("", "")
    client = scope["client"] or ("", "")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(raw_path).decode("latin-1"),
        "QUERY_STRING": query,
        "RAW_URI": f"{path}?{query}" if query else path,
        "REMOTE_ADDR": client[0],
        "SERVER_NAME": server_name,
        "SERVER_PORT": str(server_port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    _add_headers(environ, scope["headers"])
    environ["CONTENT_LENGTH"] = str(size_bytes)
    return environ


def _add_headers(environ: dict[str, Any], headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Add the headers; one sent twice is joined, so that a second Host or length is no valid one."""
    for raw_name, raw_value in headers:
        # An underscore would be mistaken for a hyphen: `X_Forwarded_For` past a proxy that cleans `X-Forwarded-For`.
        if b"_" in raw_name or raw_name in _DROPPED:
            continue
        name = _PLAIN.get(raw_name) or f"HTTP_{raw_name.decode('latin-1').upper().replace('-', '_')}"
        value = raw_value.decode("latin-1")
        if name in environ:
            value = f"{environ[name]}{'; ' if name == 'HTTP_COOKIE' else ','}{value}"
        environ[name] = value
