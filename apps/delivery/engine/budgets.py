"""The limits of an hour and of a day: how many letters they leave, and from when.

Such a budget may be used at once. Letters are counted in small buckets of time, and a bucket is
forgotten only when all of it is out of the window, so no window ever has more than the limit.
"""
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from datetime import timezone as zones
from typing import Protocol

SLACK = 60  # seconds that a letter may leave after it was counted
UNLIMITED = 10 ** 9


@dataclass(frozen=True)
class Budget:
    """A limit, by the name of its field; all times in seconds."""

    name: str
    window: int
    bucket: int


BUDGETS = (Budget("per_hour", 60 * 60, 60), Budget("per_day", 24 * 60 * 60, 10 * 60))


class HasBudgets(Protocol):
    """What has a limit of an hour and one of a day: a sender, or `limits.Limits`."""

    @property
    def per_hour(self) -> int | None: ...

    @property
    def per_day(self) -> int | None: ...


class Spent:
    """The letters that have been booked of late, as `stored` in a throttle's row."""

    def __init__(self, limits: HasBudgets, stored: Mapping[str, Mapping[str, int]],
                 now: datetime) -> None:
        self.limits = limits
        self.now = now.timestamp()
        self.buckets = {
            budget.name: self.kept(budget, stored.get(budget.name, {})) for budget in BUDGETS}

    def kept(self, budget: Budget, stored: Mapping[str, int]) -> dict[int, int]:
        """Return the buckets that are in the window still.

        Those of the future count as of now: the clock was set back since.
        """
        newest = int(self.now) // budget.bucket
        kept: dict[int, int] = {}
        for key, letters in sorted((int(key), letters) for key, letters in stored.items()):
            if self.leaves_at(budget, key) > self.now:
                place = min(key, newest)
                kept[place] = kept.get(place, 0) + letters
        return kept

    @staticmethod
    def leaves_at(budget: Budget, bucket: int) -> int:
        return (bucket + 1) * budget.bucket + SLACK + budget.window

    def total(self, name: str) -> int:
        """Return how many letters count for a limit; 0 for that of a minute, which is paced."""
        return sum(self.buckets.get(name, {}).values())

    def left(self) -> int:
        """Return how many letters may leave now."""
        left = UNLIMITED
        for budget in BUDGETS:
            limit = getattr(self.limits, budget.name)
            if limit is not None:
                left = min(left, limit - self.total(budget.name))
        return max(0, left)

    def add(self, letters: int) -> None:
        for budget in BUDGETS:
            newest = int(self.now) // budget.bucket
            buckets = self.buckets[budget.name]
            buckets[newest] = buckets.get(newest, 0) + letters

    def take_back(self, letters: int, booked_at: datetime) -> None:
        """Forget `letters` that were added then."""
        for budget in BUDGETS:
            place = int(booked_at.timestamp()) // budget.bucket
            buckets = self.buckets[budget.name]
            if place in buckets:
                buckets[place] = max(0, buckets[place] - letters)

    def next_fit(self) -> tuple[datetime | None, str]:
        """Return from when the next letter fits, and the limit that is used up; (None, "") now."""
        latest = 0
        name = ""
        for budget in BUDGETS:
            limit = getattr(self.limits, budget.name)
            if limit is None or self.total(budget.name) < limit:
                continue
            fits_at = self.fits_at(budget, limit)
            if fits_at > latest:
                latest = fits_at
                name = budget.name
        if not name:
            return None, ""
        return datetime.fromtimestamp(latest, zones.utc), name

    def fits_at(self, budget: Budget, limit: int) -> int:
        left = self.total(budget.name)
        for bucket, letters in sorted(self.buckets[budget.name].items()):
            left -= letters
            if left < limit:
                return self.leaves_at(budget, bucket)
        return int(self.now) + budget.window  # a limit of no letters at all

    def stored(self) -> dict[str, dict[str, int]]:
        """Return what goes to the throttle row."""
        return {
            name: {str(bucket): letters for bucket, letters in buckets.items() if letters}
            for name, buckets in self.buckets.items()}
