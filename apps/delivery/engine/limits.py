"""What a throttle's row allows: the limits of a sender, of a provider's mailboxes, and of all."""
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings

from apps.mailings.models import Sender
from apps.mailings.providers.warm_up import most_today

from ..models import Throttle

PACE = 0.99  # of a minute's limit, so that late letters do not break it in any minute


@dataclass(frozen=True)
class Limits:
    """Letters a second by the pace, 0 for none, and letters an hour and a day, None for none.

    `counts`: letters are counted even without such limits, for one that may be set later.
    """

    rate: float = 0
    per_hour: int | None = None
    per_day: int | None = None
    counts: bool = False


def has_letter_limits(sender: Sender) -> bool:
    limits = (sender.per_minute, sender.per_hour, sender.per_day)
    return any(limit is not None for limit in limits)


def limits_of(row: Throttle, now: datetime) -> Limits:
    """Return what `row` allows now; `row.sender` is read already."""
    if row.provider:
        most = warm_up_of(row, now.date())
        return Limits(provider_rate(row), None, most, counts=most is not None)
    if row.sender is None:
        return Limits(settings.SENDER_RATE)
    sender = row.sender
    return Limits((sender.per_minute or 0) * PACE / 60, sender.per_hour, sender.per_day,
                  counts=True)


def provider_rate(row: Throttle) -> float:
    """Return the letters a second that may leave to a provider; 0 for no pace."""
    rates = []
    if row.per_minute:
        rates.append(row.per_minute * PACE)
    if row.slow_rate:
        rates.append(row.slow_rate)
    return min(rates, default=0) / 60


def warm_up_of(row: Throttle, today: date) -> int | None:
    """Return how many letters of a new sender may leave to the provider today, if it is new."""
    since = row.sender.warm_since if row.sender else None
    return most_today(row.provider, since, today)
