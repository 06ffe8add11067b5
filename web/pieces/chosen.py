"""The piece that a visitor is about to claim, kept by their browser while they sign in and look for the card.

The cookie names the token, which is public, and the moment, under our signature: it says that its bearer showed us
the label. The label itself is in no cookie.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from flask import Request, Response

from provenance_schemas.errors import IdError
from provenance_schemas.ids import ItemId
from verifier.trust import Brand
from web.cookies import Cookie
from web.secret import Secret

AGE_MAX_S: Final = 3_600
_COOKIE: Final = Cookie("piece")
_PURPOSE: Final = "claim piece"
_PARTS: Final = 3
_MAX: Final = 160


class ChosenPiece:
    """Signs and reads the cookie."""

    def __init__(self, secret: Secret) -> None:
        self._key = secret.key(_PURPOSE)

    def keep(self, request: Request, response: Response, item: ItemId, now_s: int) -> None:
        """Let the browser keep a piece for an hour."""
        body = f"{item.token_id}.{now_s}"
        value = f"{body}.{self._mac(body, item)}"
        _COOKIE.keep(request, response, value, AGE_MAX_S)

    def read(self, request: Request, brand: Brand, now_s: int) -> ItemId | None:
        """Give the piece; None where there is none, it is another brand's, or that was more than an hour ago."""
        parts = _COOKIE.read(request)[:_MAX].split(".")
        if len(parts) != _PARTS or not all(part.isascii() for part in parts):
            return None
        token, at, mac = parts
        if not (token.isdigit() and at.isdigit()):
            return None
        try:
            item = ItemId(brand.registry.chain_id, brand.registry.contract, int(token))
        except IdError:
            return None
        is_ours = hmac.compare_digest(mac, self._mac(f"{token}.{at}", item))
        return item if is_ours and 0 <= now_s - int(at) <= AGE_MAX_S else None

    def forget(self, request: Request, response: Response) -> None:
        """Take it back."""
        _COOKIE.forget(request, response)

    def _mac(self, body: str, item: ItemId) -> str:
        return hmac.digest(self._key, f"{body}\0{item}".encode(), hashlib.sha256).hex()[:32]
