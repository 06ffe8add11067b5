"""From a check or a claim to the ledger: what is verified again, and who asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from loyalty.adapters.sql_database import Database
from loyalty.events import AwardEvent, EventKind
from loyalty.points import Points
from loyalty.results import Award, Declined
from loyalty.rule import Rule
from provenance_schemas.ids import ItemId
from verifier.answers import Answer, answer_of
from verifier.errors import UnavailableError
from verifier.policies import AWARD, TOKEN
from verifier.verdict import Code, Level, Verdict, passed
from web.custody.handlers import Claimed, OnClaimed
from web.jobs.worker import JobLaterError
from web.parts import LabelVerifier, Parts
from web.points.pages import NameOf
from web.presenters.piece import proven_passport
from web.scan.scans import Holds, NotTaken, Scans
from web.scan.visitors import Visitor
from web.store.people import Person, Role, find_person

_SHOWN: Final = {
    Code.LABEL_WELL_FORMED: "the label was read when the piece was claimed",
    Code.ITEM_COMMITTED: "the label opened the record when the piece was claimed",
    # Copies of a label may be about: that is no reason to pay the one who has the card any less.
    Code.SCAN_PATTERN_PLAUSIBLE: "the hidden code was shown: what others do with the label does not count",
}

_REPORTED: Final = frozenset({Answer.LOST, Answer.STOLEN})
"""What only the holder says of a piece that was claimed, and can take back."""
_DAY_S: Final = 86_400


class RewardLaterError(JobLaterError):
    """Nothing was paid for the claim yet; tell of it again from `again_at` on."""

    def __init__(self, again_at: int, why: str = "today's points for claims are given") -> None:
        super().__init__(again_at, why)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a check would bring."""

    item: ItemId
    found: Award | Declined | Rule


@dataclass(frozen=True, slots=True)
class Earning:
    """Pays for checks and claims."""

    points: Points
    scans: Scans
    verifier: LabelVerifier
    holds: Holds
    clock: Callable[[], float]

    def collect(
        self, token: str, host: str, visitor: Visitor, person: Person, device: str
    ) -> Award | Declined | NotTaken:
        """Pay a person for the check that a token stands for.

        The same request again gives the same answer. Raises DatabaseUnavailableError, and IdempotencyError where the
        same check was asked for another piece.
        """
        taken = self.scans.take_for_award(token, host, visitor)
        if isinstance(taken, NotTaken):
            return taken
        event = self._check(person, taken.item, taken.scan_id, device, taken.answered_at)
        return self.points.award(taken.verdict, event)

    def outlook(self, token: str, host: str, person: Person, device: str) -> Outlook:
        """Say what collecting a check would bring just now. Writes nothing, and uses nothing up.

        Raises TokenRefusedError, IdempotencyError, DatabaseUnavailableError.
        """
        scan = self.scans.read(token, host)
        event = self._check(person, scan.item, scan.id, device, scan.answered_at)
        return Outlook(scan.item, self.points.outlook(event))

    def _check(self, person: Person, item: ItemId, scan_id: str, device: str, answered_at: int) -> AwardEvent:
        return AwardEvent(
            EventKind.CHECK,
            person.id,
            item,
            scan_id,
            device,
            answered_at,
            claimant=self.holds(person.id, item),
            staff=person.role is Role.STAFF,
        )

    def claimed(self, claimed: Claimed, *, staff: bool) -> Award | Declined:
        """Pay the person who claimed a piece, once for the piece, ever.

        A claim happens once, so a limit of the day, or a report of its owner that came before the reward, only puts it
        off. Raises UnavailableError while the record cannot be read, RewardLaterError when the day's points are given
        or the piece is reported: the job that tells of the claim comes again.
        """
        found = self.verifier.verify_item(claimed.item, TOKEN)
        verdict = _as_claimed(found.verdict)
        if verdict.level is Level.UNDETERMINED:
            raise UnavailableError("the record of a claimed piece cannot be read now")
        if answer_of(found) in _REPORTED:
            raise RewardLaterError(int(self.clock()) + _DAY_S, "the piece is reported; its reward waits")
        event = AwardEvent(
            EventKind.CLAIM,
            claimed.person_id,
            claimed.item,
            claimed.claim_id,
            claimed.device,
            claimed.claimed_at,
            claimant=True,
            staff=staff,
        )
        paid = self.points.award(verdict, event)
        if isinstance(paid, Declined) and paid.again_at is not None:
            raise RewardLaterError(paid.again_at)
        return paid


def _as_claimed(verdict: Verdict) -> Verdict:
    """Judge a record for the one who claimed the piece, label and code in hand."""
    shown = [passed(code, said) for code, said in _SHOWN.items()]
    return Verdict(AWARD, (*(finding for finding in verdict.findings if finding.code not in _SHOWN), *shown))


def earning_of(parts: Parts) -> Earning:
    """Build from the site's parts."""
    holds = parts.custody.holdings.holds
    return Earning(parts.points, Scans.of(parts), parts.verifier, holds, parts.clock)


def rewarding(earning: Earning, database: Database) -> OnClaimed:
    """Give what pays for each claim that is told. Told twice, it pays once."""

    def reward(claimed: Claimed) -> None:
        with database.reading() as connection:
            person = find_person(connection, claimed.person_id)
        if person is not None:
            earning.claimed(claimed, staff=person.role is Role.STAFF)

    return reward


def naming(verifier: LabelVerifier) -> NameOf:
    """Give what names pieces: as their proven passport does, and never otherwise."""

    def name_of(item: ItemId) -> str | None:
        passport = proven_passport(verifier.verify_item(item, TOKEN))
        return passport.name if passport is not None else None

    return name_of
