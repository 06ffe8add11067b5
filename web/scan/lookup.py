"""From a photo or typed characters to a label of ours, or the reason why not."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from provenance_schemas.errors import LabelError
from provenance_schemas.gs1 import normalise_gtin
from provenance_schemas.labels import Label, check_host, normalise_serial, parse_label
from verifier.errors import ImageError
from verifier.trust import TrustRegistry
from web.errors import WebError
from web.parts import PictureReader
from web.presenters.catalogue import Refusal

TYPED_MAX: Final = 2048
FRAME_BUDGET_S: Final = 0.3
"""For one frame of a live camera; a photo has as long as its reader gives it."""
_LINK: Final = re.compile(r"(https?)://([^/?#]*)", re.IGNORECASE)
_USUAL_PORTS: Final = {"https": ":443", "http": ":80"}


class LookupRefusedError(WebError):
    """No label of ours was found. Nothing was kept; the refusal says what to do."""

    def __init__(self, refusal: Refusal, detail: str = "", *, host: str = "") -> None:
        super().__init__(f"{refusal}: {detail or host}")
        self.refusal = refusal
        self.detail = detail
        """The technical reason, in English."""
        self.host = host
        """The foreign host, where that is the reason."""


class DecoderGate:
    """Lets a few photos be decoded at once; the next one is refused rather than queued."""

    def __init__(self, count_max: int) -> None:
        self._free = threading.BoundedSemaphore(count_max) if count_max else None

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place. Raises LookupRefusedError BUSY when there is none."""
        if self._free is None or not self._free.acquire(blocking=False):
            raise LookupRefusedError(Refusal.BUSY)
        try:
            yield
        finally:
            self._free.release()


def label_in_text(text: str, trust: TrustRegistry) -> Label:
    """Read a label's whole text; its host must be a trusted brand's. Raises LookupRefusedError.

    A foreign host is named even where the rest is no label: whoever holds a forger's code learns where it leads.
    """
    try:
        label = parse_label(text)
    except LabelError as error:
        host = _host_in(text)
        if host and trust.brand_of(host) is None:
            raise LookupRefusedError(Refusal.FOREIGN_HOST, host=host) from error
        raise LookupRefusedError(Refusal.NOT_A_LABEL, str(error)) from error
    if trust.brand_of(label.host) is None:
        raise LookupRefusedError(Refusal.FOREIGN_HOST, host=label.host)
    return label


def label_in_picture(content: bytes, read: PictureReader, trust: TrustRegistry, budget_s: float | None = None) -> Label:
    """Read the one label in a photo, within `budget_s` where that is given. Raises LookupRefusedError.

    A label of ours goes before any other code in the picture; two of ours are for nobody to choose between.
    """
    try:
        budget = {} if budget_s is None else {"budget_s": budget_s}
        reading = read(content, hosts=trust.hosts, **budget)
    except ImageError as error:
        raise LookupRefusedError(Refusal.NOT_A_PICTURE, str(error)) from error
    ours = [found for found in reading.found if found.preferred]
    if len(ours) > 1:
        raise LookupRefusedError(Refusal.SEVERAL_LABELS, f"{len(ours)} labels")
    if not reading.texts:
        raise LookupRefusedError(Refusal.NO_CODE)
    return label_in_text(reading.texts[0], trust)


def label_in_typing(serial: str, gtin: str, host: str, trust: TrustRegistry) -> Label:
    """Read what somebody typed: serial and GTIN, or the label's whole address in place of the serial."""
    serial, gtin = serial.strip(), gtin.replace(" ", "")
    if not serial and not gtin:
        raise LookupRefusedError(Refusal.NOTHING_GIVEN)
    if len(serial) > TYPED_MAX:
        raise LookupRefusedError(Refusal.SERIAL_WRONG, f"{len(serial)} characters, at most {TYPED_MAX}")
    if "://" in serial:
        return label_in_text(serial, trust)
    try:
        plain = normalise_serial(serial)
    except LabelError as error:
        raise LookupRefusedError(Refusal.SERIAL_WRONG, str(error)) from error
    try:
        return Label(host, normalise_gtin(gtin), plain)
    except LabelError as error:
        raise LookupRefusedError(Refusal.GTIN_WRONG, str(error)) from error


def _host_in(text: str) -> str:
    """Give the host of a web address in the spelling of the trust file; empty when the text is none."""
    link = _LINK.match(text) if len(text) <= TYPED_MAX else None
    if link is None:
        return ""
    try:
        host = check_host(link[2].lower())
    except LabelError:
        return ""
    return host.removesuffix(_USUAL_PORTS[link[1].lower()])
