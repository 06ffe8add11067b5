"""The pages beside the verdict: looking a piece up, and errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from verifier.image_limits import SIZE_MAX_BYTES
from web.presenters.catalogue import Refusal
from web.presenters.frame import Frame, Visit, make_frame
from web.presenters.scan_words import CameraWords, ScanWords
from web.presenters.verdict import REPORT_PATH

SCAN_SCRIPTS: Final = ("scan-camera", "scan-photo", "scan-typing")
SCAN_MODULES: Final = tuple(
    f"/static/js/{name}.js"
    for name in ("scan-label", "scan-native", "scan-serial", "scan-stream", "scan-viewer", "scan-voice", "words")
)
"""What the scripts import, fetched at once rather than one after the other. What only the tap needs comes with it."""
SAID_OF_A_CODE: Final = (Refusal.FOREIGN_HOST, Refusal.NOT_A_LABEL)
_SUSPICIOUS: Final = frozenset(
    {Refusal.FOREIGN_HOST, Refusal.NOT_A_LABEL, Refusal.SEVERAL_LABELS, Refusal.SERIAL_WRONG, Refusal.GTIN_WRONG}
)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the last try led nowhere."""

    text: str
    detail: str
    """The technical reason, in English; may be empty."""
    report_href: str = ""
    """Where to tell the house of a piece that looks wrong; empty where only the photo or the typing is."""


@dataclass(frozen=True, slots=True)
class CameraSetup:
    """What the live camera needs to know of the site."""

    hosts: tuple[str, ...]
    """Whose labels it follows."""
    workers: tuple[str, ...]
    """Addresses of the scripts that read codes where the browser does not, or not well; empty where there are none."""


@dataclass(frozen=True, slots=True)
class CameraPanel:
    """The panel of the live camera."""

    hosts: str
    workers: str
    """Both with spaces between."""
    lookup_href: str
    """Where one picture goes, if the person agrees."""
    language_query: str
    """Goes behind a label's path, so that its page speaks the language asked for."""
    title: str
    says: Mapping[str, str]
    """Its words by the name of each state, button and advice."""
    words: CameraWords


@dataclass(frozen=True, slots=True)
class ScanPage:
    """The ways to look a piece up, with what went wrong the last time."""

    frame: Frame
    status: int
    action_href: str
    problem: Problem | None
    gtin: str
    serial: str
    """Both as typed the last time: in a page that nothing keeps, to whoever typed them."""
    camera: CameraPanel
    modules: tuple[str, ...]
    many_href: str
    photo_max_bytes: int
    photo_says: Mapping[str, str]
    typing_says: Mapping[str, str]
    words: ScanWords


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """An error that is not about a piece."""

    frame: Frame
    status: int
    headline: str
    lead: str


def problem_of(refusal: Refusal, visit: Visit, *, detail: str = "", host: str = "") -> Problem:
    """Put a refusal into words; `host` is the foreign address, printed and never linked."""
    report = visit.link(REPORT_PATH) if refusal in _SUSPICIOUS else ""
    return Problem(visit.words.refusals[refusal].format(host=host), detail, report)


def present_scan(
    visit: Visit,
    camera: CameraSetup,
    problem: Problem | None = None,
    *,
    status: int = 200,
    gtin: str = "",
    serial: str = "",
) -> ScanPage:
    """Present the ways to look a piece up."""
    words = visit.words.scan
    refusals = {refusal.value: visit.words.refusals[refusal] for refusal in SAID_OF_A_CODE}
    return ScanPage(
        frame=make_frame(visit, words.headline, other_path="/", scripts=SCAN_SCRIPTS),
        status=status,
        action_href=visit.link("/scan"),
        problem=problem,
        gtin=gtin,
        serial=serial,
        camera=present_camera(visit, camera, words.camera.title, refusals),
        modules=SCAN_MODULES,
        many_href=visit.link("/scan/many"),
        photo_max_bytes=SIZE_MAX_BYTES,
        photo_says=asdict(words.photo),
        typing_says=asdict(words.typing),
        words=words,
    )


def present_camera(visit: Visit, setup: CameraSetup, title: str, says: Mapping[str, str]) -> CameraPanel:
    """Present the camera's panel; `says` are the words of its page beside those of every camera."""
    words = visit.words.scan.camera
    return CameraPanel(
        hosts=" ".join(setup.hosts),
        workers=" ".join(setup.workers),
        lookup_href=visit.link("/scan"),
        language_query=visit.link(""),
        title=title,
        says={**asdict(words), **says},
        words=words,
    )


def present_error(status: int, visit: Visit) -> ErrorPage:
    """Present an error page; a status without words of its own has those of 400 or 500."""
    said = visit.words.errors.get(status) or visit.words.errors[400 if status < 500 else 500]
    return ErrorPage(make_frame(visit, said.headline, other_path="/"), status, said.headline, said.lead)
