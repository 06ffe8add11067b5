"""Issue certificates: only of records that stand clear today, from the bundle of the newest final block."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from provenance_schemas.ids import BlockRef, ItemId
from verifier.answers import Answer, answer_of
from verifier.bundle import TrustRoot, verify_bundle
from verifier.bundle_form import bundle_name, open_bundle
from verifier.errors import BundleError
from verifier.policies import TOKEN
from verifier.ports import ContentStore
from verifier.service import Verification
from verifier.trust import Brand, TrustRegistry
from web.certificate.content import CERTIFIED, Source
from web.certificate.photos import read_photos
from web.certificate.typesetting import set_certificate
from web.errors import WebError
from web.parts import BundleShelf, LabelVerifier
from web.places import Places
from web.presenters.language import Language
from web.presenters.piece import proven_passport

_KEPT_MAX: Final = 32
KEPT_MAX_BYTES: Final = 64 * 1024**2
MAKING_MAX: Final = 2
WAITING_MAX: Final = 1
"""Together with the bundles' places less than the threads of a process: somebody can always be answered."""
_NAMED_BY: Final = "this site's own node"


class NotCertifiedError(WebError):
    """The record does not stand clear today, so no certificate was made; the answer says why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"no certificate of a record that is {answer.value}")
        self.answer = answer


@dataclass
class Certificates:
    """Makes certificates and keeps the newest few: one for each piece, block and language. Safe in several threads."""

    verifier: LabelVerifier
    trust: TrustRegistry
    store: ContentStore
    bundles: BundleShelf
    _kept: OrderedDict[tuple[ItemId, bytes, Language, str], bytes] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _places: Places = field(
        default_factory=lambda: Places("certificates", at_once_max=MAKING_MAX, waiting_max=WAITING_MAX)
    )

    def certificate(self, item: ItemId, brand: Brand, origin: str, language: Language) -> bytes:
        """Give the PDF of a piece.

        1. A few are answered at once: each asks the node anew, for what was made before may not be given any more.
        2. The record must stand clear now, at the final and at the latest block: what is not final yet counts too.
        3. The bundle of the final block, verified as a stranger would, is what the certificate says.

        Raises NotCertifiedError, UnavailableError, and BundleError when the bundle does not hold.
        """
        with self._places.place((item, language)):  # 1.
            self.check_clear(item)  # 2.
            return self._certificate(item, brand, origin, language)  # 3.

    def _certificate(self, item: ItemId, brand: Brand, origin: str, language: Language) -> bytes:
        data = self.bundles.bundle(item)
        bundle = open_bundle(data)
        key = (item, bundle.block.hash, language, origin)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        verification = verify_bundle(bundle, self.trust, TrustRoot(bundle.block.hash, _NAMED_BY))
        content = set_certificate(self._source(verification, item, brand, origin, bundle.block), data, language)
        with self._lock:
            self._kept[key] = content
            while len(self._kept) > _KEPT_MAX or sum(map(len, self._kept.values())) > KEPT_MAX_BYTES:
                self._kept.popitem(last=False)
        return content

    def check_clear(self, item: ItemId) -> None:
        """Verify the record as it is now. Raises NotCertifiedError for any answer that no certificate is printed of."""
        answer = answer_of(self.verifier.verify_item(item, TOKEN))
        if answer not in CERTIFIED:
            raise NotCertifiedError(answer)

    def _source(self, verification: Verification, item: ItemId, brand: Brand, origin: str, block: BlockRef) -> Source:
        passport = proven_passport(verification)
        answer = answer_of(verification)
        if passport is None or answer not in CERTIFIED:
            raise BundleError(f"the bundle's own answer is {answer.value}")
        photos = read_photos(passport, self.store)
        return Source(verification, item, block, passport, brand.name, origin, bundle_name(item), photos)
