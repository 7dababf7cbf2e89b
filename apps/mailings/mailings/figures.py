"""The figures in a list's row of a mailing: over its recipients, or of the run that goes now."""
from collections.abc import Iterable

from django.core.cache import cache
from django.db.models import Count, Max

from ..models import Mailing, Run
from .fates import Fates, fates_of_each
from .story import add_stories

KEPT = 300  # seconds
BIG = 1000  # the fates of fewer recipients are counted within a millisecond or two


def add_figures(mailings: Iterable[Mailing]) -> None:
    """Give each of `mailings` its `recipients_count`, `last_run`, `story` and `figures`.

    As on the mailing's own page: while a run goes the figures are the run's, else they are of the
    latest fate of each recipient; None where no run was. It takes six queries at the most.
    """
    add_stories(mailings)
    add_counts(mailings)
    runs = runs_of(mailings)
    to_count = []
    for mailing in mailings:
        mailing.figures = mailing.last_run
        if mailing.last_run and not tells_all(mailing.last_run, mailing, runs[mailing.pk]):
            to_count.append(mailing)
    add_fates(to_count, runs)


def add_counts(mailings: Iterable[Mailing]) -> None:
    members = Mailing.recipients.through.objects.filter(
        mailing__in=mailings, recipient__deleted_at=None)
    counts = dict(members.values_list("mailing").annotate(Count("pk")))
    for mailing in mailings:
        mailing.recipients_count = counts.get(mailing.pk, 0)


def runs_of(mailings: Iterable[Mailing]) -> dict[int, dict[str, object]]:
    """Return how many runs each of `mailings` has had, and when one last changed, by its id."""
    runs = Run.objects.filter(mailing__in=mailings).order_by().values("mailing")
    found = runs.annotate(number=Count("pk"), changed=Max("updated_at"))
    return {row["mailing"]: row for row in found}


def tells_all(run: Run, mailing: Mailing, runs: dict[str, object]) -> bool:
    """Return whether the figures of the last run stand for those of the mailing.

    To count fates takes long for a big mailing. Where its only run took all who are in it now,
    the run has counted them.
    """
    if run.is_active:
        return True
    is_whole = runs["number"] == 1 and run.total == mailing.recipients_count
    return is_big(mailing) and is_whole and mailing.updated_at <= run.started_at


def is_big(mailing: Mailing) -> bool:
    return mailing.recipients_count > BIG


def add_fates(mailings: Iterable[Mailing], runs: dict[int, dict[str, object]]) -> None:
    """Give each of `mailings` the fates of its recipients as its `figures`.

    Those of a big one are kept until a run, who is in it, or how many are left of them changes.
    """
    missing = []
    for mailing in mailings:
        mailing.figures = None
        if is_big(mailing):
            mailing.figures = cache.get(key_of(mailing, runs))
        if mailing.figures is None:
            missing.append(mailing)
    counted = fates_of_each(missing)
    for mailing in missing:
        mailing.figures = counted.get(mailing.pk, Fates())
        if is_big(mailing):
            cache.set(key_of(mailing, runs), mailing.figures, KEPT)


def key_of(mailing: Mailing, runs: dict[int, dict[str, object]]) -> str:
    changed = runs[mailing.pk]["changed"].timestamp()
    edited = mailing.updated_at.timestamp()
    return f"fates:{mailing.pk}:{changed}:{edited}:{mailing.recipients_count}"
