"""Read passports and step documents once: a verified document is immutable, so it is parsed once and kept.

A bounded cache by content id. Only what matched its id gets in; what could not be had is never remembered.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, TypeVar

from provenance_schemas.content_id import ContentId
from provenance_schemas.errors import SchemaError
from provenance_schemas.passports import Passport, parse_passport
from provenance_schemas.steps import StepDocument, parse_step
from verifier.content import checked_block
from verifier.errors import ContentUnavailableError
from verifier.evidence import Malformed, Unavailable
from verifier.limits import DOCUMENT_SIZE_MAX_BYTES
from verifier.ports import ContentStore

CACHE_DOCUMENTS: Final = 50_000
_Document = TypeVar("_Document", Passport, StepDocument)


class DocumentReader:
    """Documents by content id, from a store nobody trusts. Safe to use from several threads."""

    def __init__(self, content: ContentStore, cache_count_max: int = CACHE_DOCUMENTS) -> None:
        self._content = content
        self._count_max = cache_count_max
        self._passports: OrderedDict[ContentId, Passport | Malformed] = OrderedDict()
        self._steps: OrderedDict[ContentId, StepDocument | Malformed] = OrderedDict()
        self._lock = threading.Lock()

    def passport(self, cid: ContentId) -> Passport | Malformed | Unavailable:
        """Read one passport. Malformed: the bytes match the id and are no valid passport."""
        return self._read(cid, self._passports, parse_passport)

    def step(self, cid: ContentId) -> StepDocument | Malformed | Unavailable:
        """Read one step document. Malformed: the bytes match the id and are no valid step."""
        return self._read(cid, self._steps, parse_step)

    def _read(
        self,
        cid: ContentId,
        cache: OrderedDict[ContentId, _Document | Malformed],
        parse: Callable[[bytes], _Document],
    ) -> _Document | Malformed | Unavailable:
        with self._lock:
            if cid in cache:
                cache.move_to_end(cid)
                return cache[cid]
        try:
            data = checked_block(self._content, cid, DOCUMENT_SIZE_MAX_BYTES)
        except ContentUnavailableError as error:
            return Unavailable(str(error))
        document: _Document | Malformed
        try:
            document = parse(data)
        except SchemaError as error:
            document = Malformed(str(error))
        with self._lock:
            cache[cid] = document
            if len(cache) > self._count_max:
                cache.popitem(last=False)
        return document
