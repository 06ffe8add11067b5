"""Signed checkpoints as files of one folder, `<sequence>.json`: only ever added to."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from mint.errors import CheckpointKeptError, HouseWriteError
from verifier.adapters.whole_files import sync_folder
from verifier.checkpoints import Checkpoint, checkpoint_json, parse_checkpoint
from verifier.errors import CheckpointError
from verifier.limits import CHECKPOINT_SIZE_MAX_BYTES

RESTORED: Final = "RESTORED"
"""A file that says: this folder came from a backup, and the newest that was signed may be missing."""
_NAME: Final = re.compile(r"([1-9][0-9]{0,15})\.json")


class CheckpointFolder:
    """The folder. What stands in it is public."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def last(self) -> Checkpoint | None:
        """Give the newest checkpoint. Raises HouseWriteError when its file is damaged."""
        try:
            names = [match for path in self.folder.iterdir() if (match := _NAME.fullmatch(path.name))]
        except FileNotFoundError:
            return None
        except OSError as error:
            raise HouseWriteError(self.folder, str(error)) from error
        return self.get(max(int(match[1]) for match in names)) if names else None

    def get(self, sequence: int) -> Checkpoint | None:
        """Give one; None where there is none of that number. Raises HouseWriteError when its file is damaged."""
        path = self._path(sequence)
        try:
            with path.open("rb") as file:
                checkpoint = parse_checkpoint(file.read(CHECKPOINT_SIZE_MAX_BYTES + 1))
        except FileNotFoundError:
            return None
        except (OSError, CheckpointError) as error:
            raise HouseWriteError(path, str(error)) from error
        if checkpoint.sequence != sequence:
            raise HouseWriteError(path, f"holds checkpoint {checkpoint.sequence}")
        return checkpoint

    def add(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint, whole or not at all. Raises CheckpointKeptError where its number is taken."""
        path = self._path(checkpoint.sequence)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with temporary.open("wb") as file:
                file.write(checkpoint_json(checkpoint))
                file.flush()
                os.fsync(file.fileno())
            os.link(temporary, path)  # unlike a rename, never takes the place of a file
            sync_folder(self.folder)
        except FileExistsError as error:
            raise CheckpointKeptError(checkpoint.sequence) from error
        except OSError as error:
            raise HouseWriteError(path, str(error)) from error
        finally:
            temporary.unlink(missing_ok=True)

    @property
    def restored(self) -> bool:
        """Whether the folder came from a backup, and nobody has said since what was signed last."""
        return self._mark.exists()

    def mark_restored(self) -> None:
        """Say that the folder comes from a backup. Nothing is signed until `unmark`. Raises OSError."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(self._mark, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            os.fsync(file.fileno())
        sync_folder(self.folder)

    def unmark(self) -> None:
        """Say that the newest checkpoint is here. Raises HouseWriteError."""
        try:
            self._mark.unlink(missing_ok=True)
            sync_folder(self.folder)
        except OSError as error:
            raise HouseWriteError(self._mark, str(error)) from error

    @property
    def _mark(self) -> Path:
        return self.folder / RESTORED

    def _path(self, sequence: int) -> Path:
        return self.folder / f"{sequence}.json"
