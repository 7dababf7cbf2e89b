"""Figures of the reports, read from the tallies: their cost does not grow with the attempts."""
from django.db.models import Count, F, Max, Min, OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Lower, NullIf, StrIndex, Substr
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.core.listing import sorting, within
from apps.mailings.attempts.faults import FAULTS, Fault, Meaning
from apps.mailings.models import Attempt, Bounce, Delivery, Mailing
from apps.statistics.models import FATES
from apps.users.models import User

from . import letters
from .charts import chart
from .periods import moment_of, steps

EXAMPLES = 5  # of a server's answers, of each meaning
DOMAINS = 20
PASSING = (Fault.RECIPIENT, Fault.US_FOR_NOW, Fault.WAY)
NO_ATTEMPTS = {"attempts": 0, "last": 0}
MOST_BARS = 60
MINUTES = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 14400)
SORTS = ("name", "last", "total", "sent", "failed", "returned", "unknown", "skipped", "attempts")
GROUPS = {  # what the table has a row for: the field, and how its names sort
    "mailing": ("mailing", Coalesce(
        NullIf("mailing__name", Value("")), "mailing__message__subject")),
    "user": ("owner", F("owner__email")),
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


def grouped(request, tallies, runs, by):
    """Return rows by mailing or by user, in the order that the address asks for.

    A row has the figures of `letters`, those of its `attempts`, and `last`, the quarter of the last
    one. Letters go by when their run began, attempts by when they were made: a row may have either.
    """
    field, name = GROUPS[by]
    rows = {}
    tried = tallies.annotate(named=name).values(field, "named")
    for tally in tried.annotate(attempts=Sum("number"), last=Max("quarter")):
        rows[tally[field]] = row_of(tally[field], tally["named"], letters.none(), tally)
    fates = letters.figures_by(runs, field)
    for key, words in runs.order_by().annotate(named=name).values_list(field, "named").distinct():
        rows[key] = row_of(key, words, fates[key], rows.get(key, NO_ATTEMPTS))
    asked = sorting(request, SORTS, "-last")
    column = asked.removeprefix("-")
    return sorted(rows.values(), key=lambda row: (row[column], row["of"]),
                  reverse=asked.startswith("-"))


def row_of(key, name, figures, attempts):
    return {**figures, "of": key, "name": name.casefold(),
            "attempts": attempts["attempts"], "last": attempts["last"]}


def name_rows(rows, by, period):
    """Give rows of `grouped` their object (`of`), and the moment of their last try (`last`)."""
    named = User.objects.all()
    if by == "mailing":
        named = Mailing.all_objects.select_related("message", "owner")
    field, _name = GROUPS[by]
    tried = within(Attempt.objects.filter(**{field: OuterRef("pk")}), "attempted_at",
                   period.since, period.until).order_by("-attempted_at")
    named = named.annotate(last=Subquery(tried.values("attempted_at")[:1]))
    found = named.in_bulk([row["of"] for row in rows])
    for row in rows:
        row["of"] = found[row["of"]]
        row["last"] = row["of"].last


def answers(mailing):
    """Return what servers answered to a mailing by meaning, the most frequent first.

    Each is a dict of `meaning`, `number`, and up to five `examples`, word for word, newest first;
    `passes` says that a letter may arrive at a later attempt.
    """
    found = {}
    for tally in mailing.tallies.order_by("-quarter", "-pk"):
        meaning = Meaning(tally.meaning)
        empty = {"meaning": meaning, "number": 0, "examples": [],
                 "passes": FAULTS[meaning] in PASSING}
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
    back = returned_by_domain(mailing)
    for row in rows:
        row["returned"] = back.get(row["domain"], 0)
        row["sent"] -= row["returned"]
    return rows, by_domain.distinct().count() - len(rows)


def returned_by_domain(mailing):
    """Return how many letters of a mailing came back, by domain; an index leads to these few."""
    bounces = Bounce.objects.returned().filter(
        run__mailing=mailing, delivery__state=Delivery.State.SENT)
    domain = Lower(Substr("email", StrIndex(F("email"), Value("@")) + 1))
    rows = bounces.order_by().values_list(domain).annotate(Count("delivery", distinct=True))
    return dict(rows)


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
    start = F("minute") - (F("minute") - minutes.start) % size
    bars = run.minutes.order_by().values(start=start).annotate(
        sums=Sum("sent"), failures=Sum("failed"), lost=Sum("unknown")).order_by("start")
    return chart(marks, _("From"), bars.values_list("start", "sums", "failures", "lost"))
