"""What the live camera of the scan page needs to know of this site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from web.presenters.pages import CameraSetup
from web.scripts import script_urls

_VENDOR: Final = Path(__file__).parent.parent / "static" / "vendor"
DECODER: Final = _VENDOR / "qr" / "decode.js"
WASM_DECODER: Final = _VENDOR / "zxing-wasm" / "dist" / "reader" / "zxing_reader.wasm"
DECODERS: Final[Mapping[str, Path]] = {"scan-worker": DECODER, "scan-worker-wasm": WASM_DECODER}
"""The workers, the one that loads at once first, each with the file that it cannot work without."""


def camera_setup(hosts: Sequence[str], decoders: Mapping[str, Path] = DECODERS) -> CameraSetup:
    """Name the hosts that a code may lead to, and the workers that read codes, side by side.

    Each needs the decoder that `tools/fetch_assets.py` puts there; one without it is not named. Where none is, the
    camera is offered only by browsers that read QR codes themselves.
    """
    workers = tuple(name for name, decoder in decoders.items() if decoder.is_file())
    return CameraSetup(tuple(hosts), tuple(script.src for script in script_urls(workers)))
