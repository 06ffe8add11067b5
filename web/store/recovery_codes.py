"""Recovery codes, as the table knows them: hashes of 80 random bits each, with the moment they were used."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from web.store.people_tables import RECOVERY_CODE


def replace_codes(connection: Connection, person_id: str, hashes: Collection[bytes], now_s: int) -> bool:
    """Keep these codes and no others; says whether there were others."""
    earlier = connection.execute(delete(RECOVERY_CODE).where(RECOVERY_CODE.c.person_id == person_id))
    rows = [{"hash": each, "person_id": person_id, "made_at": now_s} for each in hashes]
    connection.execute(insert(RECOVERY_CODE), rows)
    return earlier.rowcount > 0


def use_code(connection: Connection, code_hash: bytes, now_s: int) -> str | None:
    """Use a code up, and say whose it was; None when it is unknown or used. Two at once: one of them."""
    taken = connection.execute(
        update(RECOVERY_CODE)
        .where(and_(RECOVERY_CODE.c.hash == code_hash, RECOVERY_CODE.c.used_at.is_(None)))
        .values(used_at=now_s)
    )
    if taken.rowcount != 1:
        return None
    query = select(RECOVERY_CODE.c.person_id).where(RECOVERY_CODE.c.hash == code_hash)
    person_id: str = connection.execute(query).scalar_one()
    return person_id


def count_codes(connection: Connection, person_id: str) -> int:
    """Count the codes that still work."""
    query = (
        select(func.count())
        .select_from(RECOVERY_CODE)
        .where(and_(RECOVERY_CODE.c.person_id == person_id, RECOVERY_CODE.c.used_at.is_(None)))
    )
    count: int = connection.execute(query).scalar_one()
    return count


def are_codes_of(connection: Connection, person_id: str, hashes: Collection[bytes]) -> bool:
    """Say whether every one of these is a working code of this person."""
    query = (
        select(func.count())
        .select_from(RECOVERY_CODE)
        .where(
            and_(
                RECOVERY_CODE.c.person_id == person_id,
                RECOVERY_CODE.c.used_at.is_(None),
                RECOVERY_CODE.c.hash.in_(set(hashes)),
            )
        )
    )
    found: int = connection.execute(query).scalar_one()
    return found == len(set(hashes)) > 0
