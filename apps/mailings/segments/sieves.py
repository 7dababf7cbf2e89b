"""Each condition as a sieve of recipients: what it keeps, and what an index knows of it."""
from calendar import isleap
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower, Right, Substr
from django.db.models.lookups import Exact, GreaterThan, In, LessThan, Range
from django.utils.timezone import make_aware

from apps.core.sieve import Sieve
from apps.users.middleware import zone_of

from ..bounces.models import came_back
from ..models import Delivery, Run, Tagging
from ..recipients.fates import NONE, SET_ASIDE
from ..search import with_words
from .book import Book
from .columns import IsDate, OwnDate, OwnNumber, has_text, text_of
from .kinds import OF_FIELD, kind_of

State = Delivery.State
NOBODY = Sieve(Q(pk=0), Q(pk=0))
DAY = timedelta(days=1)
FEW = 100_000  # letters of a mailing that are found sooner than each recipient is asked for theirs
HAS_IT = [State.SENT, State.UNKNOWN]
# To whom letters went that an index of the ledger has. SQLite compares its condition as text.
TO_WHOM = """
SELECT d.recipient_id FROM mailings_delivery d JOIN mailings_run n ON n.id = d.run_id
WHERE n.owner_id = %s AND d.recipient_id IS NOT NULL AND {}
"""
LETTERS = {
    State.FAILED.value: TO_WHOM.format("d.state = 'failed'"),
    State.UNKNOWN.value: TO_WHOM.format("d.state = 'unknown'"),
    State.SKIPPED.value: TO_WHOM.format("d.state IN ('skipped', 'cancelled')"),
}


@dataclass(frozen=True)
class Question:
    """A condition that was found to make sense, of an owner's book at a moment."""

    book: Book
    now: datetime
    what: str
    how: str
    value: Any

    @property
    def key(self) -> str:
        """The key of the own field that it is about."""
        return self.what.removeprefix(OF_FIELD)

    @property
    def today(self) -> date:
        return self.book.today(self.now)

    def midnight(self, day: date) -> datetime:
        """Return when a day begins for the owner."""
        start = datetime(day.year, day.month, day.day)
        return make_aware(start, zone_of(self.book.owner))


def sieve_for(asked: Question) -> Sieve:
    """Return the sieve that keeps whom a condition fits."""
    return MAKERS[kind_of(asked.what, asked.book.fields)](asked)


def either(sieves: list[Sieve]) -> Sieve:
    """Return the sieve that keeps what any of these keeps; nobody where there is none."""
    if not sieves:
        return NOBODY
    keeps = reduce(or_, [sieve.keeps for sieve in sieves])
    if all(sieve.indexed for sieve in sieves):
        return Sieve(keeps, reduce(or_, [sieve.indexed for sieve in sieves]))
    return Sieve(keeps)


def by_tags(asked: Question) -> Sieve:
    if asked.how == "all":
        return reduce(Sieve.__and__, [with_tags([tag]) for tag in asked.value])
    if asked.how == "any":
        return with_tags(asked.value)
    return Sieve(Q(~Exists(taggings_of(asked.value).filter(recipient=OuterRef("pk")))))


def with_tags(tags: list[int]) -> Sieve:
    """Return the sieve of those who have any of these tags."""
    has_one = Exists(taggings_of(tags).filter(recipient=OuterRef("pk")))
    return Sieve(Q(has_one), Q(pk__in=taggings_of(tags).values("recipient")))


def taggings_of(tags: list[int]) -> QuerySet[Tagging]:
    return Tagging.objects.filter(tag__in=tags)


def by_text(asked: Question) -> Sieve:
    if asked.how in ("known", "empty"):
        return by_presence(asked)
    has_it = has_text(asked.key, asked.value, as_part=asked.how == "contains")
    return Sieve(~has_it if asked.how == "is_not" else has_it)


def by_presence(asked: Question) -> Sieve:
    """Whether a field is filled in at all."""
    is_empty = Q(Exact(text_of(asked.key), ""))
    return Sieve(is_empty if asked.how == "empty" else ~is_empty)


def by_number(asked: Question) -> Sieve:
    if asked.how in ("known", "empty"):
        return by_presence(asked)
    number = OwnNumber(asked.key)
    if asked.how == "between":
        return Sieve(Q(Range(number, sorted(map(float, asked.value)))))
    compare = {"eq": Exact, "lt": LessThan, "gt": GreaterThan}[asked.how]
    return Sieve(Q(compare(number, float(asked.value))))


def by_date(asked: Question) -> Sieve:
    if asked.how in ("known", "empty"):
        return by_presence(asked)
    if asked.how == "yearly":
        return by_anniversary(asked)
    first, last = days_of(asked)
    bounds = [first.isoformat(), last.isoformat()]
    return Sieve(Q(Range(OwnDate(asked.key), bounds)) & Q(IsDate(asked.key)))


def days_of(asked: Question) -> tuple[date, date]:
    """Return the first and the last day that a condition about a date means."""
    if asked.how == "last":
        return asked.today - asked.value * DAY, asked.today
    if asked.how == "next":
        return asked.today, asked.today + asked.value * DAY
    day = date.fromisoformat(asked.value)
    if asked.how == "before":
        return date.min, day - DAY
    if asked.how == "after":
        return day + DAY, date.max
    return day, day


def by_anniversary(asked: Question) -> Sieve:
    """The day and month are among the next days, whatever the year."""
    if asked.value >= 365:
        return Sieve(Q(IsDate(asked.key)))
    end = asked.today + asked.value * DAY
    first = f"{asked.today:%m-%d}"
    last = f"{end:%m-%d}"
    if last == "02-28" and not isleap(end.year):
        last = "02-29"  # who was born on that day is not left out
    stored = Substr(OwnDate(asked.key), 6)
    is_soon = Q(Range(stored, [first, last]))
    if first > last:
        is_soon = Q(Range(stored, [first, "12-31"])) | Q(Range(stored, ["01-01", last]))
    return Sieve(is_soon & Q(IsDate(asked.key)))


def by_choice(asked: Question) -> Sieve:
    if asked.how in ("known", "empty"):
        return by_presence(asked)
    is_one = Q(In(text_of(asked.key), asked.value))
    return Sieve(is_one if asked.how == "any_of" else ~is_one)


def by_words(asked: Question) -> Sieve:
    found = with_words(asked.value)
    return found if asked.how == "has" else Sieve(~found.keeps)


def by_domain(asked: Question) -> Sieve:
    ends = [f"@{domain}" for domain in asked.value]
    address = Lower("email")
    is_there = reduce(or_, [Q(Exact(Right(address, len(end)), end)) for end in ends])
    return Sieve(is_there if asked.how == "any_of" else ~is_there)


def by_added(asked: Question) -> Sieve:
    first, last = days_of(asked)
    keeps = Q()
    if first > date.min:
        keeps &= Q(created_at__gte=asked.midnight(first))
    if last < date.max:
        keeps &= Q(created_at__lt=asked.midnight(last + DAY))
    return Sieve(keeps)


def by_import(asked: Question) -> Sieve:
    if asked.how == "any_of":
        return Sieve(Q(added_by__in=asked.value), Q(added_by__in=asked.value))
    return Sieve(Q(added_by=None) | ~Q(added_by__in=asked.value))


def by_source(asked: Question) -> Sieve:
    is_one = Q(source__in=asked.value)
    return Sieve(is_one if asked.how == "any_of" else ~is_one)


def by_fate(asked: Question) -> Sieve:
    """By `last_fate`, which follows the ledger within seconds."""
    sieves = [with_fate(fate, asked.book.owner_id) for fate in asked.value]
    found = either(sieves)
    return found if asked.how == "any_of" else Sieve(~found.keeps)


def with_fate(fate: str, owner_id: int) -> Sieve:
    states = [fate]
    if fate == NONE:
        states = [""]
    elif fate == State.SKIPPED:
        states = [*SET_ASIDE]
    keeps = Q(last_fate__in=states)
    if fate not in LETTERS:
        return Sieve(keeps)
    return Sieve(keeps, Q(pk__in=RawSQL(LETTERS[fate], [owner_id])))  # nosec B611


def by_mailing(asked: Question) -> Sieve:
    """A letter of it was sent, or may have been, to this person or to their address.

    One that came back was not received.
    """
    runs = Run.objects.filter(mailing=asked.value).order_by()
    ids = list(runs.values_list("pk", flat=True))  # the planner knows of so few what to do
    letters = Delivery.objects.filter(~came_back(), run__in=ids, state__in=HAS_IT).order_by()
    addressed = letters.annotate(address=Lower("email"))
    by_person = Exists(letters.filter(recipient=OuterRef("pk")))
    by_address = Exists(addressed.filter(address=Lower(OuterRef("email"))))
    if asked.how == "not_got":  # each by itself: PostgreSQL joins what is not within an OR
        return Sieve(Q(~by_person) & Q(~by_address))
    got = Q(by_person) | Q(by_address)
    if (runs.aggregate(all=Sum("total"))["all"] or 0) > FEW:
        return Sieve(got)
    persons = letters.exclude(recipient=None).values("recipient")
    return Sieve(got, Q(pk__in=persons) | Q(In(Lower("email"), addressed.values("address"))))


def by_written(asked: Question) -> Sieve:
    """By the time of the last letter that was sent, or may have been; it follows within seconds."""
    since = asked.now - asked.value * DAY
    if asked.how == "within":
        return Sieve(Q(last_letter_at__gte=since))
    return Sieve(Q(last_letter_at=None) | Q(last_letter_at__lt=since))


def by_bounce(asked: Question) -> Sieve:
    if asked.how == "resting":
        return Sieve(Q(resting_until__gt=asked.now))
    return Sieve(Q(bounced_at__isnull=asked.how == "no"))


MAKERS: dict[str, Callable[[Question], Sieve]] = {
    "tags": by_tags,
    "text": by_text,
    "number": by_number,
    "date": by_date,
    "choice": by_choice,
    "words": by_words,
    "domain": by_domain,
    "added": by_added,
    "import": by_import,
    "source": by_source,
    "fate": by_fate,
    "mailing": by_mailing,
    "written": by_written,
    "bounced": by_bounce,
}
