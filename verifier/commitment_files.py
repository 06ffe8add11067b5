"""Read the commitment files of one batch, whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from provenance_schemas.commitments import CommitmentsFile, commitments_path, join_commitments, parse_commitments
from provenance_schemas.content_id import ContentId
from provenance_schemas.errors import DocumentError
from provenance_schemas.unixfs_read import checked, resolve_path

_PARTS_MAX: Final = 8  # 4,096 pieces, 512 a file


def batch_commitments(root: ContentId, count: int, get: Callable[[ContentId], bytes]) -> dict[bytes, int]:
    """Give each commitment of a batch directory with its index.

    Raises SchemaError when the directory proves not to hold all the files of `count` pieces, and whatever `get`
    raises when a block cannot be had.
    """
    files: list[CommitmentsFile] = []
    parts = 1
    while len(files) < parts:
        cid = resolve_path(root, commitments_path(len(files)), get).target
        if cid is None:
            raise DocumentError("", f"the batch directory lacks commitments file {len(files)}")
        files.append(parse_commitments(checked(cid, get)))
        parts = files[0].parts
        if parts > _PARTS_MAX:
            raise DocumentError("/parts", f"{parts} files, at most {_PARTS_MAX}")
    return join_commitments(files, count)
