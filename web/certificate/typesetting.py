"""Set a certificate: PDF/A-3a for archives, PDF/UA-1 for screen readers, the bundle attached, fonts inside.

By Typst, in this process, from a few files: nothing is fetched, no font of the machine is used, and the same input
gives the same bytes. It is an extra of its own (`pip install assay[certificate]`), for it is 32 MB.
"""

from __future__ import annotations

import json
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from mint.labels.symbol import matrix_to_path, qr_matrix
from verifier.errors import UnavailableError
from web.certificate.content import Source, certificate_content
from web.presenters.language import Language

TEMPLATE: Final = Path(__file__).with_name("certificate.typ")
_STANDARDS: Final = ["a-3a", "ua-1"]
_QUIET: Final = 4
_PACKAGE: Final = "typst"


class TypesettingUnavailableError(UnavailableError):
    """Certificates cannot be set here. Install the extra: `pip install 'assay[certificate]'`."""

    def __init__(self, why: str) -> None:
        super().__init__(f"no certificate can be set: {why}; pip install 'assay[certificate]'")


def can_typeset() -> bool:
    """Say whether the extra is installed."""
    return find_spec(_PACKAGE) is not None


def set_certificate(source: Source, bundle: bytes, language: Language) -> bytes:
    """Give the PDF. Raises TypesettingUnavailableError where the extra is missing or does not load."""
    try:
        typst: Any = import_module(_PACKAGE)
    except ImportError as error:
        raise TypesettingUnavailableError(str(error)) from error
    files = {
        TEMPLATE.name: TEMPLATE.read_bytes(),
        "content.json": json.dumps(certificate_content(source, language)).encode(),
        "qr.svg": qr_svg(source.proof_url).encode(),
        "bundle.zip": bundle,
        **{photo.file: photo.content for photo in source.photos},
    }
    timestamp = int(source.block.mined_at.timestamp())
    with TemporaryDirectory(prefix="certificate-") as name:
        folder = Path(name)  # Typst takes binary files from a folder only, and reads nothing outside of it
        for file, content in files.items():
            (folder / file).write_bytes(content)
        set_pdf: bytes = typst.compile(
            folder / TEMPLATE.name,
            root=folder,
            ignore_system_fonts=True,
            pdf_standards=_STANDARDS,
            timestamp=timestamp,
        )
    return set_pdf


def qr_svg(text: str) -> str:
    """Draw a QR symbol with its quiet zone."""
    matrix = qr_matrix(text)
    side = len(matrix) + 2 * _QUIET
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-{_QUIET} -{_QUIET} {side} {side}">'
        f'<rect x="-{_QUIET}" y="-{_QUIET}" width="{side}" height="{side}" fill="#fff"/>'
        f'<path d="{matrix_to_path(matrix)}" fill="#000" shape-rendering="crispEdges"/></svg>'
    )
