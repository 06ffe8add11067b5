"""Checkpoints where brands publish them."""

from __future__ import annotations

import ipaddress
from typing import Final

from verifier.adapters.small_files import is_url, read_small_file
from verifier.checkpoints import Checkpoint, parse_checkpoint
from verifier.errors import CheckpointError
from verifier.limits import CHECKPOINT_SIZE_MAX_BYTES

WELL_KNOWN: Final = "/.well-known/assay/checkpoint"


def read_checkpoint(source: str) -> Checkpoint:
    """Read one checkpoint from a path or a URL; a URL without a path names a site that publishes its newest.

    Raises CheckpointError, FileUnavailableError. Whether it is signed is another question: `verify_checkpoint`.
    """
    if is_url(source) and source.rstrip("/").count("/") == 2:
        source = source.rstrip("/") + WELL_KNOWN
    content = read_small_file(source, size_max_bytes=CHECKPOINT_SIZE_MAX_BYTES)
    try:
        return parse_checkpoint(content)
    except CheckpointError as error:
        raise CheckpointError(f"{source}: {error}") from error


def checkpoint_url(host: str) -> str:
    """Say where the site of a label's host publishes its newest checkpoint: https, or http on this very machine."""
    name = host.rpartition(":")[0] if ":" in host else host
    try:
        local = ipaddress.ip_address(name).is_loopback
    except ValueError:
        local = name == "localhost"
    return f"{'http' if local else 'https'}://{host}{WELL_KNOWN}"
