"""Pages of lists that are in memory, by the same addresses as those of `keyset`."""
from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpRequest

from . import keyset
from .access import ids_in


class ListPage:
    """A page of `rows` that are in memory, as the address asks for it.

    `key` tells of a row what no other has, and what the address names it by.
    """

    def __init__(self, request: HttpRequest, rows: list[Any], key: Callable[[Any], object]) -> None:
        self.keys = [str(key(row)) for row in rows]
        start = min(self.start(request.GET), max(len(rows) - 1, 0))
        self.object_list = rows[start:start + keyset.PER_PAGE]
        end = start + len(self.object_list)
        self.previous = self.keys[start] if start else ""
        self.next = self.keys[end - 1] if end < len(rows) else ""

    def __iter__(self) -> Iterator[Any]:
        return iter(self.object_list)

    def __len__(self) -> int:
        return len(self.object_list)

    def start(self, asked: Any) -> int:
        """Return the place of the first row; 0 for a row that is gone, or nonsense."""
        if asked.get("before") in self.keys:
            return max(self.keys.index(asked["before"]) - keyset.PER_PAGE, 0)
        if asked.get("after") in self.keys:
            return self.keys.index(asked["after"]) + 1
        if "last" in asked:
            return max(len(self.keys) - keyset.PER_PAGE, 0)
        for number in ids_in([asked.get("page", "")]):
            return max(number - 1, 0) * keyset.PER_PAGE
        return 0
