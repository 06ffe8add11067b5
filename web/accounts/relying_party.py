"""Who a passkey is made for: one host name of the trust file, and no other (WebAuthn's relying party)."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from provenance_schemas.labels import origin_of


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """What a browser and we must agree on, or its passkey signs nothing for us."""

    id: str
    """The host name, without a port."""
    origin: str
    """The very page that may ask: `https://id.maison.example`."""
    name: str
    """The brand, shown by the browser."""


def relying_party(host: str, brand: str) -> RelyingParty | None:
    """Give the relying party of a trusted host, in lower case and maybe with a port.

    None for an address in numbers: WebAuthn makes passkeys for names only.
    """
    name = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return RelyingParty(name, origin_of(host), brand)
    return None
