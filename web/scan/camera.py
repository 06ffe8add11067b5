"""What the live camera of the scan page needs to know of this site."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from web.presenters.pages import CameraSetup
from web.scripts import script_urls

DECODER: Final = Path(__file__).parent.parent / "static" / "vendor" / "qr" / "decode.js"
_WORKER: Final = "scan-worker"


def camera_setup(hosts: Sequence[str], decoder: Path = DECODER) -> CameraSetup:
    """Name the hosts that a code may lead to, and the worker that reads codes where the browser does not.

    The worker needs the decoder that `tools/fetch_assets.py` puts there; without it none is named, and the
    camera is offered only by browsers that read QR codes themselves.
    """
    worker = script_urls((_WORKER,))[0].src if decoder.is_file() else ""
    return CameraSetup(tuple(hosts), worker)
