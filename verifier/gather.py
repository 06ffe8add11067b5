"""Ask the world about one item. All input and output of a verification is here, none of the judgement.

Never raises for an unreachable world: it says so in Evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from provenance_schemas.content_id import DAG_PB, ContentId
from provenance_schemas.ids import Address, BlockRef, ItemId
from provenance_schemas.labels import Label, label_commitment
from provenance_schemas.passports import Passport
from provenance_schemas.steps import StepDocument
from verifier.documents import DocumentReader
from verifier.errors import ChainUnavailableError, UnavailableError
from verifier.evidence import (
    NO_CHAIN,
    Absent,
    Candidate,
    Evidence,
    History,
    Malformed,
    Registered,
    Shown,
    Unavailable,
    is_disputed,
)
from verifier.history import Entry, ItemWords, ReplayError, documented_steps, number_entries, replay
from verifier.label_map import LabelMap, LookUp
from verifier.limits import CANDIDATES_MAX, ENTRIES_MAX
from verifier.ports import (
    ActorWord,
    ChainReader,
    ContentStore,
    HistorySource,
    RegistryState,
    ScanLog,
    Tips,
)
from verifier.scan_facts import gather_scans
from verifier.trust import Brand


@dataclass(frozen=True, slots=True)
class RegistryAccess:
    """Everything needed to ask about the items of one registry."""

    brand: Brand
    chain: ChainReader
    histories: tuple[HistorySource, ...]
    """Tried in order until one replays to the words on chain: an index first, the node's own logs after."""
    content: ContentStore
    labels: LabelMap
    documents: DocumentReader


def _day(time_s: int) -> str:
    return datetime.fromtimestamp(time_s, UTC).date().isoformat()


def gather_evidence(
    subject: Label | ItemId,
    access: RegistryAccess,
    checked_at: datetime,
    *,
    scan_log: ScanLog | None = None,
    possession: Shown = Absent(),  # noqa: B008 - frozen
) -> Evidence:
    """Collect what can be had about the item a label names, or a token; how the label is used comes last."""
    evidence = _gather(subject, access, checked_at)
    if scan_log is None and isinstance(possession, Absent):
        return evidence
    return replace(evidence, scans=gather_scans(subject, scan_log, checked_at), possession=possession)


def _gather(subject: Label | ItemId, access: RegistryAccess, checked_at: datetime) -> Evidence:
    """Ask the registry, then the store.

    1. Fix the two blocks.
    2. Read the registry's words and find the item, at the final block.
    3. Read its passport.
    4. Read its history until it replays, then the actors and the documents it names.
    """
    label = subject if isinstance(subject, Label) else Absent()
    try:
        tips = access.chain.tips()
    except ChainUnavailableError as error:
        gap = Unavailable(str(error))
        return Evidence(checked_at, label, access.brand, gap, gap, gap, gap, gap, gap, gap, gap, gap)
    search = _Search(access, tips, checked_at, label)
    return search.evidence(subject)


class _Search:
    """One verification under way. Holds what the steps share, nothing outlives it."""

    def __init__(self, access: RegistryAccess, tips: Tips, checked_at: datetime, label: Label | Absent) -> None:
        self.access = access
        self.tips = tips
        self.checked_at = checked_at
        self.label = label

    def evidence(self, subject: Label | ItemId) -> Evidence:
        try:
            guess = self._guess(subject)
            state = self.access.chain.read([guess] if guess else [], [], self.tips.final)
        except ChainUnavailableError as error:
            gap = Unavailable(str(error))
            return self._blank(gap, gap, gap)
        code_hash = state.code_hash if state.code_hash is not None else Absent()
        if code_hash != self.access.brand.registry.code_hash:
            # Words of a contract we do not know mean nothing, so none of them is read.
            return self._blank(code_hash, Unavailable("the contract is not the one we trust"), Unavailable(NO_CHAIN))
        item, candidates = self._identify(subject, state)
        if not isinstance(item, ItemId):
            return self._blank(code_hash, candidates, item)
        registered = self._registered(item, state)
        if not isinstance(registered, Registered):
            return self._blank(code_hash, candidates, item, registered)
        # Asked for early: the history is read meanwhile.
        passport = self._passport(item, registered.final)
        if isinstance(subject, ItemId):
            candidates = self._candidates_of(passport(), state)
        return self._complete(code_hash, candidates, item, registered, passport)

    def _guess(self, subject: Label | ItemId) -> ItemId | None:
        if isinstance(subject, ItemId):
            return subject
        return self.access.labels.guess(label_commitment(subject.gtin, subject.serial))

    # ---- the item

    def _identify(
        self, subject: Label | ItemId, state: RegistryState
    ) -> tuple[ItemId | Absent | Unavailable, tuple[Candidate, ...] | Unavailable]:
        if isinstance(subject, ItemId):
            return subject, Unavailable("not looked for yet")
        found = self._candidates(label_commitment(subject.gtin, subject.serial), state.issuance, self.tips.final)
        if isinstance(found, Unavailable):
            return found, found
        if found:
            return self._first_undisputed(found), found
        return self._absent_at_latest(subject), found

    def _candidates(self, commitment: bytes, issuance: int, at: BlockRef) -> tuple[Candidate, ...] | Unavailable:
        try:
            found = self.access.labels.look_up(commitment, issuance, at.number, self.access.histories)
        except UnavailableError as error:
            return Unavailable(str(error))
        if not found.unread and len(found.candidates) <= CANDIDATES_MAX:
            return found.candidates
        return self._sifted(found)

    def _sifted(self, found: LookUp) -> tuple[Candidate, ...] | Unavailable:
        """Put disputed issuances aside: what a stolen key wrote must neither hide nor crowd out what is genuine."""
        names = {c.registrar for c in found.candidates} | {c.tied_by for c in found.candidates}
        actors = self._actors(names | {unread.actor for unread in found.unread})
        if isinstance(actors, Unavailable):
            return actors
        for unread in found.unread:
            if not actors[unread.actor].disputes(unread.issued_at):
                return Unavailable(f"what was registered on {_day(unread.issued_at)} could not be read: {unread.why}")
        candidates = sorted(found.candidates, key=lambda candidate: is_disputed(candidate, actors))
        return tuple(candidates[:CANDIDATES_MAX])

    def _candidates_of(
        self, passport: Passport | Malformed | Unavailable, state: RegistryState
    ) -> tuple[Candidate, ...] | Unavailable:
        if not isinstance(passport, Passport):
            return Unavailable("without the passport there is no commitment to look for")
        return self._candidates(passport.commitment, state.issuance, self.tips.final)

    def _absent_at_latest(self, label: Label) -> Absent | Unavailable:
        """Nothing found at the final block. A registration that is not final yet is no absence."""
        if self.tips.latest.hash == self.tips.final.hash:
            return Absent()
        try:
            issuance = self._read([], [], self.tips.latest).issuance
        except ChainUnavailableError as error:
            return Unavailable(str(error))
        newer = self._candidates(label_commitment(label.gtin, label.serial), issuance, self.tips.latest)
        if isinstance(newer, Unavailable):
            return newer
        return Unavailable("registered in a block that is not final yet") if newer else Absent()

    def _first_undisputed(self, found: tuple[Candidate, ...]) -> ItemId:
        if len(found) == 1:
            return found[0].item
        actors = self._actors({c.registrar for c in found} | {c.tied_by for c in found})
        if isinstance(actors, Unavailable):
            return found[0].item
        return min(found, key=lambda candidate: is_disputed(candidate, actors)).item

    # ---- its words

    def _registered(self, item: ItemId, state: RegistryState) -> Registered | Absent | Unavailable:
        try:
            if item.token_id not in state.items:
                state = self._read([item], [], self.tips.final)
            words = state.items[item.token_id]
        except ChainUnavailableError as error:
            return Unavailable(str(error))
        if self.tips.latest.hash == self.tips.final.hash:
            return Registered(words, words) if words else Absent()
        latest = self._latest_words(item)
        if words is None:
            if latest is None:
                return Absent()
            return latest if isinstance(latest, Unavailable) else Unavailable("registered, but not final yet")
        return Registered(words, latest or Unavailable("the newest block does not hold this item any more"))

    def _read(self, items: Sequence[ItemId], actors: Sequence[Address], at: BlockRef) -> RegistryState:
        """Read words of the contract we trust; at a block where another one stands there, no word means anything."""
        state = self.access.chain.read(items, actors, at)
        if state.code_hash != self.access.brand.registry.code_hash:
            raise ChainUnavailableError(f"the contract is not the one we trust at block {at.number}")
        return state

    def _latest_words(self, item: ItemId) -> ItemWords | Unavailable | None:
        try:
            return self._read([item], [], self.tips.latest).items[item.token_id]
        except ChainUnavailableError as error:
            return Unavailable(str(error))

    def _actors(self, addresses: set[Address]) -> Mapping[Address, ActorWord] | Unavailable:
        try:
            return self._read([], sorted(addresses), self.tips.final).actors
        except ChainUnavailableError as error:
            return Unavailable(str(error))

    # ---- its history and documents

    def _history(self, item: ItemId, registered: Registered) -> History | Unavailable:
        why = "no source of events"
        until = self.tips.final if isinstance(registered.latest, Unavailable) else self.tips.latest
        for source in self.access.histories:
            try:
                found = source.entries(item, until_block=until.number, count_max=ENTRIES_MAX)
                return self._replayed(item, registered, number_entries(found))
            except ChainUnavailableError as error:
                why = str(error)
            except ReplayError as error:
                why = str(error)
        return Unavailable(why)

    def _replayed(self, item: ItemId, registered: Registered, entries: Sequence[Entry]) -> History:
        final = tuple(e for e in entries if e.block_number <= self.tips.final.number)
        replay(item, registered.final, final)
        if isinstance(registered.latest, Unavailable):
            return History(final)
        pending = tuple(entries[len(final) :])
        if pending or registered.latest != registered.final:  # also where none is pending: a hidden one shows here
            replay(item, registered.latest, entries)
        return History(final, pending)

    def _passport(self, item: ItemId, words: ItemWords) -> Callable[[], Passport | Malformed | Unavailable]:
        return self.access.documents.passport_soon(ContentId(DAG_PB, words.passports), item.index)

    def _complete(
        self,
        code_hash: bytes | Absent,
        candidates: tuple[Candidate, ...] | Unavailable,
        item: ItemId,
        registered: Registered,
        passport: Callable[[], Passport | Malformed | Unavailable],
    ) -> Evidence:
        history = self._history(item, registered)
        actors: set[Address] = set()
        if isinstance(candidates, tuple):
            actors = {c.registrar for c in candidates} | {c.tied_by for c in candidates}
        documents: dict[ContentId, StepDocument | Malformed | Unavailable] = {}
        if isinstance(history, History):
            actors |= {entry.meta.actor for entry in history.final}
            steps = documented_steps(history.final)
            documents = self.access.documents.steps(entry.document for entry in steps if entry.document)
        return Evidence(
            self.checked_at,
            self.label,
            self.access.brand,
            self.tips.final,
            self.tips.latest,
            code_hash,
            candidates,
            item,
            registered,
            history,
            self._actors(actors),
            passport(),
            documents,
        )

    def _blank(
        self,
        code_hash: bytes | Absent | Unavailable,
        candidates: tuple[Candidate, ...] | Unavailable,
        item: ItemId | Absent | Unavailable,
        registered: Absent | Unavailable | None = None,
    ) -> Evidence:
        """Fill in the rest as not had, once the search for the item is over."""
        gap = Unavailable("there is no item to look at" if isinstance(item, Absent) else "the item was not read")
        if registered is None:
            registered = Absent() if isinstance(item, Absent) else gap
        return Evidence(
            self.checked_at,
            self.label,
            self.access.brand,
            self.tips.final,
            self.tips.latest,
            code_hash,
            candidates,
            item,
            registered,
            gap,
            gap,
            gap,
        )
