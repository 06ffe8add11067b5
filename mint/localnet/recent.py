"""A bounded memory of things that never change."""

from __future__ import annotations

from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """Remember up to `size_max` values. Only for what never changes: forgetting costs time, nothing else.

    Safe between threads: each step is one dictionary operation, and any mix of them leaves a right answer.
    """

    def __init__(self, size_max: int) -> None:
        self._size_max = size_max
        self._values: dict[Key, Value] = {}

    def get(self, key: Key) -> Value | None:
        """Give the value, or None where it is not remembered."""
        return self._values.get(key)

    def put(self, key: Key, value: Value) -> None:
        """Remember `value`. A full memory starts over."""
        if len(self._values) >= self._size_max:
            self._values.clear()
        self._values[key] = value
