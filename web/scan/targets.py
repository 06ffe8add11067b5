"""From a request to the label's text: from the target as the client sent it, before anything unescaped it.

A framework gives the decoded path, in which `%2F` is a slash like any other: whoever prints
`/01/09521321000018%2F21%2F...` would choose what is compared with the record.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from web.errors import RawTargetError

_NAMES: Final = ("RAW_URI", "REQUEST_URI")


def raw_target(environ: Mapping[str, Any]) -> str:
    """Give path and query as sent. Raises RawTargetError when the server does not hand them on."""
    target = next((str(environ[name]) for name in _NAMES if environ.get(name)), None)
    if target is None:
        raise RawTargetError(_NAMES)
    if target.startswith("/"):
        return target
    # A proxy may send the absolute form; its host is the one the server took for the Host header.
    _, _, rest = target.partition("://")
    path = rest.find("/")
    return rest[path:] if path >= 0 else "/"


def label_text(environ: Mapping[str, Any], host: str) -> str:
    """Write the label's whole URL. It is the https one: TLS may end at a proxy in front of us."""
    return f"https://{host}{raw_target(environ)}"
