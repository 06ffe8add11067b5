"""One piece as its holder sees it: name, picture, how its record stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from provenance_schemas.ids import ItemId
from provenance_schemas.step_kinds import Status
from verifier.answers import Answer, answer_of
from verifier.evidence import Registered
from verifier.history import ItemWords
from verifier.policies import TOKEN
from verifier.service import Verification
from web.custody.holdings import Holding, HoldingState
from web.parts import LabelVerifier
from web.pieces.catalogue import PiecesWords
from web.presenters.formats import date_text, machine_text
from web.presenters.frame import Visit
from web.presenters.piece import Picture, picture_path, proven_passport
from web.presenters.tones import ICONS, TONES, Icon, Tone


@dataclass(frozen=True, slots=True)
class Seen:
    """What the registry says of a piece now."""

    verification: Verification

    @property
    def answer(self) -> Answer:
        """In one word."""
        return answer_of(self.verification)

    @property
    def words(self) -> ItemWords | None:
        """The newest words read; None when the registry is away."""
        registered = self.verification.evidence.registered
        if not isinstance(registered, Registered):
            return None
        return registered.latest if isinstance(registered.latest, ItemWords) else registered.final

    @property
    def status(self) -> Status:
        """The newest status bits; none when the registry is away."""
        return Status(self.words.status if self.words else 0)

    @property
    def name(self) -> str:
        """As its passport names it; empty when that cannot be proved now."""
        passport = proven_passport(self.verification)
        return passport.name if passport else ""


@dataclass(frozen=True, slots=True)
class PieceCard:
    """A piece in a list, or at the head of its page."""

    name: str
    picture: Picture | None
    tone: Tone
    icon: Icon
    state: str
    when: str
    when_machine: str
    href: str
    """Empty where the card leads nowhere."""


def look_at(verifier: LabelVerifier, item: ItemId) -> Seen:
    """Read how a piece stands, by its token: the label was shown when it was claimed."""
    return Seen(verifier.verify_item(item, TOKEN))


def picture_of(seen: Seen) -> Picture | None:
    """Give the piece's first picture, where its passport is proven."""
    passport = proven_passport(seen.verification)
    if passport is None:
        return None
    front = passport.images[0]
    return Picture(picture_path(passport.item, front), front.alt, front.width, front.height)


def present_card(holding: Holding, seen: Seen, visit: Visit, words: PiecesWords) -> PieceCard:
    """Present a piece that is held, is about to be, or was."""
    tone, state = TONES[seen.answer], visit.words.answers[seen.answer].headline
    if holding.state is HoldingState.CLAIMING:
        tone, state = Tone.UNDETERMINED, words.job.claiming.title
    elif is_elsewhere(holding, seen):
        tone, state = Tone.CAUTION, words.piece.elsewhere.title
    at, said = _when(holding, words)
    moment = datetime.fromtimestamp(at, UTC)
    return PieceCard(
        seen.name or holding.name or words.piece.unnamed,
        picture_of(seen),
        tone,
        ICONS[tone],
        state,
        said.format(day=date_text(moment, visit.words)),
        machine_text(moment),
        visit.link(f"/pieces/{holding.id}"),
    )


def is_elsewhere(holding: Holding, seen: Seen) -> bool:
    """Say whether the registry names another holder than we do."""
    held = holding.state is HoldingState.HELD
    return held and seen.words is not None and seen.words.owner != holding.address


def _when(holding: Holding, words: PiecesWords) -> tuple[int, str]:
    if holding.state is HoldingState.HELD and holding.held_at is not None:
        return holding.held_at, words.piece.since
    if holding.state is HoldingState.ENDED and holding.held_at is not None and holding.ended_at is not None:
        return holding.ended_at, words.piece.ended
    return holding.created_at, words.piece.asked
