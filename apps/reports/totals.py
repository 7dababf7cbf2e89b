"""Figures of the reports, read from the tallies: their cost does not grow with the attempts."""
from django.db.models import Max, Min, Sum, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.core.listing import ordered, within
from apps.mailings.attempts.faults import Meaning
from apps.mailings.models import Delivery, Mailing
from apps.statistics.models import FATES
from apps.users.models import User

from .charts import chart
from .periods import moment_of, steps

EXAMPLES = 5  # of a server's answers, of each meaning
DOMAINS = 20
MOST_BARS = 60
MINUTES = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 14400)
SORTS = {"last": "last", "sent": "successful", "attempts": "attempts",
         "failed": "failed", "unknown": "unknown"}
GROUPS = {  # what the table has a row for: the field, and how its names sort
    "mailing": ("mailing", Coalesce(
        NullIf("mailing__name", Value("")), "mailing__message__subject")),
    "user": ("owner", "owner__email"),
}


def over_time(tallies, period):
    """Return a Chart of the period; None where nothing was tried."""
    first = tallies.aggregate(first=Min("quarter"))["first"]
    if first is None:
        return None
    since = period.since or timezone.localdate(moment_of(first))
    rows = tallies.values("quarter").with_figures()
    return chart(*steps(since, period.until),
                 rows.values_list("quarter", "successful", "failed", "unknown"))


def confirmed(user, person, period):
    """Return how many letters of unknown outcome their owner marked as delivered in the period."""
    sent = Delivery.objects.filter(state=Delivery.State.SENT)
    letters = within(sent, "settled_at", period.since, period.until)
    if person or not user.has_perm("mailings.view_all_mailings"):
        letters = letters.filter(settled_by=person or user)
    return letters.count()


def grouped(request, tallies, by):
    """Return `tallies` by mailing or by user, in the order that the address asks for."""
    field, name = GROUPS[by]
    rows = tallies.values(field).with_figures().annotate(last=Max("quarter"))
    return ordered(request, rows, SORTS | {"name": name}, "-last", tie=field)


def name_rows(rows, by):
    """Give rows of `grouped` their object (`of`), and the moment of their last try (`last`)."""
    field, _name = GROUPS[by]
    named = User.objects.all()
    if by == "mailing":
        named = Mailing.all_objects.select_related("message", "owner")
    found = named.in_bulk([row[field] for row in rows])
    for row in rows:
        row["of"] = found[row[field]]
        row["last"] = moment_of(row["last"])


def answers(mailing):
    """Return what servers answered to a mailing by meaning, the most frequent first.

    Each is a dict of `meaning`, `number`, and up to five `examples`, word for word, newest first.
    """
    found = {}
    for tally in mailing.tallies.order_by("-quarter", "-pk"):
        meaning = Meaning(tally.meaning)
        empty = {"meaning": meaning, "number": 0, "examples": []}
        answer = found.setdefault(meaning, empty)
        answer["number"] += tally.number
        examples = answer["examples"]
        if tally.example and tally.example not in examples and len(examples) < EXAMPLES:
            examples.append(tally.example)
    return sorted(found.values(), key=lambda answer: (-answer["number"], answer["meaning"]))


def domains(mailing):
    """Return (the fates at the domains with most recipients, how many other domains there are)."""
    by_domain = mailing.domains.values_list("domain")
    largest = by_domain.annotate(*map(Sum, FATES)).order_by("-total__sum", "domain")[:DOMAINS]
    rows = [dict(zip(("domain", *FATES), row)) for row in largest]
    return rows, by_domain.distinct().count() - len(rows)


def course(run):
    """Return a Chart of a run from its first minute to its last; None before the first try."""
    ends = run.minutes.aggregate(first=Min("minute"), last=Max("minute"))
    if ends["first"] is None:
        return None
    minutes = range(ends["first"], ends["last"] + 1)
    for size in MINUTES:
        if len(minutes) <= size * MOST_BARS:
            break
    marks = {
        minute: date_format(timezone.localtime(moment_of(minute / 15)), "SHORT_DATETIME_FORMAT")
        for minute in minutes[::size]}
    return chart(marks, _("From"), run.minutes.values_list("minute", "sent", "failed", "unknown"))
