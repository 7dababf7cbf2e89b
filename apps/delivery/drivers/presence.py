"""Which of Celery's processes are there, and which of them send now: rows tell it, not the broker.

Each process that may send has a row in `Worker`, as any sending process, and one in `Lease`: until
when it drains, and in `ticked_at` when it last began to. Leases go by the database's time.
"""
from datetime import datetime, timedelta

from django.db.models import Max
from django.db.models.functions import Now
from django.db.models.query import QuerySet
from django.utils import timezone

from ..models import ALIVE, Lease, Worker

NAME = "drain-"
SIGNS = 24  # so many of the token make the name
LEASE = timedelta(seconds=15)
FORGET = timedelta(days=1)


def drains() -> QuerySet[Lease]:
    return Lease.objects.filter(name__startswith=NAME)


def appear(token: str) -> None:
    """Have the process of this `token` count as one that may drain."""
    Lease.objects.get_or_create(
        name=NAME + token[:SIGNS], defaults={"token": token, "until": Now()})


def began(token: str) -> None:
    """Note that it drains from now on."""
    drains().filter(token=token).update(until=Now() + LEASE, ticked_at=Now())


def renew(token: str) -> None:
    """Have it count as draining for longer. Call it every few seconds meanwhile."""
    drains().filter(token=token).update(until=Now() + LEASE)


def ended(token: str) -> None:
    drains().filter(token=token).update(until=Now())


def left(token: str) -> None:
    """Forget a process that ends."""
    drains().filter(token=token).delete()


def forget_dead() -> None:
    drains().filter(until__lt=Now() - FORGET).exclude(token__in=living()).delete()


def living() -> QuerySet[Worker, str]:
    seen = Worker.objects.filter(seen_at__gte=timezone.now() - ALIVE)
    return seen.values_list("token", flat=True)


def numbers() -> tuple[int, int]:
    """Return how many living processes may drain, and how many of these do not do so now."""
    there = drains().filter(token__in=living())
    return there.count(), there.filter(until__lte=Now()).count()


def last_began() -> datetime | None:
    """Return when a process last began to drain."""
    latest: datetime | None = drains().aggregate(latest=Max("ticked_at"))["latest"]
    return latest
