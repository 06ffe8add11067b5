"""People who use the site all the while: they scan, collect, claim, report and register, and note what was promised."""

from __future__ import annotations

import http.client
import itertools
import json
import random
import re
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from loyalty.adapters.sql_database import Database, DatabaseUnavailableError
from provenance_schemas.claim_codes import ClaimCode
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.site import some_photo
from verifier import answers
from verifier.verdict import Level
from web.pieces.act_pages import REPORTS
from web.store.people import Role, add_person
from web.store.sessions import SessionStore

_TOKEN = re.compile(r'name="scan" value="([^"]+)"')
_ONCE = re.compile(r'name="once" value="([^"]+)"')
_DRAFT = re.compile(r'name="draft" value="([0-9a-f]{32})"')
_ALT = re.compile(r'id="(alt_[0-9a-f]{32})"')
_TIMEOUT_S = 30
_TRIES = 40
_PAUSE_S = 0.25
_LOST_REPORT = next(name for name, wish in REPORTS.items() if wish.kind is EntryKind.REPORTED_LOST)
UNDETERMINED = "undetermined"
LOG_AWAY = (answers.Answer.VERIFIED.value, answers.Answer.ACTIVITY_UNKNOWN.value)
"""Truth and answer while the scan log is away: a caution that names what is not known claims nothing false."""


class BrokenError(Exception):
    """The connection broke before an answer came: nothing was promised."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    location: str
    text: str


@dataclass
class Record:
    """What was promised, by whom it was heard, and what was wrong. Shared by all who use the site."""

    awards: list[tuple[str, str]] = field(default_factory=list)
    """(person, award id)."""
    claims: list[tuple[str, str]] = field(default_factory=list)
    """(person, holding id)."""
    reports: list[str] = field(default_factory=list)
    """Holding ids."""
    registrations: list[tuple[str, str]] = field(default_factory=list)
    """(job id, reference)."""
    scans: list[tuple[str, str]] = field(default_factory=list)
    """(person, item)."""
    false_verdicts: list[str] = field(default_factory=list)
    verdicts: Counter[str] = field(default_factory=Counter)
    open: Counter[str] = field(default_factory=Counter)
    """Requests that wait for their answer, by what they are for."""
    broken: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    crashes: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def asking(self, what: str) -> Iterator[None]:
        """Count a request as under way."""
        with self.lock:
            self.open[what] += 1
        try:
            yield
        except BrokenError:
            with self.lock:
                self.broken[what] += 1
            raise
        finally:
            with self.lock:
                self.open[what] -= 1


class Browser:
    """One person's browser, signed in with a passkey shown a moment ago."""

    _numbers = itertools.count(1)

    def __init__(self, port: int, database: Database, record: Record, network: str, role: Role = Role.MEMBER) -> None:
        self._port, self._record, self._network = port, record, network
        now_s = int(time.time())
        with database.writing() as connection:
            person = add_person(connection, f"Customer {next(self._numbers)}", role, "en", now_s)
        started = SessionStore(database).start(person, now_s, device="")
        self.person = person.id
        self.csrf = started.session.csrf
        self._cookies = {"__Host-assay": started.token}

    def get(self, what: str, path: str, accept: str = "text/html") -> Answer:
        """Open a page."""
        return self._ask(what, "GET", path, b"", {"Accept": accept})

    def post(self, what: str, path: str, fields: dict[str, str]) -> Answer:
        """Send a form."""
        body = urllib.parse.urlencode({"csrf_token": self.csrf} | fields).encode()
        return self._ask(what, "POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def upload(self, what: str, path: str, fields: dict[str, object]) -> Answer:
        """Send a form with files."""
        values = MultiDict({"csrf_token": self.csrf} | fields)
        boundary, body = encode_multipart(values)
        return self._ask(what, "POST", path, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})

    def _ask(self, what: str, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        headers |= {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
            "X-Forwarded-For": self._network,
            "X-Forwarded-Proto": "https",
            "Sec-Fetch-Site": "same-origin",
            "User-Agent": "Mozilla/5.0 Firefox/140.0",
        }
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_TIMEOUT_S)
        with self._record.asking(what):
            try:
                connection.request(method, path, body, headers)
                response = connection.getresponse()
                text = response.read().decode("utf-8", "replace")
            except (OSError, http.client.HTTPException) as error:
                raise BrokenError(what) from error
            finally:
                connection.close()
        for cookie in response.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        return Answer(response.status, response.headers.get("Location") or "", text)


@dataclass(frozen=True)
class Piece:
    """What a customer holds: a label, and a card."""

    reference: str
    path: str
    serial: str
    gtin: str
    code: ClaimCode | None = field(repr=False)
    truth: str = ""
    """The answer that was given for it before any fault."""


class Load:
    """Threads of people, until told to stop."""

    def __init__(self, port: int, database: Database, record: Record, seed: int) -> None:
        self._port, self._database, self._record = port, database, record
        self._random = random.Random(seed)
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._networks = itertools.count(1)

    def start(self, name: str, work: Callable[[], bool], pause_s: float = 0.0) -> None:
        """Do `work` again and again, until it says that nothing is left."""

        def run() -> None:
            while not self._stopping.is_set():
                try:
                    if not work():
                        return
                    self._stopping.wait(pause_s)
                except (BrokenError, DatabaseUnavailableError):
                    time.sleep(_PAUSE_S)
                except Exception as error:  # noqa: BLE001 - told at the end
                    self._record.crashes.append(f"{name}: {error!r}")
                    return

        thread = threading.Thread(target=run, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def stop(self) -> None:
        """Let everybody finish what they are at."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(_TIMEOUT_S * 2)

    def browser(self, role: Role = Role.MEMBER) -> Browser:
        """Let somebody in, from a network of their own."""
        number = next(self._networks)
        return Browser(self._port, self._database, self._record, f"10.{number >> 8 & 255}.{number & 255}.7", role)

    # ---- what people do

    def look(self, browser: Browser, pieces: list[Piece]) -> bool:
        """Look a label up, and hold the answer against the truth."""
        piece = self._random.choice(pieces)
        answer = browser.get("look", piece.path, "application/json")
        said = self._answer(answer)
        with self._record.lock:
            self._record.verdicts[said] += 1
            honest = said in {piece.truth, UNDETERMINED, str(answer.status)} or (piece.truth, said) == LOG_AWAY
            if not honest or said in {"404", "410"} - {piece.truth}:
                self._record.false_verdicts.append(f"{piece.reference}: {said}, and the truth is {piece.truth}")
        return True

    def answer_of(self, browser: Browser, piece: Piece) -> str:
        """Ask what is said of a piece while all is well."""
        return self._answer(browser.get("look", piece.path, "application/json"))

    @staticmethod
    def _answer(answer: Answer) -> str:
        try:
            value = json.loads(answer.text)
        except ValueError:
            return str(answer.status)
        level = value.get("level")
        if level is None:
            return str(answer.status)
        return UNDETERMINED if level == Level.UNDETERMINED.value else str(value["answer"])

    def report_scan(self, piece: Piece) -> bool:
        """Look at a label while signed in, and report the scan; again when no answer came."""
        browser = self.browser()
        token, item = self._token(browser, piece)
        if token and self._until_heard(lambda: browser.post("scan", "/scans", {"scan": token}), HTTPStatus.NO_CONTENT):
            with self._record.lock:
                self._record.scans.append((browser.person, item))
        return True

    def collect(self, piece: Piece) -> bool:
        """Collect the points of a check; again, with the same check, when no answer came."""
        browser = self.browser()
        token, _ = self._token(browser, piece)
        if not token:
            return True
        heard = self._until_heard(
            lambda: browser.post("award", "/points/collect", {"scan": token}), HTTPStatus.SEE_OTHER
        )
        if heard is not None and (found := re.search(r"earned=([0-9]+)", heard.location)):
            with self._record.lock:
                self._record.awards.append((browser.person, found[1]))
        return True

    def _token(self, browser: Browser, piece: Piece) -> tuple[str, str]:
        page = browser.get("look", piece.path)
        found = _TOKEN.search(page.text)
        return (found[1] if found else "", piece.reference)

    def claim(self, piece: Piece) -> str:
        """Claim a piece; gives the holding's id, empty when it was refused."""
        browser = self.browser()
        assert piece.code is not None
        for _ in range(_TRIES):
            try:
                browser.post("claim", "/claim", {"serial": piece.serial, "gtin": piece.gtin})
                answer = browser.post("claim", "/claim/code", {"code": piece.code.symbols})
                if answer.status == HTTPStatus.SEE_OTHER and answer.location.startswith("/pieces/"):
                    return self._claimed(browser, answer.location)
                known = browser.get("claim", "/pieces")
                if (found := re.search(r'href="(/pieces/[0-9a-f]{32})', known.text)) is not None:
                    return self._claimed(browser, found[1])  # it was asked for, and the answer got lost
            except BrokenError:
                pass
            time.sleep(_PAUSE_S)
        self._refused("claim")
        return ""

    def _claimed(self, browser: Browser, path: str) -> str:
        holding = path.partition("?")[0].rpartition("/")[2]
        with self._record.lock:
            self._record.claims.append((browser.person, holding))
        self._report(browser, holding)
        return holding

    def _report(self, browser: Browser, holding: str) -> None:
        """Report the piece as lost, once it is held."""
        path = f"/pieces/{holding}/report"
        for _ in range(_TRIES * 4):
            if self._stopping.is_set():
                return
            try:
                once = _ONCE.search(browser.get("report", f"{path}?what={_LOST_REPORT}").text)
                if once is not None:
                    form = {"once": once[1], "what": _LOST_REPORT}
                    answer = self._until_heard(lambda: browser.post("report", path, form), HTTPStatus.SEE_OTHER)  # noqa: B023
                    if answer is not None and answer.status == HTTPStatus.SEE_OTHER:
                        with self._record.lock:
                            self._record.reports.append(holding)
                    return
            except BrokenError:
                pass
            time.sleep(_PAUSE_S * 2)
        self._refused("report")

    def register(self, reference: str) -> bool:
        """Register a piece by the console's form."""
        browser = self.browser(Role.STAFF)
        draft = _DRAFT.search(self._page(browser, "/console/register"))
        if draft is None:
            self._refused("register")
            return True
        form: dict[str, object] = _FORM | {"draft": draft[1], "reference": reference}
        photos = {"photos": FileStorage(_Bytes(some_photo()), "a.jpg"), "do": "photos"}
        sent = browser.upload("register", "/console/register", form | photos)
        alt = _ALT.search(sent.text)
        if alt is None:
            self._refused("register")
            return True
        browser.upload("register", "/console/register", form | {alt[1]: "The front"})
        path = f"/console/register/{draft[1]}"
        heard = self._until_heard(lambda: browser.post("register", path, {}), HTTPStatus.SEE_OTHER)
        if heard is not None and "/console/jobs/" in heard.location:
            with self._record.lock:
                self._record.registrations.append((heard.location.partition("?")[0].rpartition("/")[2], reference))
        return True

    def _page(self, browser: Browser, path: str) -> str:
        return browser.get("register", path).text

    def _until_heard(self, ask: Callable[[], Answer], wanted: HTTPStatus) -> Answer | None:
        """Ask again while nothing is heard, or the site says that it cannot now."""
        for _ in range(_TRIES):
            try:
                answer = ask()
            except BrokenError:
                time.sleep(_PAUSE_S)
                continue
            if answer.status == wanted:
                return answer
            if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                self._refused(f"{wanted.phrase} expected, {answer.status} heard")
                return None
            time.sleep(_PAUSE_S)
        return None

    def _refused(self, what: str) -> None:
        with self._record.lock:
            self._record.refused[what] += 1


class _Bytes:
    """Bytes as a stream that `FileStorage` reads once."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def read(self, size: int = -1) -> bytes:
        """Give the next so many bytes."""
        size = len(self._content) if size < 0 else size
        part, self._content = self._content[:size], self._content[size:]
        return part


_FORM: dict[str, object] = {
    "gtin": "09521321000018",
    "name": "Aurore 25, noir",
    "model": "Aurore 25",
    "category": "handbag",
    "country": "FR",
    "description": "A hand-stitched bag.",
    "material_1_name": "Calf leather",
    "mark_1_text": "Eleven stitches",
    "mark_2_text": "Blue lining",
    "mark_3_text": "Stamp A25",
    "quantity": "1",
}
