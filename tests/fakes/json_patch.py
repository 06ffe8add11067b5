"""The three JSON Patch (RFC 6902) operations that the document vectors use."""

from __future__ import annotations

import copy


def patched(document, patch):
    """Give a changed copy of `document`."""
    result = copy.deepcopy(document)
    for change in patch:
        *path, last = [p.replace("~1", "/").replace("~0", "~") for p in change["path"].split("/")[1:]]
        parent = result
        for step in path:
            parent = parent[int(step) if isinstance(parent, list) else step]
        if isinstance(parent, list):
            last = len(parent) if last == "-" else int(last)
        if change["op"] == "remove":
            del parent[last]
        elif change["op"] == "add" and isinstance(parent, list):
            parent.insert(last, change["value"])
        else:
            parent[last] = change["value"]
    return result
