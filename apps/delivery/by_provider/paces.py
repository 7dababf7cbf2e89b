"""How a sender's letters to one provider leave now, in words: its limits, and what it has said."""
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.mailings.providers.families import name_of
from apps.mailings.providers.warm_up import most_today
from apps.mailings.senders.models import Sender

from ..engine.booking import SLOWED
from ..engine.limits import PACE
from ..models import Throttle
from ..waits import limit_words, shown, when_words

LIMITS = ("per_minute", "per_connection", "connections")


@dataclass(frozen=True)
class ProviderPace:
    """What holds a sender's letters to a provider. None and "": nothing of that kind."""

    key: str
    row: Throttle | None = None
    waits_until: datetime | None = None  # it has asked to wait, or a day of the warm-up is used up
    warm_most: int | None = None  # letters today

    @property
    def name(self) -> str:
        return name_of(self.key)

    @property
    def is_slowed(self) -> bool:
        """Whether the provider has asked to go slower, and still does."""
        return self.row is not None and self.row.slow_rate is not None

    @property
    def is_stopped(self) -> bool:
        """Whether it gets no letters at all just now because it asked so."""
        return self.waits_until is not None and self.row is not None \
            and self.row.used_up == SLOWED

    @property
    def has_said(self) -> bool:
        """Whether its answers have taught anything that is remembered."""
        return self.row is not None and bool(self.row.slow_words or self.is_slowed)

    @property
    def per_minute(self) -> float | None:
        """The letters a minute that leave at the most, by the owner's limit and its own."""
        rates = []
        if self.row and self.row.per_minute:
            rates.append(self.row.per_minute * PACE)
        if self.row and self.row.slow_rate:
            rates.append(self.row.slow_rate)
        return min(rates, default=None)

    @property
    def holds(self) -> bool:
        """Whether anything holds its letters."""
        has_limits = self.row is not None and any(
            getattr(self.row, limit) is not None for limit in LIMITS)
        return has_limits or self.is_slowed or self.warm_most is not None

    @property
    def said_since(self) -> str:
        """When it said so last, in words."""
        if self.row is None or self.row.slow_at is None:
            return ""
        moment = timezone.localtime(self.row.slow_at)
        return _("%(day)s, %(time)s") % {
            "day": date_format(moment, "j E"), "time": date_format(moment, "TIME_FORMAT")}


def pace_at(key: str, row: Throttle | None, sender: Sender | None, now: datetime) -> ProviderPace:
    """Return how letters to a provider leave `now`. `row` is its throttle of the sender."""
    since = sender.warm_since if sender else None
    warm_most = most_today(key, since, now.astimezone(UTC).date())
    return ProviderPace(key, row, waits_until(row, sender, now), warm_most)


def waits_until(row: Throttle | None, sender: Sender | None, now: datetime) -> datetime | None:
    """Return until when the row lets no letter go, as long as its limits stay as they are."""
    if row is None or not row.used_up or row.free_at <= now:
        return None
    if sender and (row.booked_at is None or row.booked_at < sender.limits_at):
        return None
    return row.free_at


def limits_words(pace: ProviderPace) -> str:
    """Return the owner's limits for a provider in a line; "" without any."""
    row = pace.row
    if row is None:
        return ""
    words = []
    if row.per_minute is not None:
        words.append(limit_words("per_minute", row.per_minute))
    if row.per_connection is not None:
        words.append(ngettext("%(n)s letter a connection", "%(n)s letters a connection",
                              row.per_connection) % {"n": shown(row.per_connection)})
    if row.connections is not None:
        words.append(ngettext("%(n)s connection at once", "%(n)s connections at once",
                              row.connections) % {"n": shown(row.connections)})
    return ", ".join(words)


def asked_words(pace: ProviderPace, now: datetime) -> str:
    """Return what a provider has asked for and what that makes of its letters; "" for nothing."""
    if pace.is_stopped and pace.waits_until:
        return _("%(provider)s asks us to wait. We go on by ourselves %(when)s.") % {
            "provider": pace.name, "when": when_words(pace.waits_until, now)}
    if not pace.is_slowed or pace.per_minute is None:
        return ""
    letters = max(1, round(pace.per_minute))
    return ngettext(
        "%(provider)s asks us not to hurry: %(n)s letter a minute.",
        "%(provider)s asks us not to hurry: %(n)s letters a minute.", letters) % {
            "provider": pace.name, "n": shown(letters)}


def warm_up_words(pace: ProviderPace, now: datetime) -> str:
    """Return how many letters of a new sender may leave to a provider today; "" for all."""
    if pace.warm_most is None:
        return ""
    words = ngettext("Warm-up: %(n)s letter today.", "Warm-up: %(n)s letters today.",
                     pace.warm_most) % {"n": shown(pace.warm_most)}
    if pace.waits_until is None or pace.is_stopped:
        return words
    return " ".join([words, _("They have left; we go on by ourselves %(when)s.") % {
        "when": when_words(pace.waits_until, now)}])


def next_words(pace: ProviderPace) -> str:
    """Return what will become of a pace that the provider has asked for."""
    if pace.is_stopped:
        return _("Then we begin more slowly.")
    if pace.is_slowed:
        return _("While it takes them, we add a little more by ourselves.")
    return ""
