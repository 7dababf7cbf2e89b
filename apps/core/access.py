"""Fetch an object for reading or for writing, by who asks.

A stranger gets 404, so that ids tell nothing. A manager may read what is somebody else's;
to change it is 403.
"""
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404


def ids_in(texts):
    """Return the ids among what was sent, in order."""
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19]


def for_reading(user, queryset, pk):
    """Return the row `pk` of `queryset` that `user` may see; Http404 otherwise."""
    own = queryset.owned_by(user).filter(pk=pk).first()  # to ask for rights costs two queries
    return own or get_object_or_404(queryset.visible_to(user), pk=pk)


def for_writing(user, queryset, pk):
    """Return the row `pk` that `user` owns; Http404, or PermissionDenied for who only reads."""
    found = for_reading(user, queryset, pk)
    if found.owner_id != user.pk:
        raise PermissionDenied
    return found
