"""Counting: whose figures, and of what."""
from django.core.cache import cache
from django.db.models import Count, Max, Q, Sum
from django.db.models.functions import Lower
from django.utils import timezone

from apps.core.caching import cached
from apps.mailings.models import Attempt, Mailing, Recipient, Run

HOUR = 3600
SERVICE = "figures:service"
RUN_SUMS = ("total", "sent", "failed", "unknown", "skipped")


def home_figures(user):
    """Return the home page's three counts, for who looks: a visitor, a user, a manager."""
    if not user.is_authenticated:
        return cache.get_or_set(SERVICE, service_figures, HOUR)
    return cached(user, "home", lambda: user_figures(user))


def user_figures(user):
    mailings = Mailing.objects.visible_to(user)
    return {
        "mailings_total": mailings.count(),
        "mailings_active": mailings.active().count(),
        "recipients_unique": Recipient.objects.visible_to(user).aggregate(
            n=Count(Lower("email"), distinct=True))["n"],
    }


def service_figures():
    """Totals for visitors. Recipients are counted within each owner, and all of it hourly: a live
    distinct count would tell a visitor whether an address is already somebody's client."""
    Mailing.objects.settle(timezone.now())
    return {
        "mailings_total": Mailing.objects.count(),
        "mailings_active": Mailing.objects.active().count(),
        "recipients_unique": Recipient.objects.count(),
    }


def latest_runs(user):
    """The last run of each of the user's mailings that are still there."""
    newest = Run.objects.filter(mailing__deleted_at=None, owner=user).values(
        "mailing").annotate(newest=Max("pk")).values("newest")
    return Run.objects.filter(pk__in=newest).select_related("mailing__message").defer("body")


def home_lists(user):
    """What runs now, what is due next, and what waits for the user's decision."""
    now = timezone.now()
    runs = latest_runs(user).order_by("-id")
    return {
        "running": runs.filter(state=Run.State.RUNNING)[:5],
        "upcoming": Mailing.objects.owned_by(user).filter(
            runs=None, ends_at__gt=now).select_related("message").order_by("starts_at")[:5],
        "undecided": runs.filter(
            Q(unknown__gt=0) | Q(state=Run.State.PAUSED) | Q(
                failed__gt=0, state__in=[Run.State.FINISHED, Run.State.STOPPED],
                mailing__ends_at__gt=now))[:5],
    }


def attempt_figures(attempts):
    """Return attempts, successful, failed and unknown of a queryset of attempts."""
    return attempts.order_by().aggregate(
        attempts=Count("pk"),
        successful=Count("pk", filter=Q(status=Attempt.Status.SUCCESS)),
        failed=Count("pk", filter=Q(status=Attempt.Status.FAILURE, outcome_unknown=False)),
        unknown=Count("pk", filter=Q(outcome_unknown=True)))


def with_run_sums(mailings):
    """Give mailings the sums of their runs' counters: `sum_sent` and so on."""
    return mailings.annotate(**{f"sum_{name}": Sum(f"runs__{name}") for name in RUN_SUMS})


def answers(mailing):
    """What servers answered to a mailing, by code, most frequent first, each with an example."""
    return mailing.attempts.order_by().values("code", "status", "outcome_unknown").annotate(
        n=Count("pk"), example=Max("server_response")).order_by("-n")
