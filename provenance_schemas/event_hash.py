"""The EPCIS event hash of CBV 2.0 section 8.9: one event, one name, whatever the order of its keys.

Only for events that fit `step-1.json`: their times are in UTC to the millisecond and their GS1 identifiers in
canonical form already, so that nothing has to be translated before it is hashed.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

_CBV: Final = "https://ref.gs1.org/cbv/"
_BARE: Final = {"bizStep": _CBV + "BizStep-", "disposition": _CBV + "Disp-"}
# The order of CBV 2.0's table. What an event does not have is passed over; eventID is never hashed.
_ORDER: Final = (
    "eventTime",
    "eventTimeZoneOffset",
    "parentID",
    "epcList",
    "inputEPCList",
    "childEPCs",
    "quantityList",
    "childQuantityList",
    "inputQuantityList",
    "outputEPCList",
    "outputQuantityList",
    "action",
    "bizStep",
    "disposition",
    "readPoint",
    "bizLocation",
    "bizTransactionList",
    "sourceList",
    "destinationList",
)
_PARTIES: Final = {
    "bizTransactionList": ("bizTransaction", _CBV + "BTT-"),
    "sourceList": ("source", _CBV + "SDT-"),
    "destinationList": ("destination", _CBV + "SDT-"),
}


def event_hash(event: dict[str, Any]) -> str:
    """Name an event: `ni:///sha-256;<64 hex>?ver=CBV2.0`."""
    digest = hashlib.sha256(event_text(event).encode()).hexdigest()
    return f"ni:///sha-256;{digest}?ver=CBV2.0"


def event_text(event: dict[str, Any]) -> str:
    """Give the text that is hashed: fields in the standard's order, the entries of a list in their own."""
    fields = "".join(_field(name, event[name]) for name in _ORDER if name in event)
    return f"eventType={event['type']}{fields}"


def _field(name: str, value: Any) -> str:
    if name.endswith(("EPCList", "epcList", "childEPCs")):
        return name + "".join(sorted(f"epc={epc}" for epc in value))
    if name.endswith("uantityList"):
        return name + "".join(sorted(_quantity(entry) for entry in value))
    if name in {"readPoint", "bizLocation"}:
        return f"{name}id={value['id']}"
    if name in _PARTIES:
        key, prefix = _PARTIES[name]
        return name + "".join(sorted(f"type={prefix}{entry['type']}{key}={entry[key]}" for entry in value))
    if name in _BARE and ":" not in value:
        return f"{name}={_BARE[name]}{value}"
    return f"{name}={value}"


def _quantity(entry: dict[str, Any]) -> str:
    text = f"quantityElementepcClass={entry['epcClass']}"
    if "quantity" in entry:
        number = entry["quantity"]
        text += f"quantity={int(number) if number == int(number) else repr(float(number))}"
    return text + (f"uom={entry['uom']}" if "uom" in entry else "")
