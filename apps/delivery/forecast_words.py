"""A forecast as people say it: when sending ends, what takes the longest, how many are reached."""
import time
from datetime import datetime, timedelta

from django.core.cache import cache
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.mailings.hours.words import moment_words
from apps.mailings.models import Mailing, Run
from apps.mailings.providers.families import OTHER, name_of

from .forecast import Forecast
from .forecast_facts import run_forecast, start_forecast

KEPT = 5  # seconds, the least and the most, for which a run's forecast holds
KEPT_LONGEST = 120
COSTS = 50  # times as long as it took
SHORT = timedelta(minutes=2)  # what ends so soon is not told
TOO_FAR = timedelta(days=3 * 365)


def run_forecast_words(run: Run, rate: float, now: datetime) -> str:
    """Return what becomes of a running run; "" where it can not be told, or it ends in a moment.

    `rate` is how many letters a second leave just now, 0 where that is not known.
    """
    key = f"forecast:{run.pk}"
    said: Forecast | str | None = cache.get(key)
    if said is None:
        began = time.monotonic()
        said = run_forecast(run, rate, now) or ""
        took = time.monotonic() - began
        cache.set(key, said, max(KEPT, min(KEPT_LONGEST, COSTS * took)))
    if not isinstance(said, Forecast) or said.ends_at and said.ends_at < now + SHORT:
        return ""
    return words_of(said, now)


def start_forecast_words(mailing: Mailing, letters: int, now: datetime, *,
                         again: bool) -> tuple[str, bool]:
    """Return what becomes of a run that would start now, and whether that is a warning."""
    if not letters:
        return "", False
    said = start_forecast(mailing, letters, now, again=again)
    if said.ends_at and said.ends_at < now + SHORT:
        return "", False
    return words_of(said, now), said.ends_at is None


def words_of(said: Forecast, now: datetime) -> str:
    slowest = ""
    if said.slowest and said.slowest != OTHER:
        slowest = _("; %(provider)s takes the longest") % {"provider": name_of(said.slowest)}
    if said.ends_at is None:
        return _("Before the end of sending about %(n)s of %(letters)s will leave%(slowest)s.") % {
            "n": shown(said.in_time), "letters": shown(said.letters), "slowest": slowest}
    if said.ends_at > now + TOO_FAR:
        return _("By these limits the letters take years.")
    return ngettext("%(n)s letter: ends about %(moment)s%(slowest)s.",
                    "%(n)s letters: end about %(moment)s%(slowest)s.", said.letters) % {
        "n": shown(said.letters), "moment": moment_words(said.ends_at, now), "slowest": slowest}


def shown(number: int) -> str:
    """Return a number, of many letters to two digits: no more of it is known."""
    if number >= 1000:
        number = round(number, 2 - len(str(number)))
    return number_format(number, force_grouping=True)
