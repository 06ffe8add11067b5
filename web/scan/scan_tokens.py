"""The token in a verdict page: what was answered, signed, so that the page can report its scan once.

A GET writes nothing. The page carries everything that is to be kept, under our signature, and gives it back with a
request of its own; until then there is no row anywhere, so that link previews and prefetching leave no trace.
What is signed: an id of 96 random bits, the moment, the label's commitment, the token, all findings, both blocks; and
where the visitor tapped a tag, its name and its counter, so that the report lets it count.
The host is signed too and not carried: the same token means nothing on another brand's host.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import hmac
import secrets
import struct
from dataclasses import dataclass
from typing import Final

from provenance_schemas.ids import BlockRef, ItemId
from provenance_schemas.labels import Label
from verifier.policies import POLICIES
from verifier.service import Verification
from verifier.trust import Brand, TrustRegistry
from verifier.verdict import Code, Finding, Level, Outcome, Policy, Verdict
from web.scan.errors import TokenRefusal, TokenRefusedError
from web.tags.floors import Tap

AGE_MAX_S: Final = 15 * 60
CLOCK_AHEAD_MAX_S: Final = 60
"""How far the clock of another of our processes may be ahead."""
_VERSION, _TAPPED_VERSION = 1, 2
_ID_BYTES: Final = 12
_MAC_BYTES: Final = 16
HASH_BYTES: Final = 8
"""Of a block's hash: its number says nearly everything, this tells the branches of a reorganisation apart."""
_HEAD: Final = struct.Struct(f">B{_ID_BYTES}sI")
_TAP: Final = struct.Struct(">16s5s")
_BODY: Final = struct.Struct(f">32s12sB7sQ{HASH_BYTES}sQ{HASH_BYTES}s")
_POLICIES: Final = tuple(POLICIES)
_CODES: Final = tuple(Code)
_OUTCOMES: Final = (Outcome.UNKNOWN, Outcome.PASSED, Outcome.FAILED)
_LETTERS: Final = {Outcome.UNKNOWN: "u", Outcome.PASSED: "p", Outcome.FAILED: "f"}
_BY_LETTER: Final = {letter: outcome for outcome, letter in _LETTERS.items()}
_SIZE_BYTES: Final = _HEAD.size + _BODY.size + _MAC_BYTES
LENGTH: Final = _SIZE_BYTES // 3 * 4
"""Characters of every token: a multiple of three bytes, so that there is no filling and one spelling."""
TAPPED_LENGTH: Final = (_SIZE_BYTES + _TAP.size) // 3 * 4
"""Characters of the token of a visitor who tapped a tag. Such a page is nobody else's."""
_SIZES: Final = {LENGTH: _SIZE_BYTES, TAPPED_LENGTH: _SIZE_BYTES + _TAP.size}


@dataclass(frozen=True, slots=True)
class Block:
    """A block that was read at."""

    number: int
    hash_start: bytes
    """8 bytes."""


@dataclass(frozen=True, slots=True)
class AnsweredScan:
    """One scan as it was answered: enough to draw its verdict again, and to read the same blocks again."""

    id: str
    """24 hex digits."""
    answered_at: int
    """Unix seconds."""
    label: bytes
    """The commitment; 32 bytes."""
    item: ItemId
    policy: Policy
    findings: str
    """One letter a code, in the order of `Code`: p passed, f failed, u unknown."""
    final: Block
    latest: Block
    level: Level
    tap: Tap | None = None
    """What the visitor's tag answered, where that was new when the page was made."""

    @property
    def verdict(self) -> Verdict:
        """The verdict as it was shown, without the reasons: those are in the blocks."""
        return Verdict(self.policy, findings_of(self.findings))


class ScanTokens:
    """Signs and reads tokens. `key` is 32 secret bytes, the same in every process of the site."""

    def __init__(self, key: bytes, trust: TrustRegistry) -> None:
        self._key = key
        self._trust = trust

    def sign(self, answered: bytes, host: str, now_s: int, tap: Tap | None = None) -> str:
        """Write a new token over what `pack` gave; 156 characters, the same number each time, and 184 with a tap."""
        version = _VERSION if tap is None else _TAPPED_VERSION
        signed = _HEAD.pack(version, secrets.token_bytes(_ID_BYTES), now_s) + answered + _packed(tap)
        return base64.urlsafe_b64encode(signed + self._mac(signed, host)).decode()

    def read(self, token: str, host: str, now_s: int) -> AnsweredScan:
        """Read a token that this site signed for this host, at most 15 minutes ago. Raises TokenRefusedError."""
        signed, mac = _parts(token)
        if not hmac.compare_digest(mac, self._mac(signed, host)):
            raise TokenRefusedError(TokenRefusal.FOREIGN)
        version, scan_id, answered_at = _HEAD.unpack_from(signed)
        brand = self._trust.brand_of(host)
        if version != (_TAPPED_VERSION if len(token) == TAPPED_LENGTH else _VERSION) or brand is None:
            raise TokenRefusedError(TokenRefusal.FOREIGN)
        if not -CLOCK_AHEAD_MAX_S <= now_s - answered_at <= AGE_MAX_S:
            raise TokenRefusedError(TokenRefusal.EXPIRED)
        body, tap = signed[_HEAD.size :][: _BODY.size], signed[_HEAD.size + _BODY.size :]
        return AnsweredScan(scan_id.hex(), answered_at, *_unpacked(body, brand), _tap(tap))

    def _mac(self, signed: bytes, host: str) -> bytes:
        return hashlib.blake2b(signed + host.encode(), key=self._key, digest_size=_MAC_BYTES).digest()


def pack(verification: Verification) -> bytes | None:
    """Write down what was answered, once for all who get the same answer.

    None where there is nothing to report: no label, no item, or no blocks.
    """
    evidence, verdict = verification.evidence, verification.verdict
    if not isinstance(evidence.label, Label) or not isinstance(evidence.item, ItemId):
        return None
    if not isinstance(evidence.final, BlockRef) or not isinstance(evidence.latest, BlockRef):
        return None
    return _BODY.pack(
        evidence.label.commitment,
        evidence.item.token_id.to_bytes(12),
        _POLICIES.index(verdict.policy.name),
        sum(_OUTCOMES.index(verdict.outcome(code)) << 2 * place for place, code in enumerate(_CODES)).to_bytes(7),
        evidence.final.number,
        evidence.final.hash[:HASH_BYTES],
        evidence.latest.number,
        evidence.latest.hash[:HASH_BYTES],
    )


def findings_of(letters: str) -> tuple[Finding, ...]:
    """Read stored findings; codes that were added since are left out, and so unknown."""
    return tuple(
        Finding(code, _BY_LETTER[letter], "as it was answered") for code, letter in zip(_CODES, letters, strict=False)
    )


def is_tapped_token(token: str) -> bool:
    """Say whether a token, ours or not, would carry a tap."""
    return len(token) == TAPPED_LENGTH


def without_possession(letters: str) -> str:
    """Write stored findings again where what was shown turned out to prove nothing: another was faster."""
    place = _CODES.index(Code.POSSESSION_SHOWN)
    return letters[:place] + _LETTERS[Outcome.UNKNOWN] + letters[place + 1 :]


@functools.lru_cache(maxsize=1_024)
def _unpacked(answered: bytes, brand: Brand) -> tuple[bytes, ItemId, Policy, str, Block, Block, Level]:
    """Read what `pack` wrote, once for all who got the same answer. Only what we signed ever gets here."""
    label, token_id, policy_number, outcomes, *blocks = _BODY.unpack(answered)
    item = ItemId(brand.registry.chain_id, brand.registry.contract, int.from_bytes(token_id))
    policy, bits = POLICIES[_POLICIES[policy_number]], int.from_bytes(outcomes)
    findings = "".join(_LETTERS[_OUTCOMES[bits >> 2 * place & 3]] for place in range(len(_CODES)))
    level = Verdict(policy, findings_of(findings)).level
    return label, item, policy, findings, Block(*blocks[:2]), Block(*blocks[2:]), level


def _packed(tap: Tap | None) -> bytes:
    return b"" if tap is None else _TAP.pack(bytes.fromhex(tap.tag), tap.counter.to_bytes(5))


def _tap(content: bytes) -> Tap | None:
    if not content:
        return None
    tag, counter = _TAP.unpack(content)
    return Tap(tag.hex(), int.from_bytes(counter))


def _parts(token: str) -> tuple[bytes, bytes]:
    """Split a token of a right length and alphabet into what is signed and its mac."""
    if len(token) not in _SIZES or not token.isascii():
        raise TokenRefusedError(TokenRefusal.MALFORMED)
    try:
        content = base64.b64decode(token, altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise TokenRefusedError(TokenRefusal.MALFORMED) from error
    if len(content) != _SIZES[len(token)]:
        raise TokenRefusedError(TokenRefusal.MALFORMED)
    return content[:-_MAC_BYTES], content[-_MAC_BYTES:]
