"""The log of what staff did: who, what, when, which piece. Lines are only added; the database refuses anything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, func, insert, select

from loyalty.adapters.sql_database import Database
from web.store.console_tables import STAFF_LOG
from web.store.people_tables import PERSON

LINES_MAX: Final = 200
_DETAIL_MAX: Final = 200


@unique
class StaffAction(StrEnum):
    """What was done. Append only: it is in the table."""

    REGISTER_ASKED = "register_asked"
    STEP_ASKED = "step_asked"
    LABEL_DRAWN = "label_drawn"
    CARD_DRAWN = "card_drawn"
    CARD_FORGOTTEN = "card_forgotten"
    JOB_RETRIED = "job_retried"
    SUSPICION_HANDLED = "suspicion_handled"
    RUN_MADE = "run_made"
    RUN_DRAWN = "run_drawn"
    RUN_PRINTED = "run_printed"
    RUN_CHECKED = "run_checked"
    RUN_DESTROYED = "run_destroyed"
    RUN_GIVEN_UP = "run_given_up"


@dataclass(frozen=True, slots=True)
class LogLine:
    """One thing that somebody of the house did."""

    at: int
    """Unix seconds."""
    person_id: str
    person: str
    """What they call themselves; empty once their account is gone."""
    action: StaffAction
    token: str
    """Of the piece; empty where it has none yet."""
    detail: str
    """A reference, a kind of step, a format. Never a secret."""


class StaffLog:
    """Reads the log."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def newest(self, *, token: str = "", limit: int = 50) -> tuple[LogLine, ...]:
        """List the newest lines, of one piece where a token is given."""
        query = _lines()
        if token:
            query = query.where(STAFF_LOG.c.token == token)
        query = query.order_by(STAFF_LOG.c.id.desc()).limit(min(limit, LINES_MAX))
        with self.database.reading() as connection:
            return tuple(_line(row) for row in connection.execute(query).mappings())

    def cards_kept(self, *, limit: int = 50) -> tuple[str, ...]:
        """Name the pieces whose card was drawn and whose code was not erased after that, by token."""
        drawn, erased = (
            select(STAFF_LOG.c.token, func.max(STAFF_LOG.c.id).label("last"))
            .where(STAFF_LOG.c.action == action.value)
            .group_by(STAFF_LOG.c.token)
            .subquery()
            for action in (StaffAction.CARD_DRAWN, StaffAction.CARD_FORGOTTEN)
        )
        query = (
            select(drawn.c.token)
            .select_from(drawn.outerjoin(erased, drawn.c.token == erased.c.token))
            .where(func.coalesce(erased.c.last, 0) < drawn.c.last)
            .order_by(drawn.c.last.desc())
            .limit(min(limit, LINES_MAX))
        )
        with self.database.reading() as connection:
            return tuple(connection.execute(query).scalars())


def note(
    connection: Connection, action: StaffAction, person_id: str, now_s: int, *, token: str = "", detail: str = ""
) -> None:
    """Add a line, in the transaction of what it tells of."""
    values = {
        "at": now_s,
        "person_id": person_id,
        "action": action.value,
        "token": token,
        "detail": detail[:_DETAIL_MAX],
    }
    connection.execute(insert(STAFF_LOG).values(values))


def _lines() -> Select[Any]:
    return select(STAFF_LOG, PERSON.c.name.label("person")).select_from(
        STAFF_LOG.outerjoin(PERSON, and_(PERSON.c.id == STAFF_LOG.c.person_id))
    )


def _line(row: Mapping[Any, Any]) -> LogLine:
    return LogLine(
        row["at"], row["person_id"], row["person"] or "", StaffAction(row["action"]), row["token"], row["detail"]
    )
