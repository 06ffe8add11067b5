"""What can go wrong with a backup."""

from __future__ import annotations

from pathlib import Path

from web.errors import WebError


class BackupError(WebError):
    """No backup was made. What lay at its place before is untouched."""


class BackupBusyError(BackupError):
    """Somebody writes for the house all the time. Nothing was made; try again, or stop the worker meanwhile."""

    def __init__(self, waited_s: float) -> None:
        super().__init__(f"the house was in use for {waited_s:.0f} s: try again when the worker has less to do")
        self.waited_s = waited_s


class ArchiveError(WebError):
    """A file is no whole backup of ours. Nothing was taken from it."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} is no whole backup: {reason}")
        self.path = path
        self.reason = reason


class RestoreError(WebError):
    """A backup cannot be brought back there. The reason says what to do."""
