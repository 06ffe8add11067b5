"""How deep JSON nests, found before a parser goes down there.

The standard parser takes a frame of C stack a level, and stops at the interpreter's recursion limit. Some chain
libraries raise that limit far beyond what the stack holds: then a few kilobytes of brackets end the process.
"""

from __future__ import annotations

import re
from typing import Final

# A text to its end, closed or not, so that brackets in it do not count; or one bracket.
_TOKENS: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)
_STEPS: Final = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}


def nests_deeper(content: bytes, depth_max: int) -> bool:
    """Say whether some value of this JSON stands inside more than `depth_max` arrays and objects.

    Linear in time, no recursion. Of bytes that are not JSON only what comes before the fault counts.
    """
    if content.count(b"[") + content.count(b"{") <= depth_max:
        return False
    depth = 0
    for token in _TOKENS.finditer(content):
        depth += _STEPS.get(token[0], 0)
        if depth > depth_max:
            return True
    return False
