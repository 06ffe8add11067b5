"""Tell labels of ours from other codes in a picture."""

from __future__ import annotations

from collections.abc import Collection

from provenance_schemas.errors import LabelError
from provenance_schemas.labels import parse_label


def is_label_of(text: str, hosts: Collection[str]) -> bool:
    """Say whether `text` is a label in our form, and of one of these hosts."""
    try:
        return parse_label(text).host in hosts
    except LabelError:
        return False
