"""Recipients whose letters come back "for now" too often: they rest, and come back by themselves.

A full mailbox is not a person who is gone. Their letters are taken in the order in which they left;
one that a server refused for now at sending counts like one that it gave back. A letter that was
taken and did not come back begins the count anew, and so does the end of a rest.
"""
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from ..attempts.verdicts import Phase, verdict
from ..models import Bounce, Delivery, Recipient

OFTEN = 5  # letters, one after the other …
WITHIN = timedelta(days=30)  # … in so many days
REST = timedelta(days=30)
NOW = Bounce.Outcome.NOW.value
ARRIVED = "arrived"
State = Delivery.State


@transaction.atomic
def recipients_rest(*, ids: Collection[int]) -> int:
    """Have those of these recipients rest whose last letters all came back for now.

    Returns how many rest from now on.
    """
    now = timezone.now()
    people = Recipient.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    people = people.only("email", "resting_until")
    letters = letters_of(ids, now - WITHIN)
    tired = []
    for person in people:
        if person.resting_until is None or person.resting_until <= now:
            if in_a_row(letters, person) >= OFTEN:
                tired.append(person.pk)
    return Recipient.objects.filter(pk__in=tired).update(resting_until=now + REST)


def letters_of(ids: Collection[int], since: datetime) -> list[Delivery]:
    """Return the letters to these recipients that have left `since` then, the latest first."""
    letters = Delivery.objects.filter(
        recipient__in=ids, updated_at__gte=since, state__in=[State.SENT, State.FAILED])
    return list(letters.order_by("-updated_at", "-pk").prefetch_related("bounces"))


def in_a_row(letters: Iterable[Delivery], person: Recipient) -> int:
    """Return how many letters to `person` came back for now since one arrived."""
    number = 0
    for letter in letters:
        if letter.recipient_id != person.pk or letter.email.lower() != person.email.lower():
            continue
        if person.resting_until and letter.updated_at <= person.resting_until:
            break
        outcome = outcome_of(letter)
        if outcome == ARRIVED:
            break
        number += outcome == NOW
    return number


def outcome_of(letter: Delivery) -> str:
    """Return what came of a letter in the end: ARRIVED, or one of Bounce's outcomes."""
    if letter.state == State.FAILED:
        return verdict(letter.answer, Phase.RCPT, letter.email).outcome
    outcomes = {bounce.outcome for bounce in letter.bounces.all()}
    outcomes.discard(Bounce.Outcome.COMPLAINT)
    if not outcomes:
        return ARRIVED
    return NOW if NOW in outcomes else outcomes.pop()
