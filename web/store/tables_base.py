"""Where the tables of the site are declared: one metadata, one naming of constraints."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Integer, MetaData

METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Number: Final = BigInteger().with_variant(Integer, "sqlite")
"""64 bits everywhere: PostgreSQL's own integer ends in 2038, and below the count of a passkey. In SQLite the type that
makes a primary key the row's own number."""
