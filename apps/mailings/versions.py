"""Two windows on one thing: the second that saves is told of the first."""
from datetime import datetime

from django.db.models import Model
from django.utils.dateparse import parse_datetime


class ChangedElsewhere(Exception):
    """The stored row was changed, at `at`, after the version that was opened."""

    def __init__(self, at: datetime) -> None:
        self.at = at


def check_version(owned: Model, seen: datetime | None) -> None:
    """Raise ChangedElsewhere if `owned` was changed after `seen`; else its row stays locked.

    Call it in the transaction that writes. Without `seen` nothing is checked.
    """
    if not owned.pk or seen is None:
        return
    rows = type(owned)._base_manager.select_for_update()
    stored = rows.values_list("updated_at", flat=True).get(pk=owned.pk)
    if stored > seen:
        raise ChangedElsewhere(stored)


def moment_in(text: str) -> datetime | None:
    """Return the moment that `text` is, in ISO 8601 with its offset; None for anything else."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None
