"""Fetch an object for reading or for writing, by who asks.

A stranger gets 404, so that ids tell nothing. A manager may read what is somebody else's;
to change it is 403.
"""
import re
from collections.abc import Iterable
from typing import Any, Protocol

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

ID = re.compile(r"[0-9]{1,18}")  # what every database's integers hold


class OwnedRows(Protocol):
    """A queryset or a manager of rows that have an `owner`."""

    def owned_by(self, user: Any) -> QuerySet[Any]: ...

    def visible_to(self, user: Any) -> QuerySet[Any]: ...


def ids_in(texts: Iterable[str]) -> list[int]:
    """Return the ids among what was sent, in order."""
    return list(map(int, filter(ID.fullmatch, texts)))


def for_reading(user: AbstractBaseUser | AnonymousUser, rows: OwnedRows, pk: int) -> Any:
    """Return the row `pk` of `rows` that `user` may see; raise Http404 otherwise."""
    own = rows.owned_by(user).filter(pk=pk).first()  # to ask for rights costs two queries
    return own or get_object_or_404(rows.visible_to(user), pk=pk)


def for_writing(user: AbstractBaseUser | AnonymousUser, rows: OwnedRows, pk: int) -> Any:
    """Return the row `pk` that `user` owns; raise Http404, or PermissionDenied for a reader."""
    found = for_reading(user, rows, pk)
    if found.owner_id != user.pk:
        raise PermissionDenied
    return found
