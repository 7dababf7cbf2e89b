"""What the home page shows: three counts, and what there is to do."""
from django.core.cache import cache
from django.db.models import Exists, Max, OuterRef, Q, Subquery, Sum
from django.db.models.expressions import RawSQL
from django.db.models.fields import IntegerField
from django.utils import timezone

from apps.core.numbers import MANY, Number, counted
from apps.mailings.mailings.fates import failed_counts
from apps.mailings.models import Mailing, Message, Recipient, Run, Sender
from apps.users.models import User

from .returned import returned_mailings

HOUR = 3600
A_MOMENT = 15  # seconds
# Cache keys of everybody's totals: they are the same for all who may see them.
FOR_VISITORS = "totals:visitors"
OF_MAILINGS = "totals:managers:mailings"
OF_RECIPIENTS = "totals:managers:recipients"
SHOWN = 5  # rows of each of the home page's lists
LOOKED_AT = 20  # mailings with failed letters
BIG = 1000  # failed letters, of which it takes long to tell whose last ones they are
KEPT = 300  # seconds
A_MINUTE = 60  # seconds


def home_figures(user):
    """Return the home page's three counts, for who looks: a visitor, a user, a manager.

    Totals of everybody are cached. A person's own are counted each time, but for a big book.
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
    return book_size(user)


def book_size(user):
    """Return how many recipients a person has. A big book is counted anew when it has changed."""
    book = Recipient.objects.owned_by(user)
    deleted = Recipient.all_objects.owned_by(user).filter(deleted_at__isnull=False)
    few, *changed = User.objects.filter(pk=user.pk).values_list(
        RawSQL("""(SELECT COUNT(*) FROM (SELECT 1 FROM mailings_recipient
               WHERE owner_id = %s AND deleted_at IS NULL LIMIT %s) AS few)""",
               [user.pk, MANY + 1], output_field=IntegerField()),
        Subquery(book.order_by("-created_at", "-pk").values("pk")[:1]),
        Subquery(deleted.order_by("-deleted_at").values("deleted_at")[:1])).get()
    if few <= MANY:
        return few
    key = "-".join(str(one).replace(" ", "T") for one in changed)
    return cache.get_or_set(f"totals:book:{user.pk}:{key}", book.count, A_MOMENT)


def service_figures():
    """Totals for visitors. Recipients are counted within each owner, and all of it hourly: a live
    distinct count would tell a visitor whether an address is already somebody's client."""
    Mailing.objects.refresh_statuses(timezone.now())
    return {**counts(Mailing.objects), "recipients_unique": Recipient.objects.count()}


def home_lists(user):
    """Return what runs and what is due next (for a manager, everybody's), and what to decide."""
    now = timezone.now()
    runs = Run.objects.filter(mailing__deleted_at=None).select_related(
        "mailing__message", "owner").without_letter().defer(
        "mailing__message__body").order_by("-id")
    running = runs.visible_to(user).filter(state=Run.State.RUNNING)
    return {
        "running": running[:SHOWN], "running_count": running.count(),
        "upcoming": Mailing.objects.visible_to(user).filter(
            runs=None, ends_at__gt=now, autostart=True).select_related(
            "message", "owner").order_by("starts_at")[:SHOWN],
        "undecided": runs.owned_by(user).filter(
            Q(unknown__gt=0) | Q(state=Run.State.PAUSED))[:SHOWN],
        "failed": failed_mailings(user, now),
        "returned": returned_mailings(user, now),
        "groundless": groundless(user),
    }


def groundless(user):
    """Return how many of a person's own book were written to without a ground, as a Number.

    No index has them: of a big book it is as of a minute ago.
    """
    book = Recipient.objects.owned_by(user)
    written = book.filter(ground=None, last_letter_at__isnull=False)
    if counted(book) <= MANY:
        return Number(counted(written))
    return Number(cache.get_or_set(
        f"totals:groundless:{user.pk}", lambda: counted(written), A_MINUTE))


def failed_mailings(user, now):
    """Return the user's mailings that can still reach somebody who did not get the letter.

    Each has its number of them, `failed`.
    """
    ended = Exists(Run.objects.filter(mailing=OuterRef("pk"), failed__gt=0))
    active = Exists(Run.objects.active().filter(mailing=OuterRef("pk")))
    mailings = Mailing.objects.owned_by(user).filter(
        ended, ~active, ends_at__gt=now).select_related("message").order_by("-id")[:LOOKED_AT]
    counts = counts_of_failed(mailings)
    found = []
    for mailing in mailings:
        mailing.failed = counts.get(mailing.pk, 0)
        if mailing.failed:
            found.append(mailing)
    return found[:SHOWN]


def counts_of_failed(mailings):
    """Return how many recipients of each have failed as their fate; of a big one as of a while ago.

    That is no older than what became of its letters.
    """
    ids = [mailing.pk for mailing in mailings]
    runs = Run.objects.filter(mailing__in=ids).order_by().values_list("mailing").annotate(
        Sum("failed"), Max("updated_at"))
    keys = {pk: f"totals:failed:{pk}:{changed.timestamp()}"
            for pk, failed, changed in runs if failed > BIG}
    kept = cache.get_many(keys.values())
    found = {pk: kept[key] for pk, key in keys.items() if key in kept}
    missing = [pk for pk in ids if pk not in found]
    counted = failed_counts(missing) if missing else {}
    cache.set_many({key: counted.get(pk, 0) for pk, key in keys.items() if pk in missing}, KEPT)
    return found | counted


def first_steps(user):
    """Return which steps to the first mailing a user has taken; None once there is one."""
    if user.is_manager or Mailing.all_objects.owned_by(user).exists():
        return None
    return {"recipients": Recipient.objects.owned_by(user).exists(),
            "message": Message.objects.owned_by(user).exists(),
            "sender": Sender.objects.owned_by(user).exists()}


def oversight(user):
    """Return what a manager has to look at: stuck, disabled, blocked; {} for others."""
    if not user.is_manager:
        return {}
    stuck = Run.objects.of_mailings().filter(
        state=Run.State.PAUSED, reason__in=[Run.Reason.SERVER, Run.Reason.RESTORE],
        mailing__deleted_at=None)
    return {
        "stuck": stuck.select_related("mailing__message", "owner").without_letter()[:SHOWN],
        "disabled": Mailing.objects.filter(disabled_at__isnull=False).select_related(
            "message", "owner", "disabled_by").order_by("-disabled_at")[:SHOWN],
        "blocked": User.objects.filter(blocked_at__isnull=False).select_related(
            "blocked_by").order_by("-blocked_at")[:SHOWN],
    }
