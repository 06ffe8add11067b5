"""A brand, or whoever holds its servers, changes what a passport says after the sale: other marks, another material.

The weaker rule hashes only the fields that a schema names, as existing systems do, and keeps the hash on chain: what
the schema does not name may be rewritten at will. Ours commits to the bytes themselves.
"""

from __future__ import annotations

import hashlib
import json

import pytest

from provenance_schemas.canonical import canonical_bytes
from provenance_schemas.content_id import ContentId
from provenance_schemas.passports import parse_passport
from tests.attacks.mount import some_world
from tests.fakes.store import MemoryStore
from verifier.policies import CLI
from verifier.verdict import Code, Level, Outcome

NAMED = ("name", "description", "image", "tokenId")
REWRITES = {
    "other marks": lambda passport: passport["product"]["marks"].reverse(),
    "another country": lambda passport: passport["product"].update(countryOfProduction="CN"),
    "another date": lambda passport: passport.update(issuedAt="2020-01-01T00:00:00Z"),
    "one attribute more": lambda passport: passport["attributes"].append({"trait_type": "Limited to", "value": "1"}),
}


def hash_of_named_fields(data: bytes) -> str:
    """The weaker rule: what the schema names, in order."""
    document = json.loads(data)
    return hashlib.sha256("|".join(str(document[name]) for name in NAMED).encode()).hexdigest()


class Rewritten(MemoryStore):
    """A content store of the one who rewrites: other bytes under the old name, no questions asked."""

    def __init__(self, store: MemoryStore, cid: ContentId, data: bytes) -> None:
        super().__init__()
        self.blocks = {**store.blocks, cid.digest: data}

    def get(self, cid: ContentId, *, size_max_bytes: int) -> bytes:
        return self.blocks[cid.digest]


def recorded_passport(world):
    own = b'"tokenId":"%d"' % world.bag.token_id
    (data,) = [d for d in world.store.blocks.values() if own in d and b"assay/passport/1" in d]
    return ContentId.of(data), data


@pytest.mark.parametrize("rewrite", REWRITES.values(), ids=REWRITES)
def test_a_rewritten_passport_is_not_shown(rewrite):
    """It is a valid passport of this very piece, and not the one that was recorded."""
    world = some_world()
    cid, data = recorded_passport(world)
    document = json.loads(data)
    rewrite(document)
    forged = canonical_bytes(document)
    assert hash_of_named_fields(forged) == hash_of_named_fields(data)
    assert parse_passport(forged).item == world.bag

    verdict = world.verify(world.bag_label, CLI, content=Rewritten(world.store, cid, forged)).verdict
    assert verdict.level is Level.UNDETERMINED
    assert verdict.outcome(Code.PASSPORT_MATCH) is Outcome.UNKNOWN
