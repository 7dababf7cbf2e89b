"""What became of the service's own letters: a hook, as accounts stand below what sends them.

`apps.delivery` sets `post` when Django starts. A message that went through the service's e-mail
backend has `letters`: the ids under which `post` finds its letters, one for each address.
"""
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Fate(TextChoices):
    WAITING = "waiting", _("On its way")
    SENT = "sent", _("The mail server took it")
    RETRYING = "retrying", _("We try again")
    FAILED = "failed", _("It did not go out")
    UNKNOWN = "unknown", _("Outcome unknown")


@dataclass(frozen=True)
class Letter:
    """A letter of the service to one address, as its page tells of it."""

    id: int
    email: str
    fate: Fate
    reason: str = ""  # in plain words; empty while nothing went wrong
    answer: str = ""  # the mail server's own words
    is_address_refused: bool = False  # the address itself is at fault: it is to be changed
    next_try_at: datetime | None = None


class Post(Protocol):

    def find(self, letter_id: int) -> Letter | None:
        """Return the letter, None where it is unknown or forgotten."""

    def send_again(self, letter_id: int) -> int | None:
        """Queue the same letter anew; return the new letter's id, None when it is forgotten."""


post: Post | None = None
