"""What the jobs of imports share: their import, its stage when they end, their pace."""
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.utils.translation import override

from apps.jobs.kinds import Failed, Kind
from apps.jobs.models import Job

from ..sheets.reading import Unreadable
from .comparing import REJECTED, Outcome
from .models import Import
from .pace import Pace
from .reasons import refusal_words
from .source import Batch, Source
from .telling import Telling

CATCH_UP = 1.0  # seconds of reading on to the place, before others have their turn
MOST_OPEN = 4  # files


class Unread(Failed):
    """The file can not be read."""

    def __init__(self, error: Unreadable) -> None:
        with override("en"):
            super().__init__(str(error)[:500])
        self.error = error


class ImportKind(Kind):
    """A job of one import."""

    after_failure = ""  # the import's stage then

    def title(self, job: Job) -> str:
        of = Import.objects.filter(pk=job.place["import"]).first()
        return f"{self.label}: {of}" if of else str(self.label)

    def reason(self, job: Job) -> str:
        of = Import.objects.filter(pk=job.place["import"], job=job).first()
        return of and refusal_words(of) or super().reason(job)

    def stopped(self, job: Job, why: Failed | None) -> None:
        """Bring the import to the stage that follows, with what is wrong with its file."""
        changes: dict[str, Any] = {"stage": self.after_failure}
        rows = Import.objects.filter(pk=job.place["import"], job=job, stage__in=Import.WORKING)
        for of in rows:
            if isinstance(why, Unread):
                changes |= {"refusal": why.error.reason,
                            "sample": {**of.sample, "details": plain(why.error.details)}}
            rows.update(**changes, **self.at_stop())

    def at_stop(self) -> Mapping[str, Any]:
        return {}


def plain(details: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, int) else str(value)
            for name, value in details.items()}


@dataclass
class Prepared:
    """A batch that was read, and the import that it is of."""

    of: Import
    source: Source
    batch: Batch


class ReadingKind(ImportKind):
    """A job that goes through the file: it reads and judges while it holds no lock."""

    with_mended = False

    def __init__(self) -> None:
        self.sources: dict[int, Source] = {}  # by the job
        self.prepared: Prepared | None = None
        self.pace = Pace()

    def look(self, job: Job) -> None:
        self.prepared = None
        self.pace.look()
        self.pace.start()
        try:
            source = self.source_at(job)
            if source.catch_up(job.place["row"], time.monotonic() + CATCH_UP):
                self.prepared = Prepared(source.of, source, source.next(self.pace.rows))
        except Unreadable as error:
            self.close(job.pk)
            raise Unread(error) from None

    def source_at(self, job: Job) -> Source:
        """Return the open file of the job, that has not read past the job's place."""
        source = self.sources.get(job.pk)
        if source and source.at > job.place["row"]:  # that batch was rolled back
            self.close(job.pk)
            source = None
        if source is None:
            while len(self.sources) >= MOST_OPEN:
                self.close(next(iter(self.sources)))
            of = Import.objects.get(pk=job.place["import"])
            source = self.sources[job.pk] = Source(of, with_mended=self.with_mended)
        return source

    def run_batch(self, job: Job) -> bool:
        prepared = self.prepared
        if prepared is None:  # the place is not reached yet
            return False
        self.pace.start()
        self.write(job, prepared)
        job.place["row"] = job.done = prepared.batch.last
        job.total = max(self.total(job, prepared), job.done)
        self.pace.done()
        if prepared.batch.ended:
            self.close(job.pk)
        return prepared.batch.ended

    def write(self, job: Job, prepared: Prepared) -> None:
        """Store what comes of a batch, and of the whole after the last one."""
        raise NotImplementedError

    def total(self, job: Job, prepared: Prepared) -> int:
        return job.total

    def rest(self, took: float) -> float:
        return self.pace.rest(took, super().rest(took))

    def close(self, job: int) -> None:
        if source := self.sources.pop(job, None):
            source.close()

    def idle(self) -> None:
        for job in list(self.sources):
            self.close(job)


def count(of: Import, batch: Batch, outcomes: list[Outcome], suppressed: Mapping[str, str],
          returning: set[str]) -> None:
    """Add a batch to the figures of its import. They add up, whatever came of its people."""
    found = {"people": len(batch.people), REJECTED: len(batch.people) - len(outcomes),
             "added": 0, "updated": 0, "unchanged": 0, "returning": 0,
             "suppressed": sum(outcome.person.key in suppressed for outcome in outcomes)}
    for outcome in outcomes:
        found[outcome.what] += 1
        found["returning"] += outcome.known is None and outcome.person.key in returning
    Import.objects.filter(pk=of.pk).update(
        **{name: F(name) + number for name, number in found.items() if number})


def told(job: Job, prepared: Prepared) -> Telling:
    counted: dict[str, int] = job.place.setdefault("told", {})
    return Telling(prepared.of, prepared.source.rules, counted)
