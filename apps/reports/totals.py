"""Figures of the reports, read from the tallies: their cost does not grow with the attempts."""
from datetime import timedelta
from itertools import groupby

from django.db.models import F, Max, Min, Sum, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.core.listing import ordered, page_of
from apps.mailings.attempts.faults import Meaning
from apps.mailings.models import Delivery, Mailing
from apps.statistics.models import Tally
from apps.users.models import User

from .charts import chart
from .periods import EPOCH, local_day, moment_of, steps

FIGURES = ("attempts", "successful", "failed", "unknown")
EXAMPLES, DOMAINS, MOST_BARS = 5, 20, 60
MINUTES = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 14400)
SORTS = {"last": "last", "sent": "successful", "attempts": "attempts",
         "failed": "failed", "unknown": "unknown"}
GROUPS = {  # what the table has a row for: the field, and how its names sort
    "mailing": ("mailing", "mailing__message__subject"),
    "user": ("owner", "owner__email"),
}
FATES = ("total", "sent", "failed", "unknown", "skipped")


def over_time(tallies, period):
    """Return (figures of the period, a Chart of it); the chart is None where nothing was tried."""
    quarters = tallies.values_list("quarter", flat=True)  # an index's ends: nothing is scanned
    first, last = (quarters.order_by(order).first() for order in ("quarter", "-quarter"))
    if first is None:
        return dict.fromkeys(FIGURES, 0), None
    rows = tallies.values(day=local_day(first, last)).with_figures().values_list(
        "day", *FIGURES)
    rows = [(EPOCH + timedelta(days=day), *numbers) for day, *numbers in rows]
    figures = dict(zip(FIGURES, map(sum, zip(*(row[1:] for row in rows), strict=True)),
                       strict=True))
    begins = period.since or min(row[0] for row in rows)
    return figures, chart(*steps(begins, period.until), [(row[0], *row[2:]) for row in rows])


def confirmed(user, person, period):
    """Return how many letters of unknown outcome their owner marked as delivered in the period."""
    since, until = period.moments()
    letters = Delivery.objects.filter(
        settled_at__isnull=False, settled_at__lt=until, state=Delivery.State.SENT)
    if since:
        letters = letters.filter(settled_at__gte=since)
    if person or not user.has_perm("mailings.view_all_mailings"):
        letters = letters.filter(settled_by=person or user)
    return letters.count()


def grouped(request, tallies, by):
    """Return `tallies` by mailing or by user, in the order that the address asks for."""
    field, name = GROUPS[by]
    rows = tallies.values(field).with_figures().annotate(last=Max("quarter"))
    return ordered(request, rows, SORTS | {"name": name}, "-last", tie=field)


def table(request, tallies, by):
    """Return a page of `grouped` rows, each with its mailing or user as `row.of`."""
    rows = grouped(request, tallies, by)
    if by == "user":
        rows = list(rows)  # they are few, and to count them costs as much as to read them
    page = page_of(request, rows)
    name_rows(page.object_list, by)
    return page


def name_rows(rows, by):
    """Give rows of `grouped` their object (`of`), and the moment of their last try (`last`)."""
    field, _name = GROUPS[by]
    there = Mailing.all_objects.select_related("message", "owner") if by == "mailing" else (
        User.objects.all())
    found = there.in_bulk([row[field] for row in rows])
    for row in rows:
        row["of"], row["last"] = found[row[field]], moment_of(row["last"])


def answers(mailing):
    """Return what servers answered to a mailing by meaning, the most frequent first.

    Each is a dict of `meaning`, `number`, and up to five `examples`, word for word, newest first.
    """
    tallies = Tally.objects.filter(mailing=mailing)
    rows = list(tallies.values("meaning").annotate(n=Sum("number")).order_by("-n", "meaning"))
    newest = tallies.annotate(place=Window(
        RowNumber(), partition_by="meaning", order_by=[F("quarter").desc(), F("pk").desc()]))
    examples = {meaning: list(dict.fromkeys(example for _, example in found)) for meaning, found
                in groupby(newest.filter(place__lte=EXAMPLES).order_by(
                    "meaning", "place").values_list("meaning", "example"),
                    key=lambda row: row[0])}
    return [{"meaning": Meaning(row["meaning"]), "number": row["n"],
             "examples": [one for one in examples[row["meaning"]] if one]} for row in rows]


def domains(mailing):
    """Return (the fates at the domains with most recipients, how many other domains there are)."""
    rows = mailing.domains.values("domain").annotate(
        **{f"n_{name}": Sum(name) for name in FATES}).order_by("-n_total", "domain")
    rows = [dict(row, **{name: row[f"n_{name}"] for name in FATES}) for row in rows[:DOMAINS + 1]]
    more = len(rows) > DOMAINS and mailing.domains.values("domain").distinct().count() - DOMAINS
    return rows[:DOMAINS], more


def course(run):
    """Return a Chart of a run from its first minute to its last; None before the first try."""
    ends = run.minutes.aggregate(first=Min("minute"), last=Max("minute"))
    if ends["first"] is None:
        return None
    first, length = ends["first"], ends["last"] - ends["first"] + 1
    size = next((size for size in MINUTES if length <= size * MOST_BARS), MINUTES[-1])
    rows = run.minutes.order_by().values(step=(F("minute") - first) / size).annotate(
        n_sent=Sum("sent"), n_failed=Sum("failed"), n_unknown=Sum("unknown")).values_list(
        "step", "n_sent", "n_failed", "n_unknown")
    marks = [(number, words_of_minute(first + number * size))
             for number in range((length - 1) // size + 1)]
    return chart(marks, _("From"), rows)


def words_of_minute(minute):
    return date_format(timezone.localtime(moment_of(minute / 15)), "SHORT_DATETIME_FORMAT")
