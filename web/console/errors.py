"""What can go wrong at the console."""

from __future__ import annotations

from collections.abc import Sequence

from web.console.fields import FieldFault
from web.errors import WebError


class FormRefusedError(WebError):
    """A form cannot be recorded as it is. Nothing was registered or recorded; the draft is kept."""

    def __init__(self, faults: Sequence[FieldFault]) -> None:
        super().__init__(", ".join(f"{fault.field} {fault.kind}" for fault in faults))
        self.faults = tuple(faults)
