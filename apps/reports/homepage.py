"""What the home page shows: three counts, and what there is to do."""
from django.core.cache import cache
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from apps.mailings.mailings.fates import failed_counts
from apps.mailings.models import Mailing, Message, Recipient, Run
from apps.users.models import User

HOUR = 3600
A_MOMENT = 15  # seconds
# Cache keys of everybody's totals: they are the same for all who may see them.
FOR_VISITORS = "totals:visitors"
OF_MAILINGS = "totals:managers:mailings"
OF_RECIPIENTS = "totals:managers:recipients"
SHOWN = 5  # rows of each of the home page's lists
LOOKED_AT = 20  # mailings with failed letters


def home_figures(user):
    """Return the home page's three counts, for who looks: a visitor, a user, a manager.

    Only totals of everybody are cached. A person's own are counted each time.
    """
    if not user.is_authenticated:
        return cache.get_or_set(FOR_VISITORS, service_figures, HOUR)
    return {**mailing_figures(user), "recipients_unique": recipients_unique(user)}


def mailing_figures(user):
    """Return how many mailings `user` sees, and how many of them are active."""
    if user.has_perm("mailings.view_all_mailings"):
        return cache.get_or_set(OF_MAILINGS, lambda: counts(Mailing.objects), A_MOMENT)
    return counts(Mailing.objects.owned_by(user))


def counts(mailings):
    return {"mailings_total": mailings.count(), "mailings_active": mailings.active().count()}


def recipients_unique(user):
    """Return how many recipients `user` sees: unique within each owner, who has each once."""
    if user.has_perm("mailings.view_all_recipients"):
        return cache.get_or_set(OF_RECIPIENTS, Recipient.objects.count, A_MOMENT)
    return Recipient.objects.owned_by(user).count()


def service_figures():
    """Totals for visitors. Recipients are counted within each owner, and all of it hourly: a live
    distinct count would tell a visitor whether an address is already somebody's client."""
    Mailing.objects.refresh_statuses(timezone.now())
    return {**counts(Mailing.objects), "recipients_unique": Recipient.objects.count()}


def home_lists(user):
    """Return what runs and what is due next (for a manager, everybody's), and what to decide."""
    now = timezone.now()
    runs = Run.objects.filter(mailing__deleted_at=None).select_related(
        "mailing__message", "owner").defer("body", "mailing__message__body").order_by("-id")
    running = runs.visible_to(user).filter(state=Run.State.RUNNING)
    return {
        "running": running[:SHOWN], "running_count": running.count(),
        "upcoming": Mailing.objects.visible_to(user).filter(
            runs=None, ends_at__gt=now, autostart=True).select_related(
            "message", "owner").order_by("starts_at")[:SHOWN],
        "undecided": runs.owned_by(user).filter(
            Q(unknown__gt=0) | Q(state=Run.State.PAUSED))[:SHOWN],
        "failed": failed_mailings(user, now),
    }


def failed_mailings(user, now):
    """Return the user's mailings that can still reach somebody who did not get the letter.

    Each has its number of them, `failed`.
    """
    ended = Exists(Run.objects.filter(mailing=OuterRef("pk"), failed__gt=0))
    active = Exists(Run.objects.active().filter(mailing=OuterRef("pk")))
    mailings = Mailing.objects.owned_by(user).filter(
        ended, ~active, ends_at__gt=now).select_related("message").order_by("-id")[:LOOKED_AT]
    counts = failed_counts(mailings)
    found = []
    for mailing in mailings:
        mailing.failed = counts.get(mailing.pk, 0)
        if mailing.failed:
            found.append(mailing)
    return found[:SHOWN]


def first_steps(user):
    """Return which steps to the first mailing a user has taken; None once there is one."""
    if user.is_manager or Mailing.all_objects.owned_by(user).exists():
        return None
    return {"recipients": Recipient.objects.owned_by(user).exists(),
            "message": Message.objects.owned_by(user).exists()}


def oversight(user):
    """Return what a manager has to look at: stuck, disabled, blocked; {} for others."""
    if not user.is_manager:
        return {}
    stuck = Run.objects.filter(
        state=Run.State.PAUSED, reason__in=[Run.Reason.SERVER, Run.Reason.RESTORE],
        mailing__deleted_at=None)
    return {
        "stuck": stuck.select_related("mailing__message", "owner").defer("body")[:SHOWN],
        "disabled": Mailing.objects.filter(disabled_at__isnull=False).select_related(
            "message", "owner", "disabled_by").order_by("-disabled_at")[:SHOWN],
        "blocked": User.objects.filter(blocked_at__isnull=False).select_related(
            "blocked_by").order_by("-blocked_at")[:SHOWN],
    }
