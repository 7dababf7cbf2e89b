"""The home page, the list of reports, and a mailing's report."""
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.core.access import for_reading
from apps.core.htmx import render_page
from apps.core.listing import days_filter, page_of
from apps.mailings.models import Attempt, Mailing, Message, Recipient
from apps.users.models import User

from . import figures


@login_not_required
@require_safe
def home(request):
    if not request.user.is_authenticated:
        return render(request, "reports/landing.html", figures.home_figures(request.user))
    Mailing.objects.settle(timezone.now())
    context = figures.home_figures(request.user)
    context |= figures.home_lists(request.user)
    if not context["mailings_total"] and not request.user.is_manager:
        context["steps"] = {
            "recipients": Recipient.objects.owned_by(request.user).exists(),
            "message": Message.objects.owned_by(request.user).exists(),
        }
    return render(request, "reports/home.html", context)


@require_safe
def report_list(request):
    """Totals and a table of mailings: one's own; for a manager everyone's, or one user's."""
    Mailing.objects.settle(timezone.now())
    attempts = Attempt.objects.visible_to(request.user)
    mailings = Mailing.objects.visible_to(request.user).select_related("message", "owner")
    person = chosen_person(request)
    if person:
        attempts, mailings = attempts.owned_by(person), mailings.owned_by(person)
    days, period = days_filter(request, "attempted_at")
    page = page_of(request, figures.with_run_sums(mailings).order_by("-starts_at", "-pk"))
    return render_page(request, "reports/report_list.html", {
        "figures": figures.attempt_figures(attempts.filter(days)), "page": page, **period,
        "person": person, "people": people(request.user),
    }, partial="report")


def people(user):
    """Whose reports a manager may choose; nobody's for others."""
    return User.objects.order_by("email") if user.is_manager else User.objects.none()


def chosen_person(request):
    """The user whom a manager asks for; None for all, or for who is no manager."""
    text = request.GET.get("owner", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    return people(request.user).filter(pk=int(text)).first()


@require_safe
def mailing_report(request, pk):
    Mailing.objects.settle(timezone.now())
    mailing = for_reading(request.user, Mailing.objects.select_related("message", "owner"), pk)
    return render(request, "reports/mailing_report.html", {
        "mailing": mailing, "runs": mailing.runs.defer("body").order_by("-id")[:50],
        "figures": figures.attempt_figures(mailing.attempts.all()),
        "answers": figures.answers(mailing),
    })
