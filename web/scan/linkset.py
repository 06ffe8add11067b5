"""What a label links to, for GS1 clients: RFC 9264, in the shape of the GS1-Conformant resolver standard."""

from __future__ import annotations

from typing import Any, Final

from web.negotiation import Form
from web.presenters.language import Language

_VOCABULARY: Final = "https://ref.gs1.org/voc/"
# Not gs1:verificationService, which names a service of GS1's own messaging standard, nor gs1:epcis, which
# names a repository: neither exists here.
_DEFAULT: Final = _VOCABULARY + "defaultLink"
_TRACEABILITY: Final = _VOCABULARY + "traceability"


def linkset(url: str, description: str, title: str) -> dict[str, Any]:
    """Write the links of one label: its page, in two languages, and the same answer as data."""
    page = {
        "href": url,
        "title": title,
        "type": Form.PAGE.value,
        "hreflang": [language.value for language in Language],
    }
    verdict = {"href": url, "title": title, "type": Form.VERDICT.value}
    context = {
        "anchor": url,
        "itemDescription": description,
        _DEFAULT: [page],
        _TRACEABILITY: [page, verdict],
    }
    return {"linkset": [context]}
