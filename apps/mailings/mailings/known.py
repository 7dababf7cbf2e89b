"""What is known of the fates in a mailing without counting them, which takes seconds for many.

The fates of few recipients are counted for each page. Those of a big mailing are what its only run
has counted, if that took all who are in it; else they are counted after the page is shown, and kept
until a run, or the mailing, changes.
"""
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Max, Sum

from ..models import Delivery, Mailing, Run
from ..picks.choice import stored
from ..whom.rules import whom_of
from ..whom.size import has_over
from .fates import RETURNED, Fates, fates_of

State = Delivery.State
BIG = 10_000  # recipients; to count the fates of more takes longer than a page may
KEPT = 600  # seconds: it does not see who was deleted from the book
Runs = Mapping[str, Any]


def is_big(mailing: Mailing) -> bool:
    """Return whether a mailing has more than BIG recipients; it is looked up once."""
    if not hasattr(mailing, "is_big"):
        mailing.is_big = has_over(whom_of(mailing), BIG)
    found: bool = mailing.is_big
    return found


def known_fates(mailing: Mailing) -> Fates | None:
    """Return the fates of the mailing's recipients; None where they are to be counted first.

    They are `rough` where its run has counted them: it does not see who was deleted since.
    """
    if not hasattr(mailing, "known_fates"):
        mailing.known_fates = find_fates(mailing)
    found: Fates | None = mailing.known_fates
    return found


def find_fates(mailing: Mailing) -> Fates | None:
    if not is_big(mailing):
        return fates_of(mailing)
    runs = runs_of([mailing])[mailing.pk]
    kept: Fates | None = cache.get(key_of(mailing, runs))
    return kept or by_only_run(mailing, runs)


def counted_fates(mailing: Mailing) -> Fates:
    """Count the fates of all recipients, and keep them. Returns them."""
    runs = runs_of([mailing])[mailing.pk]
    key = key_of(mailing, runs)
    fates: Fates | None = cache.get(key)
    if fates is None:
        fates = exact_by_only_run(mailing, runs) or fates_of(mailing)
        cache.set(key, fates, KEPT)
    mailing.known_fates = fates
    return fates


def runs_of(mailings: Iterable[Mailing]) -> dict[int, Runs]:
    """Return how many runs and letters each of `mailings` has had, and when one last changed."""
    ids = [mailing.pk for mailing in mailings]
    none = {"number": 0, "letters": 0, "changed": None, "back": 0}
    found: dict[int, Runs] = dict.fromkeys(ids, none)
    runs = Run.objects.filter(mailing__in=ids).order_by().values("mailing")
    for row in runs.annotate(
            number=Count("pk"), letters=Sum("total"), changed=Max("updated_at"),
            back=Sum("returned")):
        found[row["mailing"]] = row
    return found


def key_of(mailing: Mailing, runs: Runs) -> str:
    changed = runs["changed"].timestamp() if runs["changed"] else 0
    of_runs = f"{runs['number']}:{changed}:{runs['back']}"
    return f"fates:{mailing.pk}:{of_runs}:{mailing.updated_at.timestamp()}"


def only_run(mailing: Mailing, runs: Runs) -> Run | None:
    """Return the only run of a mailing if nobody has changed who is in it since."""
    run: Run | None = mailing.last_run if hasattr(mailing, "last_run") else mailing.runs.first()
    if runs["number"] != 1 or run is None or run.started_at < mailing.updated_at:
        return None
    return run


def by_only_run(mailing: Mailing, runs: Runs) -> Fates | None:
    run = only_run(mailing, runs)
    if run is None:
        return None
    return Fates(by_run(run) | {State.PENDING: run.left, State.SKIPPED: run.skipped}, rough=True)


def by_run(run: Run) -> dict[str, int]:
    return {State.SENT: run.sent - run.returned, RETURNED: run.returned,
            State.FAILED: run.failed, State.UNKNOWN: run.unknown}


def exact_by_only_run(mailing: Mailing, runs: Runs) -> Fates | None:
    """Return the exact fates where the only run has them of all who are in the mailing now."""
    run = only_run(mailing, runs)
    if run is None or run.is_active or not whom_of(mailing).is_stored_picks:
        return None
    if stored(mailing).count() != run.total:
        return None
    others = Delivery.objects.filter(run=run).exclude(
        state__in=by_run(run)).order_by().values_list("state").annotate(Count("pk"))
    return Fates(by_run(run) | (dict(others) if run.skipped or run.left else {}))
