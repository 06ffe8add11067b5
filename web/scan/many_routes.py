"""The page where many labels are checked at once. Its lists come by POST alone: an address would be kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, request

from provenance_schemas.labels import Label, format_label
from web.access import public
from web.headers import Feature, allow
from web.limits import LimitName, limited
from web.parts import Parts
from web.presenters.frame import Visit
from web.presenters.many import (
    ManyRow,
    checked_row,
    postponed_row,
    present_many,
    refused_row,
    repeated_row,
)
from web.presenters.pages import CameraSetup
from web.rendering import render_page
from web.scan.many import (
    LABELS_MAX,
    Checked,
    ListFault,
    ListRefusedError,
    NoLabel,
    Outcome,
    Postponed,
    Repeated,
    check_lines,
    lines_of,
)
from web.scan.scans import answered
from web.visits import visit_of

FIELD: Final = "labels"
_GIVEN_BACK_MAX: Final = 64 * 1024
"""Of a list that is refused: more is nobody's list of labels."""


def add_many_pages(
    blueprint: Blueprint, parts: Parts, camera: CameraSetup, clock: Callable[[], float] = time.monotonic
) -> None:
    """Serve `/scan/many`."""

    @blueprint.get("/scan/many")
    @public
    def many() -> Response:
        allow(Feature.CAMERA)
        return render_page("many.html", present_many(visit_of(request, parts.trust), camera, LABELS_MAX))

    @blueprint.post("/scan/many")
    @public
    @limited(LimitName.LOOKUP)
    def check_many() -> Response:
        allow(Feature.CAMERA)
        visit, sent = visit_of(request, parts.trust), request.form.get(FIELD, "")
        try:
            lines = lines_of(sent)
        except ListRefusedError as refused:
            return _refused(refused, sent, visit, camera)
        outcomes = check_lines(lines, visit.host, parts.trust, lambda text: answered(parts.verifier, text), clock)
        return _answer(outcomes, visit, camera)


def _refused(refused: ListRefusedError, sent: str, visit: Visit, camera: CameraSetup) -> Response:
    """Give the list back as it was sent, with what to change."""
    words = visit.words.many
    said = {
        ListFault.EMPTY: words.empty,
        ListFault.TOO_MANY: words.too_many.format(count=refused.count, count_max=LABELS_MAX),
        ListFault.TOO_LONG: words.too_long.format(row=refused.row),
    }[refused.fault]
    kept, status = sent[:_GIVEN_BACK_MAX], HTTPStatus.UNPROCESSABLE_ENTITY
    return render_page("many.html", present_many(visit, camera, LABELS_MAX, labels=kept, fault=said, status=status))


def _answer(outcomes: Sequence[Outcome], visit: Visit, camera: CameraSetup) -> Response:
    left = "\n".join(each.text for each in outcomes if isinstance(each, Postponed))
    rows = [_row(each, visit) for each in outcomes]
    page = present_many(visit, camera, LABELS_MAX, rows=rows, labels=left, postponed=bool(left))
    return render_page("many.html", page)


def _row(outcome: Outcome, visit: Visit) -> ManyRow:
    match outcome:
        case Checked(row, label, verification):
            return checked_row(row, label.serial, _href(label, visit), verification, visit)
        case Repeated(row, label, first_row):
            return repeated_row(row, label.serial, first_row, visit)
        case NoLabel(row, text, refusal, host):
            return refused_row(row, text, refusal, host, visit)
        case Postponed(row, label, _):
            return postponed_row(row, label.serial, visit)


def _href(label: Label, visit: Visit) -> str:
    """Lead to the label's own page: on this host by its path, on another host of ours by its address."""
    here = label.host == visit.host
    path = f"/01/{label.gtin}/21/{label.serial}"
    return visit.link(path if here else format_label(label.host, label.gtin, label.serial, upper=False))
