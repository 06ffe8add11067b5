"""Read passports and step documents once: a verified document is immutable, so it is parsed once and kept.

A bounded cache by content id. Only what matched its id gets in; what could not be had is never remembered.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from provenance_schemas.commitments import passport_path
from provenance_schemas.content_id import ContentId
from provenance_schemas.errors import SchemaError
from provenance_schemas.passports import Passport, parse_passport
from provenance_schemas.steps import StepDocument, parse_step
from provenance_schemas.unixfs_read import resolve_path
from verifier.content import checked_block
from verifier.errors import ContentUnavailableError, UnavailableError
from verifier.evidence import Malformed, Unavailable
from verifier.limits import DOCUMENT_SIZE_MAX_BYTES, FETCHES_MAX
from verifier.ports import ContentStore

CACHE_DOCUMENTS: Final = 50_000
_Document = TypeVar("_Document", Passport, StepDocument)
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class DocumentReader:
    """Documents by content id, from a store nobody trusts. Safe to use from several threads."""

    def __init__(self, content: ContentStore, cache_count_max: int = CACHE_DOCUMENTS, *, at_hand: bool = False) -> None:
        """`at_hand` says that `content` is in memory, so that reading ahead is worth no thread."""
        self._content = content
        self._at_hand = at_hand
        self._count_max = cache_count_max
        self._passports: OrderedDict[ContentId, Passport | Malformed] = OrderedDict()
        self._steps: OrderedDict[ContentId, StepDocument | Malformed] = OrderedDict()
        self._places: OrderedDict[tuple[ContentId, int], ContentId] = OrderedDict()
        self._lock = threading.Lock()

    def passport(self, cid: ContentId) -> Passport | Malformed | Unavailable:
        """Read one passport. Malformed: the bytes match the id and are no valid passport."""
        return self._read(cid, self._passports, parse_passport)

    def passport_at(self, root: ContentId, index: int) -> Passport | Malformed | Unavailable:
        """Read the passport at `index` of a batch directory. Malformed: the directory proves to have none."""
        cid = self._places.get((root, index))
        if cid is None:
            try:
                cid = resolve_path(root, passport_path(index), self._block).target
            except UnavailableError as error:
                return Unavailable(str(error))
            except SchemaError as error:
                return Malformed(f"the batch's directory is damaged: {error}")
            if cid is None:
                return Malformed("the batch's directory names no passport for this item")
            self._keep(self._places, (root, index), cid)
        return self.passport(cid)

    def passport_soon(self, root: ContentId, index: int) -> Callable[[], Passport | Malformed | Unavailable]:
        """Begin to read the passport at `index`; the call given back waits for it. At once where it is kept already."""
        cid = self._places.get((root, index))
        kept = self._passports.get(cid) if cid is not None else None
        if kept is not None:
            return lambda: kept
        if self._at_hand:
            read = self.passport_at(root, index)
            return lambda: read
        pool = ThreadPoolExecutor(1)
        reading = pool.submit(self.passport_at, root, index)
        pool.shutdown(wait=False)
        return reading.result

    def _block(self, cid: ContentId) -> bytes:
        return checked_block(self._content, cid)

    def steps(self, cids: Iterable[ContentId]) -> dict[ContentId, StepDocument | Malformed | Unavailable]:
        """Read several step documents; those not kept yet are fetched side by side, as gateways are far away."""
        wanted = list(dict.fromkeys(cids))
        missing = [cid for cid in wanted if cid not in self._steps]
        if len(missing) > 1 and not self._at_hand:
            with ThreadPoolExecutor(min(len(missing), FETCHES_MAX)) as pool:
                fetched = dict(zip(missing, pool.map(self.step, missing), strict=True))
        else:
            fetched = {}
        return {cid: fetched[cid] if cid in fetched else self.step(cid) for cid in wanted}

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
        self._keep(cache, cid, document)
        return document

    def _keep(self, cache: OrderedDict[_Key, _Value], key: _Key, value: _Value) -> None:
        with self._lock:
            cache[key] = value
            if len(cache) > self._count_max:
                cache.popitem(last=False)
