"""A trustless gateway over one block file, in a process of its own: `python -m tests.bench.gateway BLOCKS`.

It keeps connections open, as gateways do. The site's own small server closes each one, so whoever fetches thirty
blocks would mostly be measured at opening connections.
"""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from verifier.adapters.sql_store import SqlStore
from web.gateway.answers import answer
from web.gateway.requests import GatewayRequest


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    store: SqlStore

    def do_GET(self) -> None:
        target = urlsplit(self.path)
        cid, _, path = target.path.removeprefix("/ipfs/").partition("/")
        headers = {name.title(): value for name, value in self.headers.items()}
        found = answer(GatewayRequest(cid, unquote(path), dict(parse_qsl(target.query)), headers), self.store)
        body = found.body if isinstance(found.body, bytes) else b"".join(found.body)
        self.send_response(found.status)
        for name, value in (found.headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep requests out of the output."""


def main(blocks_file: str) -> None:
    """Serve until ended; says where first."""
    _Handler.store = SqlStore(Path(blocks_file))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
