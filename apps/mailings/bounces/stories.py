"""What came of letters after a server had taken them, as a person would tell it."""
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext, pgettext

from ..attempts.faults import Meaning
from ..models import Attempt, Bounce, Delivery, Recipient
from .rests import WITHIN

Outcome = Bounce.Outcome
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# Where a report gives no reason that we know.
PLAIN = {
    Outcome.GONE: Meaning.NO_MAILBOX, Outcome.NOW: Meaning.INACTIVE, Outcome.LETTER: Meaning.POLICY,
    Outcome.US: Meaning.REFUSED,
}
DOTS = {Outcome.GONE: "failed", Outcome.COMPLAINT: "failed"}


@dataclass(frozen=True)
class Event:
    """A Bounce in words; `dot` is the colour of its mark, `answer` what the server said."""

    pk: int
    words: str
    dot: str
    answer: str
    happened_at: datetime
    is_complaint: bool


def add_stories(letters: Iterable[Delivery]) -> None:
    """Give each of `letters` its `story`: a list of Events, in the order in which they happened.

    It takes a query, and where letters came back for now, another.
    """
    letters = list(letters)
    bounces = list(Bounce.objects.filter(delivery__in=[letter.pk for letter in letters])
                   .order_by("happened_at", "pk"))
    soft = [bounce for bounce in bounces if bounce.outcome == Outcome.NOW]
    times = times_before(soft)
    for letter in letters:
        letter.story = [  # type: ignore[attr-defined]
            event_of(bounce, letter, times.get(bounce.pk, 0)) for bounce in bounces
            if bounce.delivery_id == letter.pk]


def add_stories_of_attempts(attempts: Iterable[Attempt], recipient: Recipient) -> None:
    """Give each of these tries of letters to `recipient` the `story` of its letter, if taken, and
    whether it `came_back`."""
    attempts = list(attempts)
    runs = {attempt.run_id for attempt in attempts}
    letters = list(Delivery.objects.filter(recipient=recipient, run__in=runs))
    add_stories(letters)
    stories = {letter.run_id: letter.story for letter in letters}  # type: ignore[attr-defined]
    for attempt in attempts:
        attempt.story = []  # type: ignore[attr-defined]
        if attempt.status == Attempt.Status.SUCCESS or attempt.outcome_unknown:
            attempt.story = stories.get(attempt.run_id, [])  # type: ignore[attr-defined]
        attempt.came_back = any(  # type: ignore[attr-defined]
            not event.is_complaint for event in attempt.story)  # type: ignore[attr-defined]


def times_before(soft: list[Bounce]) -> dict[int, int]:
    """Return the how many-th letter that came back for now, of these days, each of `soft` is."""
    people = {bounce.recipient_id for bounce in soft if bounce.recipient_id}
    if not people:
        return {}
    since = min(bounce.happened_at for bounce in soft) - WITHIN
    rows = Bounce.objects.filter(
        recipient__in=people, outcome=Outcome.NOW, happened_at__gte=since).order_by("happened_at")
    found: dict[int, int] = {}
    seen: Counter[tuple[int | None, str]] = Counter()
    for pk, recipient, email in rows.values_list("pk", "recipient", "email"):
        seen[recipient, email.lower()] += 1
        found[pk] = seen[recipient, email.lower()]
    return found


def event_of(bounce: Bounce, letter: Delivery, times: int) -> Event:
    reason = reason_of(bounce)
    return Event(
        pk=bounce.pk, words=told(bounce, letter, reason, times),
        is_complaint=bounce.outcome == Outcome.COMPLAINT,
        dot=DOTS.get(Outcome(bounce.outcome), "returned"), answer=bounce.words,
        happened_at=bounce.happened_at)


def reason_of(bounce: Bounce) -> str:
    """Return why a letter came back, in plain words that may go on a sentence."""
    if bounce.outcome == Outcome.COMPLAINT:
        return pgettext("of a letter", "complained of spam")
    meaning = PLAIN[Outcome(bounce.outcome)]
    if bounce.meaning in Meaning.values:
        meaning = Meaning(bounce.meaning)
    words = str(meaning.label)
    return words[:1].lower() + words[1:]


def told(bounce: Bounce, letter: Delivery, reason: str, times: int) -> str:
    if bounce.outcome == Outcome.COMPLAINT:
        return capfirst(reason)
    wait = later(bounce.happened_at - letter.updated_at)
    words = _("The server took it and gave it back later: %(reason)s")
    if wait:
        words = _("The server took it and gave it back %(later)s: %(reason)s")
    words %= {"later": wait, "reason": reason}
    if times > 1:
        words = _("%(words)s, time %(n)s in a month") % {"words": words, "n": times}
    return words


def later(wait: timedelta) -> str:
    """Return how much later something came, in words; "" where clocks differ."""
    if wait < timedelta(0):
        return ""
    if wait < HOUR:
        number = max(wait // MINUTE, 1)
        return npgettext("later", "%(n)s minute later", "%(n)s minutes later", number) % {
            "n": number}
    if wait < 2 * DAY:
        number = wait // HOUR
        return ngettext("%(n)s hour later", "%(n)s hours later", number) % {"n": number}
    number = wait // DAY
    return ngettext("%(n)s day later", "%(n)s days later", number) % {"n": number}
