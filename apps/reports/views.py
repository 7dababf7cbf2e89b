"""The home page, the reports, a mailing's report, and their exports."""
from django.contrib.auth.decorators import login_not_required
from django.db.models.functions import Lower
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.audit.services import Action, record
from apps.core.access import for_reading
from apps.core.htmx import render_page
from apps.core.listing import number, sorting
from apps.mailings.attempts.explanations import in_words
from apps.mailings.models import Delivery, Mailing, Run
from apps.mailings.polling import seconds_between
from apps.statistics.models import Tally
from apps.users.models import User

from . import homepage, totals
from .exports import csv_response
from .periods import QUICK, Period

MOVING = 5  # seconds after which a report with moving figures is asked for again
RUNS = 50  # of a mailing's, that its report shows


@login_not_required
@require_safe
def home(request):
    if not request.user.is_authenticated:
        return render(request, "reports/landing.html", homepage.home_figures(request.user))
    Mailing.objects.refresh_statuses(timezone.now())
    user = request.user
    return render(request, "reports/home.html", {
        **homepage.home_figures(user), **homepage.home_lists(user), **homepage.oversight(user),
        "steps": homepage.first_steps(user)})


@require_safe
def report_list(request):
    """Figures, a chart and a table of the period: one's own; a manager's, of all or of one."""
    scope, period = scope_of(request), Period.of(request)
    tallies = period.limit(scope["tallies"])
    counts, over_time = totals.over_time(tallies, period)
    counts["confirmed"] = totals.confirmed(request.user, scope["person"], period)
    counts["sent"] = counts["successful"] + counts["confirmed"]
    return render_page(request, "reports/report_list.html", {
        **scope, "figures": counts, "chart": over_time, "period": period, "quick": QUICK,
        "page": totals.table(request, tallies, scope["by"]),
        "sort": sorting(request, [*totals.SORTS, "name"], "-last"),
        "people": people(request.user),
        "every": seconds_between(moving(Run.objects.visible_to(request.user)), MOVING),
    }, partial="report")


@require_safe
def report_export(request):
    """The table of `report_list`, all of it, as CSV."""
    scope, period = scope_of(request), Period.of(request)
    rows = list(totals.grouped(request, period.limit(scope["tallies"]), scope["by"]))
    totals.name_rows(rows, scope["by"])
    first = [_("User"), _("E-mail")] if scope["by"] == "user" else [_("Mailing"), _("Owner")]
    record(Action.EXPORT, label=_("Reports"), details=f"{period.since} – {period.until}")
    return csv_response(f"report-{period.until}", [
        *first, _("Last attempt"), _("Attempts"), _("Successful"), _("Failed"), _("Unknown"),
    ], ([*names(row["of"]), in_cell(row["last"]), *(row[name] for name in totals.FIGURES)]
        for row in rows))


def names(of):
    return [str(of), of.email] if isinstance(of, User) else [of.message.subject, of.owner.email]


def in_cell(moment):
    """Return a moment as spreadsheets read it, in the person's time zone."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}" if moment else ""


def scope_of(request):
    """Return whose tallies the address asks for, and whether by mailing or by user."""
    person = people(request.user).filter(pk=number(request, "owner")).first()
    tallies = Tally.objects.visible_to(request.user)
    by_user = request.user.is_manager and not person and request.GET.get("by") == "user"
    return {"person": person, "tallies": tallies.owned_by(person) if person else tallies,
            "by": "user" if by_user else "mailing"}


def people(user):
    """Whose reports a manager may choose; nobody's for others."""
    return User.objects.order_by("email") if user.is_manager else User.objects.none()


def moving(runs):
    """Return those of `runs` whose figures may change."""
    return runs.active().defer("body")


@require_safe
def mailing_report(request, pk):
    """A mailing's runs, the course of one of them, what servers answered, and domains."""
    Mailing.objects.refresh_statuses(timezone.now())
    mailing = for_reading(request.user, Mailing.objects.select_related("message", "owner"), pk)
    runs = mailing.runs.defer("body").order_by("-id")
    run = runs.filter(pk=number(request, "run")).first() or runs.first()
    domains, more = totals.domains(mailing)
    return render_page(request, "reports/mailing_report.html", {
        "mailing": mailing, "runs": runs[:RUNS], "run": run,
        "every": seconds_between(moving(mailing.runs), MOVING),
        "chart": run and totals.course(run),
        "figures": Tally.objects.filter(mailing=mailing).figures(),
        "answers": totals.answers(mailing), "domains": domains, "more_domains": more,
    }, partial="live")


@require_safe
def mailing_export(request, pk):
    """Who got a mailing's letter, run by run, and what the server said, as CSV."""
    mailing = for_reading(request.user, Mailing.objects, pk)
    fates = Delivery.objects.filter(run__mailing=mailing).select_related("run").defer(
        "run__body").order_by("run", Lower("email"))
    record(Action.EXPORT, on=mailing)
    return csv_response(f"mailing-{mailing.pk}", [
        _("Run"), _("E-mail"), _("Full name"), _("Fate"), _("Tries"), _("Server's answer"),
        _("Changed"), _("Decided by a person"),
    ], ([in_cell(fate.run.started_at), fate.email, fate.full_name, fate.get_state_display(),
         fate.tries, in_words(fate.answer), in_cell(fate.updated_at), in_cell(fate.settled_at)]
        for fate in fates.iterator(chunk_size=1000)))
