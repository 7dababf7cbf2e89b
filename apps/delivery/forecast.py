"""When a run will end, by all that holds its letters up: reckoned, never looked up.

Letters are taken for water that flows from providers' vessels. Each moment it flows as fast as the
narrowest place allows; what is narrow changes at some moments, and the reckoning goes from one of
them to the next. What the engine does letter by letter comes out the same to some per cent.
"""
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from apps.mailings.hours.opening import Opening

from .engine.budgets import BUDGETS, SLACK

AT_ONCE = 1e5  # letters a second: as quick as anything where nothing is known
# Of moments that are gone through, each for so many runs' providers; what follows them goes on as
# they went.
STEPS = 15_000
FEWEST = 300  # moments
A_LETTER = 0.5  # less than this is none
GRAINS = 20  # pieces of a window in which what was spent is counted
DAY = 86400
NEVER = float("inf")


@dataclass
class Load:
    """The letters of one run, by provider, and when they may leave; moments aware.

    Without `openings` they leave at any hour. Letters that have not left by `ends_at` do not.
    """

    letters: Mapping[str, float]
    ends_at: datetime
    openings: Iterable[Opening] | None = None


@dataclass
class Budget:
    """So many letters in a `window` of seconds; of those `spent`, when each lot counts no more."""

    limit: int
    window: int
    bucket: int
    spent: list[tuple[float, float]] = field(default_factory=list)

    def room(self, now: float) -> float:
        self.spent = [(until, letters) for until, letters in self.spent if until > now]
        left = self.limit - sum(letters for _until, letters in self.spent)
        return left if left >= A_LETTER else 0

    def next_change(self, now: float) -> float:
        return min((until for until, _letters in self.spent if until > now), default=NEVER)

    def add(self, letters: float, now: float) -> None:
        """Count letters that have just left: with the last lot, where that is of late."""
        until = now + self.window + SLACK + self.bucket / 2
        if self.spent and until - self.spent[-1][0] < self.window / GRAINS:
            last, before = self.spent.pop()
            until = (last * before + until * letters) / (before + letters)
            letters += before
        self.spent.append((until, letters))


def budget_of(name: str, limit: int, spent: Mapping[int, int]) -> Budget:
    """Return the Budget of a sender's limit; `spent` is as `engine.budgets.Spent` keeps it."""
    kind = next(budget for budget in BUDGETS if budget.name == name)
    lots = [((bucket + 1) * kind.bucket + SLACK + kind.window, letters)
            for bucket, letters in sorted(spent.items())]
    return Budget(limit, kind.window, kind.bucket, [(float(at), float(n)) for at, n in lots])


@dataclass
class Limits:
    """What holds up the letters of one sender. Rates are in letters a second.

    `rate` is that of all, `providers` of some. `days` says how many letters a provider may get
    today, tomorrow …, the last of them holds on; a day ends at `midnight`, a timestamp.
    """

    rate: float = AT_ONCE
    budgets: Sequence[Budget] = ()
    providers: Mapping[str, float] = field(default_factory=dict)
    days: Mapping[str, Sequence[int | None]] = field(default_factory=dict)
    midnight: float = NEVER
    spent_today: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Forecast:
    """What will become of a run: when its last letter leaves, and how many leave in time.

    `ends_at` is None where the window closes first, and the latest moment of time where the
    letters would never end. `slowest` is the provider that takes clearly the longest, "" if none.
    """

    letters: int
    in_time: int
    ends_at: datetime | None
    slowest: str = ""


@dataclass(eq=False)
class Vessel:
    """A Load as it empties."""

    left: dict[str, float]
    ends_at: float
    openings: Iterator[tuple[float, float]]
    opens: float = 0.0
    closes: float = 0.0

    def next_change(self, now: float) -> float:
        """Return when it opens, closes or ends next; it must not have ended."""
        while self.closes <= now:
            self.opens, self.closes = next(self.openings, (NEVER, NEVER))
        return min(self.ends_at, self.opens if self.opens > now else self.closes)

    def is_open(self, now: float) -> bool:
        return self.opens <= now < min(self.closes, self.ends_at)


def vessel_of(load: Load) -> Vessel:
    openings = iter([(0.0, NEVER)])
    if load.openings is not None:
        openings = ((one.opens.timestamp(), one.closes.timestamp()) for one in load.openings)
    left = {provider: float(letters) for provider, letters in load.letters.items() if letters}
    return Vessel(left, load.ends_at.timestamp(), openings)


class Course:
    """The reckoning: loads, of which the first is asked about, and the time that has come."""

    def __init__(self, loads: Sequence[Load], limits: Limits, now: datetime) -> None:
        self.vessels = [vessel_of(load) for load in loads]
        self.asked = self.vessels[0]
        self.limits = limits
        self.began = now.timestamp()
        self.now = self.began
        self.emptied: dict[str, float] = {}  # when, by provider
        self.today = 0
        self.midnight = limits.midnight
        self.spent_today = dict(limits.spent_today)

    def run(self) -> None:
        """Go on until the asked one is empty or ends; or until it has taken enough steps."""
        flows = sum(len(vessel.left) for vessel in self.vessels)
        for _change in range(max(FEWEST, STEPS // max(1, flows))):
            if not self.asked.left or self.now >= self.asked.ends_at:
                return
            self.step()

    def step(self) -> None:
        """Go to the next moment at which something changes."""
        living = {number: one for number, one in enumerate(self.vessels)
                  if one.left and self.now < one.ends_at}
        following = min(one.next_change(self.now) for one in living.values())
        following = min([following, self.midnight, *(
            budget.next_change(self.now) for budget in self.limits.budgets)])
        room = min([NEVER, *(budget.room(self.now) for budget in self.limits.budgets)])
        are_open = {number: one for number, one in living.items() if one.is_open(self.now)}
        flows = self.flows(are_open) if room else {}
        seconds = self.seconds_until_change(flows, following - self.now, room)
        self.flow(flows, seconds)
        self.now = following if seconds == following - self.now else self.now + seconds
        if self.now >= self.midnight:
            self.today += 1
            self.midnight += DAY
            self.spent_today = {}

    def flows(self, vessels: Mapping[int, Vessel]) -> dict[tuple[int, str], float]:
        """Return the rate of each vessel's providers: runs share alike, providers by number."""
        weights = {}
        for number, one in vessels.items():
            whole = sum(one.left.values())
            for provider, letters in one.left.items():
                if self.day_room(provider):
                    weights[number, provider] = letters / whole
        return shares(weights, self.limits.rate, self.limits.providers)

    def day_room(self, provider: str) -> float:
        """Return how many letters more a provider may get today."""
        days = self.limits.days.get(provider)
        if not days:
            return NEVER
        most = days[min(self.today, len(days) - 1)]
        left = NEVER if most is None else most - self.spent_today.get(provider, 0)
        return left if left >= A_LETTER else 0

    def seconds_until_change(self, flows: Mapping[tuple[int, str], float], following: float,
                             room: float) -> float:
        """Return for how long letters flow so, at most until the `following` change."""
        seconds = following
        total = sum(flows.values())
        if total:
            seconds = min([seconds, room / total, *(
                budget.window / GRAINS for budget in self.limits.budgets)])
        by_provider: dict[str, float] = {}
        for (number, provider), rate in flows.items():
            seconds = min(seconds, self.vessels[number].left[provider] / rate)
            by_provider[provider] = by_provider.get(provider, 0) + rate
        for provider, rate in by_provider.items():
            seconds = min(seconds, self.day_room(provider) / rate)
        return seconds

    def flow(self, flows: Mapping[tuple[int, str], float], seconds: float) -> None:
        """Take out what flows in so many seconds."""
        for (number, provider), rate in flows.items():
            vessel = self.vessels[number]
            vessel.left[provider] -= rate * seconds
            self.spent_today[provider] = self.spent_today.get(provider, 0) + rate * seconds
            if vessel.left[provider] < A_LETTER:
                del vessel.left[provider]
                if vessel is self.asked:
                    self.emptied[provider] = self.now + seconds
        letters = sum(flows.values()) * seconds
        if letters:
            for budget in self.limits.budgets:
                budget.add(letters, self.now + seconds)


def shares(weights: Mapping[tuple[int, str], float], rate: float,
           most: Mapping[str, float]) -> dict[tuple[int, str], float]:
    """Share out a rate by weights; what a provider may not take goes to the others."""
    flows = {}
    left = dict(weights)
    while left:
        by_provider: dict[str, float] = {}
        for (_number, provider), weight in left.items():
            by_provider[provider] = by_provider.get(provider, 0) + weight
        level = rate / sum(left.values())
        levels = {provider: most[provider] / weight for provider, weight in by_provider.items()
                  if provider in most}
        narrowest = min(levels, key=lambda name: levels[name], default="")
        if not narrowest or levels[narrowest] >= level:
            return flows | {key: level * weight for key, weight in left.items() if level > 0}
        for key in [key for key in left if key[1] == narrowest]:
            if most[narrowest] > 0:
                flows[key] = levels[narrowest] * left[key]
            del left[key]
        rate = max(rate - most[narrowest], 0)
    return flows


def forecast(loads: Sequence[Load], limits: Limits, now: datetime) -> Forecast:
    """Return what becomes of the first of `loads`, which share the `limits`, from `now` on."""
    letters = round(sum(loads[0].letters.values()))
    course = Course(loads, limits, now)
    course.run()
    left = sum(course.asked.left.values())
    gone = letters - left
    if not left:
        return Forecast(letters, letters, moment(course.now), slowest_of(course))
    if course.now >= course.asked.ends_at:
        return Forecast(letters, int(gone), None, biggest(course.asked.left, limits))
    if gone < A_LETTER:
        return Forecast(letters, 0, datetime.max.replace(tzinfo=UTC))
    pace = gone / (course.now - course.began)
    slowest = biggest(course.asked.left, limits)
    ends_at = course.now + left / pace
    if ends_at > course.asked.ends_at:
        more = (course.asked.ends_at - course.now) * pace
        return Forecast(letters, int(gone + more), None, slowest)
    return Forecast(letters, letters, moment(ends_at), slowest)


def moment(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)


def slowest_of(course: Course) -> str:
    """Return the provider that ended clearly after the others, where it is held back."""
    ends = sorted((at, provider) for provider, at in course.emptied.items())
    if len(ends) < 2:
        return ""
    (before, _other), (last, provider) = ends[-2:]
    is_held = provider in course.limits.providers or provider in course.limits.days
    return provider if is_held and last - before > (last - course.began) / GRAINS else ""


def biggest(left: Mapping[str, float], limits: Limits) -> str:
    """Return the provider of most letters that are left, where it is held back."""
    held = {provider: letters for provider, letters in left.items()
            if provider in limits.providers or provider in limits.days}
    return max(held, key=lambda name: held[name], default="")
