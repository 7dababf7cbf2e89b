"""The home page, the reports, a mailing's report, and their exports."""
from operator import itemgetter

from django.contrib.auth.decorators import login_not_required
from django.db.models.functions import Lower
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from apps.audit.services import Action, record
from apps.core.access import for_reading
from apps.core.addresses import shown
from apps.core.htmx import render_page
from apps.core.list_page import ListPage
from apps.core.listing import choice, number, sorting, within
from apps.mailings.attempts.explanations import in_words
from apps.mailings.models import Delivery, Mailing, Run
from apps.mailings.polling import QUIET, seconds_between
from apps.statistics.models import Tally
from apps.users.models import User

from . import homepage, letters, totals
from .exports import csv_response
from .letter_pages import LetterPage, Letters
from .periods import QUICK, Period, first_quarter
from .reactions import REACTIONS, reactions

MOVING = 5  # seconds after which a report with moving figures is asked for again
OFFERED = 200  # people whom the report offers
RUNS = 50  # of a mailing that its report shows


@login_not_required
@require_safe
def home(request):
    user = request.user
    if not user.is_authenticated:
        return render(request, "reports/landing.html", homepage.home_figures(user))
    Mailing.objects.refresh_statuses(timezone.now())
    lists = homepage.home_lists(user)
    return render_page(request, "reports/home.html", {
        **homepage.home_figures(user), **lists, **homepage.oversight(user),
        "steps": homepage.first_steps(user), "every": MOVING if lists["running_count"] else QUIET,
    }, partial="live")


@require_safe
def report_list(request):
    """Figures, a chart and a table of the period: one's own; a manager's, of all or of one."""
    period = Period.of(request)
    person, by, tallies, runs = scope_of(request, period)
    rows = totals.grouped(request, tallies, runs, by)
    page = ListPage(request, rows, key=itemgetter("of"))
    totals.name_rows(page.object_list, by, period)
    every_run = Run.objects.visible_to(request.user)
    return render_page(request, "reports/report_list.html", {
        "person": person, "by": by, "period": period, "quick": QUICK,
        "fates": letters.summed(rows), "confirmed": letters.confirmed(runs),
        "reactions": reactions(runs, request.user),
        "figures": tallies.figures(), "chart": totals.over_time(tallies, period),
        "page": page, "nothing_yet": not page.object_list and not every_run.exists(),
        "sort": sorting(request, totals.SORTS, "-last"),
        "people": offered(people(request.user), person),
        "every": seconds_between_figures(every_run),
    }, partial="report")


@require_safe
def report_export(request):
    """The table of `report_list`, all of it, as CSV."""
    period = Period.of(request)
    _person, by, tallies, runs = scope_of(request, period)
    rows = totals.grouped(request, tallies, runs, by)
    totals.name_rows(rows, by, period)
    header = [_("Mailing"), _("Owner")]
    if by == "user":
        header = [_("User"), _("E-mail")]
    header += [_("Letters"), *letters.WORDS.values(), _("Attempts"), _("Last attempt")]
    days = f"{period.since or ''} – {period.until}".strip()
    record(Action.EXPORT, label=_("Reports"), details=days)
    return csv_response(f"report-{period.until}", header, map(report_cells, rows))


def report_cells(row):
    if isinstance(row["of"], User):
        names = [str(row["of"]), shown(row["of"].email)]
    else:
        names = [row["of"].title, shown(row["of"].owner.email)]
    fates = [row[fate] for fate in letters.FATES]
    return [*names, row["total"], *fates, row["attempts"], row["last"]]


def scope_of(request, period):
    """Return whose figures the address asks for, by what, and the tallies and runs of these.

    The person is None for all whom the user may see; "by" is "mailing" or "user".
    """
    person = people(request.user).filter(pk=number(request, "owner")).first()
    tallies = within(Tally.objects.visible_to(request.user), "quarter", period.since, period.until,
                     first_quarter)
    runs = within(Run.objects.visible_to(request.user), "started_at", period.since, period.until)
    if person:
        return person, "mailing", tallies.owned_by(person), runs.owned_by(person)
    if request.user.is_manager and request.GET.get("by") == "user":
        return None, "user", tallies, runs
    return None, "mailing", tallies, runs


@require_safe
def letter_list(request):
    """The letters behind a figure: of a period, and of one fate, person or mailing of it."""
    period = Period.of(request)
    person, _by, _tallies, runs = scope_of(request, period)
    mailing = Mailing.all_objects.visible_to(request.user).select_related("message").filter(
        pk=number(request, "mailing")).first()
    if mailing:
        runs = runs.filter(mailing=mailing)
    words = {**letters.WORDS, **REACTIONS}
    fate = choice(request, "fate", words)
    return render_page(request, "reports/letter_list.html", {
        "person": person, "mailing": mailing, "period": period, "fate": fate,
        "heading": words.get(fate, _("Letters")), "fates": words.items(),
        "page": LetterPage(request, Letters(runs, fate, request.user)),
    })


def people(user):
    """Return the users whose reports a manager may choose; none for others."""
    if user.is_manager:
        return User.objects.order_by("email")
    return User.objects.none()


def offered(people, chosen):
    """Return whom a manager may choose from a list: the first ones, and who is chosen."""
    first = list(people[:OFFERED])
    if chosen and chosen not in first:
        first.append(chosen)
    return first


def seconds_between_figures(runs):
    """Return after how many seconds to ask again for figures of `runs`; 0 when they rest."""
    return seconds_between(runs.active().without_letter(), MOVING)


@require_safe
def mailing_report(request, pk):
    """A mailing's runs, the course of one of them, what servers answered, and domains."""
    Mailing.objects.refresh_statuses(timezone.now())
    mailing = for_reading(request.user, Mailing.objects.select_related("message", "owner"), pk)
    runs = mailing.runs.without_letter().order_by("-id")
    run = runs.filter(pk=number(request, "run")).first() or runs.first()
    domains, more = totals.domains(mailing)
    return render_page(request, "reports/mailing_report.html", {
        "mailing": mailing, "runs": runs[:RUNS], "run": run,
        "every": seconds_between_figures(mailing.runs),
        "chart": run and totals.course(run), "figures": mailing.tallies.figures(),
        "fates": letters.figures(mailing.runs.all()),
        "confirmed": letters.confirmed(mailing.runs.all()),
        "reactions": reactions(mailing.runs.all(), request.user),
        "answers": totals.answers(mailing), "domains": domains, "more_domains": more,
    }, partial="live")


@require_safe
def mailing_export(request, pk):
    """Who got a mailing's letter, run by run, and what the server said, as CSV."""
    mailing = for_reading(request.user, Mailing.objects, pk)
    fates = Delivery.objects.filter(run__mailing=mailing).select_related("run").defer(
        "run__body").order_by("run", Lower("email")).prefetch_related("bounces")
    header = [_("Run"), _("E-mail"), _("Full name"), _("Fate"), _("Tries"), _("Server's answer"),
              _("Changed"), _("Decided by a person"), pgettext("letter", "Came back"),
              _("What came back")]
    record(Action.EXPORT, on=mailing)
    return csv_response(
        f"mailing-{mailing.pk}", header, map(fate_cells, fates.iterator(chunk_size=1000)))


def fate_cells(fate):
    bounces = fate.bounces.all()
    back = max((bounce.happened_at for bounce in bounces), default=None)
    words = "; ".join(bounce.words or bounce.get_outcome_display() for bounce in bounces)
    return [fate.run.started_at, shown(fate.email), fate.full_name, fate.get_state_display(),
            fate.tries, in_words(fate.answer), fate.updated_at, fate.settled_at, back, words]
