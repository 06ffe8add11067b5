"""Liars to verify against: each a real HTTP server on loopback, between the verifier and the truth."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from provenance_schemas.content_id import ContentId
from verifier.ports import ContentStore
from web.gateway.blueprint import make_gateway_blueprint

_TIMEOUT_S: Final = 10


class _Quiet(WSGIRequestHandler):
    """Writes no access log."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        del code, size


@contextmanager
def serving(app: WSGIApplication) -> Iterator[str]:
    """Serve an application on a free port of loopback; gives its URL."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def gateway(store: ContentStore) -> WSGIApplication:
    """An honest trustless gateway over one store."""
    app = Flask("gateway")
    app.register_blueprint(make_gateway_blueprint(store))
    return app.wsgi_app


def tampering(app: WSGIApplication, cid: ContentId) -> WSGIApplication:
    """A gateway that serves other bytes for one document."""

    def lie(environ: WSGIEnvironment, start: StartResponse) -> Any:
        if str(cid) not in environ.get("PATH_INFO", ""):
            return app(environ, start)
        forged = b'{"name":"as the forger would have it"}'
        headers = [("Content-Type", "application/vnd.ipld.raw"), ("Content-Length", str(len(forged)))]
        start("200 OK", headers)
        return [forged]

    return lie


def hiding_logs(node: str, hides: Callable[[dict[str, Any]], bool]) -> WSGIApplication:
    """A node that answers truly, but for the logs it hides."""

    def lie(environ: WSGIEnvironment, start: StartResponse) -> Any:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        request = urllib.request.Request(node, body, {"Content-Type": "application/json"})  # noqa: S310 - our own node
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as response:  # noqa: S310
            answer = json.load(response)
        for one in answer if isinstance(answer, list) else [answer]:
            if isinstance(one.get("result"), list):
                one["result"] = [log for log in one["result"] if not hides(log)]
        reply = json.dumps(answer).encode()
        start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(reply)))])
        return [reply]

    return lie
