"""What can go wrong: with the folder or the process, and as answers over JSON-RPC."""

from __future__ import annotations

from pathlib import Path


class LocalnetError(Exception):
    """Base of every error that starting, finding or stopping a node raises."""


class FolderInUseError(LocalnetError):
    """Another process holds the folder. Nothing was opened; use that node, or stop it."""

    def __init__(self, data_dir: Path, pid: int | None) -> None:
        holder = "another process" if pid is None else f"process {pid}"
        super().__init__(f"{data_dir} is in use by {holder}")
        self.data_dir = data_dir
        self.pid = pid
        """The holder, where it has written its name."""


class WrongChainError(LocalnetError):
    """The folder holds another chain. Nothing was changed; ask for that id, or use another folder."""

    def __init__(self, data_dir: Path, found: int, wanted: int) -> None:
        super().__init__(f"{data_dir} holds chain {found}, asked for chain {wanted}")
        self.found = found
        self.wanted = wanted


class KeyFileError(LocalnetError):
    """A key file is unreadable, malformed, or open to other users. Nothing was overwritten."""


class StartError(LocalnetError):
    """The node did not come up in time, or ended at once. The message carries the end of its log."""


class StopError(LocalnetError):
    """The node was asked to stop and still runs. Nothing was killed."""


class RpcError(Exception):
    """An answer that is an error: `code`, a message, and `data` where the protocol wants some."""

    code = -32000

    def __init__(self, message: str, data: str | None = None) -> None:
        super().__init__(message)
        self.data = data


class ParseError(RpcError):
    """The body is not JSON."""

    code = -32700


class InvalidRequestError(RpcError):
    """The body is JSON, but no JSON-RPC request."""

    code = -32600


class MethodNotFoundError(RpcError):
    """No such method here."""

    code = -32601


class InvalidParamsError(RpcError):
    """The parameters do not fit the method."""

    code = -32602


class InternalError(RpcError):
    """Our bug. The log has the traceback."""

    code = -32603


class TooManyResultsError(RpcError):
    """The answer would be over its limit. Ask for a smaller range."""

    code = -32005


class RefusedError(RpcError):
    """The transaction was not accepted, or the call cannot be made. Nothing was stored."""


class HeaderNotFoundError(RpcError):
    """The block asked for does not exist."""

    def __init__(self) -> None:
        super().__init__("header not found")


class RevertedError(RpcError):
    """The contract reverted; `data` holds what it returned."""

    code = 3
