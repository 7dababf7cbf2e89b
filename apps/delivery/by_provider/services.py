"""What owners write of how their letters leave by provider: limits, and the warm-up."""
import logging
from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.audit.services import Action, record
from apps.mailings.providers.families import Pace
from apps.mailings.providers.warm_up import is_warming
from apps.mailings.senders.models import Sender

from ..engine.booking import SLOWED
from ..models import Throttle

log = logging.getLogger("vestnik.delivery")
LIMITS = ("per_minute", "per_connection", "connections")
NOTHING_LEARNT = {
    "slow_rate": None, "slow_most": None, "slow_at": None, "slow_times": 0, "slow_taken": 0,
    "slow_words": ""}


class PaceRefused(Exception):
    """It can not be so. `str()` is for the person who asked."""


@transaction.atomic
def provider_limits_save(*, sender: Sender, limits: Mapping[str, Pace]) -> list[str]:
    """Set the limits of `sender` for these families. Returns the keys of those that changed.

    What waits looks anew. Raises PaceRefused for a sender by the service's own server, whose
    limits are the operator's.
    """
    refuse_service(sender)
    lock(sender)
    rows = rows_of(sender)
    changed = [key for key, pace in limits.items() if pace != pace_of(rows.get(key))]
    for key in sorted(changed):
        pace = {name: getattr(limits[key], name) for name in LIMITS}
        Throttle.objects.update_or_create(
            sender=sender, provider=key, defaults=pace, create_defaults={**pace, "free_at": Now()})
    if changed:
        rows_tidy(sender)
        look_anew(sender)
        record(Action.ACCOUNT, on=sender, details=", ".join(changed))
        log.info("sender %s: limits of %s", sender.pk, ", ".join(changed))
    return changed


@transaction.atomic
def provider_forget(*, sender: Sender, provider: str) -> bool:
    """Forget what a provider's answers have taught. Returns whether they had taught anything.

    Its letters leave at once as its limits allow; where it still minds, it says so anew.
    """
    lock(sender)
    row = Throttle.objects.select_for_update().filter(sender=sender, provider=provider).first()
    if row is None or row.slow_rate is None and not row.slow_words:
        return False
    changes: dict[str, object] = dict(NOTHING_LEARNT)
    if row.used_up == SLOWED:
        changes |= {"used_up": "", "free_at": Now()}
    Throttle.objects.filter(pk=row.pk).update(**changes)
    rows_tidy(sender)
    record(Action.ACCOUNT, on=sender, details=provider)
    log.info("sender %s: what %s has said is forgotten", sender.pk, provider)
    return True


@transaction.atomic
def warm_up_start(*, sender: Sender) -> bool:
    """Begin to warm `sender` up today. Returns False where it is warmed up already.

    Raises PaceRefused for the service's own address, which is no new one.
    """
    refuse_service(sender)
    lock(sender)
    today = timezone.now().date()  # UTC's, as the ramp has it
    if is_warming(sender.warm_since, today):
        return False
    warm_since_set(sender, today)
    return True


@transaction.atomic
def warm_up_stop(*, sender: Sender) -> bool:
    """Let the letters of `sender` leave as its limits allow. Returns False where they did."""
    lock(sender)
    if sender.warm_since is None:
        return False
    warm_since_set(sender, None)
    rows_tidy(sender)
    return True


def warm_since_set(sender: Sender, since: date | None) -> None:
    sender.warm_since = since
    sender.save(update_fields=["warm_since"])
    look_anew(sender)
    record(Action.ACCOUNT, on=sender, details="warm_since")
    log.info("sender %s: warmed up since %s", sender.pk, since)


def refuse_service(sender: Sender) -> None:
    if sender.uses_service:
        raise PaceRefused(_(
            "Letters of this sender leave by the service's own server. How fast, whoever runs "
            "the service decides."))


def lock(sender: Sender) -> None:
    """Have whoever else writes the limits of `sender` wait, and read them as they are now.

    Workers that book letters do not wait for it.
    """
    Sender.all_objects.select_for_update(no_key=True).filter(pk=sender.pk).first()
    sender.refresh_from_db(fields=["warm_since", "limits_at"])


def look_anew(sender: Sender) -> None:
    """Have what waits for the limits of `sender` see what they are now."""
    Sender.objects.filter(pk=sender.pk).update(limits_at=Now())
    sender.refresh_from_db(fields=["limits_at"])


def rows_of(sender: Sender) -> dict[str, Throttle]:
    rows = Throttle.objects.filter(sender=sender).exclude(provider="")
    return {row.provider: row for row in rows}


def pace_of(row: Throttle | None) -> Pace:
    """Return the owner's limits in a row; none where there is no row."""
    if row is None:
        return Pace()
    return Pace(row.per_minute, row.per_connection, row.connections)


def rows_tidy(sender: Sender) -> None:
    """Delete rows that say nothing: without any, letters leave as they come.

    While the sender is warmed up they count the letters of a day.
    """
    if is_warming(sender.warm_since, timezone.now().date()):
        return
    Throttle.objects.filter(
        sender=sender, per_minute=None, per_connection=None, connections=None, slow_rate=None,
        slow_words="").exclude(provider="").delete()
