"""DigestKey behind a command of the operator's: a vault's own tool, `pkcs11-tool`, `openssl pkeyutl`, a script.

The command gets the 32 bytes of the digest on its standard input and gives the DER signature on its standard
output. It is started without a shell, in a bare environment, and for a bounded time.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from mint.errors import SignerUnavailableError

_SIGN_MAX_S: Final = 20.0
_ANSWER_MAX_BYTES: Final = 1_024
_PUBLIC_KEY_MAX_BYTES: Final = 4_096
_KEPT: Final = (
    "PATH",
    "HOME",
    "LANG",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_CONFIG_FILE",
    "CLOUDSDK_CONFIG",
    "PKCS11_MODULE",
)


class CommandKey:
    """DigestKey over one command and one file with its public key."""

    def __init__(self, command: Sequence[str], public_key_file: Path, *, timeout_s: float = _SIGN_MAX_S) -> None:
        self._command = tuple(command)
        self._public_key_file = public_key_file
        self._timeout_s = timeout_s

    @property
    def name(self) -> str:
        """The program's own name: what stands behind it may be secret."""
        return f"command {Path(self._command[0]).name}"

    def public_key(self) -> bytes:
        """Read the public key: SubjectPublicKeyInfo in DER, from its file."""
        try:
            with self._public_key_file.open("rb") as file:
                return file.read(_PUBLIC_KEY_MAX_BYTES)
        except OSError as error:
            raise SignerUnavailableError(self.name, f"its public key cannot be read ({error})") from error

    def sign_digest(self, digest: bytes) -> bytes:
        """Ask the command to sign. What it writes on stderr stays unread: it may hold what nobody should log."""
        environ = {name: os.environ[name] for name in _KEPT if name in os.environ}
        try:
            run = subprocess.run(  # noqa: S603 - named by the house's own private configuration, no shell
                self._command,
                input=digest,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=self._timeout_s,
                check=False,
                env=environ,
            )
        except subprocess.TimeoutExpired as error:
            raise SignerUnavailableError(self.name, f"no answer within {self._timeout_s:g} s") from error
        except OSError as error:
            raise SignerUnavailableError(self.name, f"it does not start ({error.strerror})") from error
        if run.returncode:
            raise SignerUnavailableError(self.name, f"it ended with {run.returncode}")
        return run.stdout[:_ANSWER_MAX_BYTES]
