"""A new sender is warmed up: on each day a little more may leave to each provider.

Providers distrust an address that nobody has heard of and that writes to thousands at once. The
numbers are our choice: they double from day to day, as providers advise. Days are those of UTC.
"""
from dataclasses import dataclass
from datetime import date, timedelta

from .families import NOT_KNOWN, OTHER

FIRST_DAY = 50  # letters to one provider
# These look at new senders the hardest.
FIRST_DAY_OF = {"gmail": 25, "outlook": 25, "microsoft": 25, "yahoo": 25}
FREE = (NOT_KNOWN, OTHER)  # of their many servers each gets a few letters alone
DAYS = 14


@dataclass(frozen=True)
class Day:
    """A day of the ramp, and the most letters to one provider on it."""

    number: int  # from 1
    at: date
    letters: int  # to most providers
    fewer: int  # to those that look the hardest


def most_today(provider: str, warm_since: date | None, today: date) -> int | None:
    """Return how many letters may leave to `provider` in 24 hours, by what day of the ramp it is.

    None: as many as one likes, for the sender is warm, or is not warmed up at all.
    """
    if provider in FREE or not is_warming(warm_since, today):
        return None
    return most_on(FIRST_DAY_OF.get(provider, FIRST_DAY), day_of(warm_since, today))


def is_warming(warm_since: date | None, today: date) -> bool:
    """Whether a sender that is warmed up since then is still on its ramp."""
    return warm_since is not None and day_of(warm_since, today) < DAYS


def day_of(warm_since: date | None, today: date) -> int:
    """Return the day of the ramp, from 0; a clock that was set back is still on the first."""
    return max(0, (today - warm_since).days) if warm_since else 0


def ramp_of(warm_since: date) -> list[Day]:
    """Return the days of a ramp that begins then."""
    fewest = min(FIRST_DAY_OF.values())
    return [Day(number + 1, warm_since + timedelta(days=number), most_on(FIRST_DAY, number),
                most_on(fewest, number)) for number in range(DAYS)]


def most_on(first: int, day: int) -> int:
    return int(first * 2 ** day)
