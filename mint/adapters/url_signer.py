"""Signer over HTTP, as web3signer and what is compatible with it speak.

    POST <base>/api/v1/eth1/sign/<public key>   {"data": "0x..."} -> r | s | v over keccak256(data), as 0x and hex
    GET  <base>/api/v1/eth1/publicKeys          ["0x<x | y>", ...]
    GET  <base>/upcheck                         OK

It hashes for itself, so it is given what is signed and never a digest.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from mint.adapters.checked_signer import CheckedSigner
from mint.errors import InputError, SignerUnavailableError
from mint.key_files import read_secret
from mint.signatures import SignatureError, account_of, check_signature
from verifier.adapters.block_http import BOUNDED_POOLS
from verifier.adapters.rpc_client import node_name

_CONNECT_S: Final = 3.0
_READ_S: Final = 10.0
_TOTAL_S: Final = 20.0
_SIGNATURE_TEXT_MAX_BYTES: Final = 256
_LIST_MAX_BYTES: Final = 1 << 20
_TOKEN_MAX_BYTES: Final = 4_096
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
_WHY: Final = {
    400: "it did not understand the request",
    401: "it wants a token; set token_file",
    403: "it lets us not sign with this key",
    404: "it does not hold this key",
}


@dataclass(frozen=True, slots=True)
class UrlAccess:
    """How to reach a signer. Files named here are read when the signer is opened."""

    url: str
    token_file: Path | None = None
    """A bearer token, mode 600."""
    ca_file: Path | None = None
    """Certificates to trust instead of the machine's."""
    client_cert_file: Path | None = None
    """Our own certificate, where the signer asks for one; its key in the next file, mode 600."""
    client_key_file: Path | None = None


class UrlSigners:
    """One signing service. Bounded in seconds and bytes; follows no redirect, uses no proxy, retries nothing."""

    def __init__(
        self, access: UrlAccess, *, read_timeout_s: float = _READ_S, total_timeout_s: float = _TOTAL_S
    ) -> None:
        """Read the files of `access`. Raises InputError for a URL without TLS beyond this machine, KeyFileError."""
        self._base = _checked_base(access.url)
        self.name = node_name(access.url)
        """Host and port, for people."""
        self._total_timeout_s = total_timeout_s
        self._headers = {"Content-Type": "application/json", "Accept": "text/plain, application/json"}
        if access.token_file is not None:
            token = read_secret(access.token_file, size_max_bytes=_TOKEN_MAX_BYTES).decode("ascii", "replace").strip()
            self._headers["Authorization"] = f"Bearer {token}"
        if access.client_key_file is not None:
            read_secret(access.client_key_file)  # refused when it is open to others
        self._pool = urllib3.PoolManager(
            num_pools=1,
            retries=False,
            timeout=urllib3.Timeout(connect=_CONNECT_S, read=read_timeout_s),
            ca_certs=_text(access.ca_file),
            cert_file=_text(access.client_cert_file),
            key_file=_text(access.client_key_file),
        )
        self._pool.pool_classes_by_scheme = BOUNDED_POOLS

    def signer(self, public_key: bytes) -> CheckedSigner:
        """Give the signer of one public key, 64 bytes x | y. Asks nobody. Raises SignatureError for no such key."""
        account = account_of(public_key)
        identifier = "0x" + public_key.hex()

        def ask(data: bytes, digest: bytes) -> bytes:
            body = json.dumps({"data": "0x" + data.hex()}).encode()
            answer = self._ask("POST", f"/api/v1/eth1/sign/{identifier}", body, _SIGNATURE_TEXT_MAX_BYTES)
            return check_signature(_hex(answer), digest, account)

        return CheckedSigner(self.name, account, ask)

    def public_keys(self) -> list[bytes]:
        """List the keys it holds, 64 bytes each. Raises SignerUnavailableError."""
        answer = self._ask("GET", "/api/v1/eth1/publicKeys", None, _LIST_MAX_BYTES)
        try:
            keys = json.loads(answer)
            return [bytes.fromhex(str(key).removeprefix("0x")) for key in keys]
        except (ValueError, TypeError, RecursionError) as error:
            raise SignerUnavailableError(self.name, "its list of public keys cannot be read") from error

    def check_up(self) -> None:
        """Ask whether it is there at all. Raises SignerUnavailableError."""
        self._ask("GET", "/upcheck", None, _SIGNATURE_TEXT_MAX_BYTES)

    def close(self) -> None:
        """Close the idle connections."""
        self._pool.clear()

    def _ask(self, method: str, path: str, body: bytes | None, size_max_bytes: int) -> bytes:
        deadline = time.monotonic() + self._total_timeout_s
        try:
            response = self._pool.urlopen(
                method, self._base + path, body=body, headers=self._headers, redirect=False, preload_content=False
            )
            try:
                if response.status != 200:
                    why = _WHY.get(response.status, f"it answered {response.status}")
                    raise SignerUnavailableError(self.name, why)
                return self._read(response, size_max_bytes, deadline)
            finally:
                response.close()
        except (HTTPError, OSError) as error:
            raise SignerUnavailableError(self.name, f"no answer ({type(error).__name__})") from error

    def _read(self, response: urllib3.BaseHTTPResponse, size_max_bytes: int, deadline: float) -> bytes:
        parts = bytearray()
        while part := response.read1(size_max_bytes, decode_content=False):
            parts += part
            if len(parts) > size_max_bytes:
                raise SignerUnavailableError(self.name, f"more than {size_max_bytes} bytes came back")
            if time.monotonic() > deadline:
                raise SignerUnavailableError(self.name, f"its answer was not whole after {self._total_timeout_s:g} s")
        return bytes(parts)


def _checked_base(url: str) -> str:
    """Refuse what would carry requests to sign, and a token, in the open."""
    node_name(url)
    parts = urlsplit(url)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise InputError("a signer's URL holds no user, password or query; put a token in token_file")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise InputError(f"{node_name(url)}: a signer on another machine needs https")
    return url.rstrip("/")


def _text(path: Path | None) -> str | None:
    return str(path) if path is not None else None


def _hex(answer: bytes) -> bytes:
    try:
        return bytes.fromhex(answer.decode("ascii").strip().strip('"').removeprefix("0x"))
    except ValueError as error:
        raise SignatureError("the answer is not hexadecimal") from error
