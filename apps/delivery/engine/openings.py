"""The SMTP connections of all workers: whose each is now, so that a sender's limit of them holds.

A row is a promise of some seconds, which the worker's heartbeat renews: those of a killed worker
stop counting by themselves. All times are the database's.
"""
from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from ..models import OpenConnection
from .booking import locked_row, row_that_is_free
from .provider_turns import ANY, Turn

LEASE = timedelta(seconds=15)

# How many living connections each sender has beside that of %(token)s, as a table for a JOIN.
USED_OF = """(SELECT sender_id, COUNT(*) AS used FROM delivery_openconnection
    WHERE until > {now} AND token <> %(token)s GROUP BY sender_id)"""
USED = {
    "sqlite": USED_OF.format(now="STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'now')"),
    "postgresql": USED_OF.format(now="STATEMENT_TIMESTAMP()"),
}


def take(token: str, sender_id: int | None, most: int | None, turn: Turn = ANY) -> bool:
    """Have the connection `token` belong to the sender from now on. False: it has `most` others.

    False too where as many others as the `turn` allows have letters of its provider, or one of them
    is just now taking some. Call it in the claim's transaction, before `Bookings.limit`: it locks
    the sender's row first. A connection that gets False keeps what it had.
    """
    if most is not None and sender_id is not None:
        locked_row(sender_id)
        if others(token, sender_id).count() >= most:
            return False
    if turn.connections is not None:
        if row_that_is_free(sender_id, turn.provider) is None:
            return False
        if others(token, sender_id).filter(provider=turn.provider).count() >= turn.connections:
            return False
    mine = OpenConnection(
        token=token, sender_id=sender_id, provider=turn.noted, until=Now() + LEASE)
    OpenConnection.objects.bulk_create(  # of one: an upsert is one statement
        [mine], update_conflicts=True, unique_fields=["token"],
        update_fields=["sender", "provider", "until"])
    return True


def others(token: str, sender_id: int | None) -> QuerySet[OpenConnection]:
    """Return the sender's living connections but that of `token`."""
    living = OpenConnection.objects.filter(sender=sender_id, until__gt=Now())
    return living.exclude(token=token)


@transaction.atomic
def renew(tokens: Collection[str]) -> None:
    """Have these connections count for longer. Call it each few seconds.

    It skips rows that are being written now: these are renewed by that.
    """
    rows = OpenConnection.objects.select_for_update(skip_locked=True).filter(token__in=tokens)
    OpenConnection.objects.filter(pk__in=rows.values("pk")).update(until=Now() + LEASE)


def release(token: str) -> None:
    """Have a connection that is closed, or whose process is dead, count no more."""
    OpenConnection.objects.filter(token=token).delete()


@transaction.atomic
def forget_dead() -> None:
    """Delete rows that have not been renewed for long."""
    if not OpenConnection.objects.filter(until__lt=Now() - LEASE).exists():
        return
    rows = OpenConnection.objects.select_for_update(skip_locked=True).filter(
        until__lt=Now() - LEASE)
    OpenConnection.objects.filter(pk__in=rows.values("pk")).delete()
