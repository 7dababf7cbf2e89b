"""The figures in a list's row of a mailing: over its recipients, or of the run that goes now."""
from collections.abc import Iterable, Mapping

from django.core.cache import cache
from django.db import connection
from django.db.models import Count

from apps.core.numbers import MANY, Number

from ..models import Mailing
from ..whom.rules import not_by_hand
from ..whom.words import add_words
from . import known
from .fates import Fates, fates_of_each
from .known import KEPT, Runs, by_only_run, key_of, runs_of
from .story import add_stories

DEAR = 1000  # the fates of fewer recipients are counted within a millisecond or two
CAPPED = """
SELECT m.id, (SELECT COUNT(*) FROM (
    SELECT 1 FROM mailings_mailing_recipients r WHERE r.mailing_id = m.id LIMIT %s) AS counted)
FROM mailings_mailing m WHERE m.id IN ({})
"""


def add_figures(mailings: Iterable[Mailing]) -> None:
    """Give each of `mailings` its `recipients_count`, `last_run`, `story` and `figures`.

    As on the mailing's own page: while a run goes the figures are the run's, else they are of the
    latest fate of each recipient; None where no run was, or where they are not known and would take
    too long to count. It takes thirteen queries at the most.
    """
    add_stories(mailings)
    runs = runs_of(mailings)
    add_counts(mailings, runs)
    to_count = []
    for mailing in mailings:
        mailing.figures = mailing.last_run
        if mailing.last_run and not mailing.last_run.is_active:
            to_count.append(mailing)
    add_fates(to_count, runs)


def add_counts(mailings: Iterable[Mailing], runs: Mapping[int, Runs]) -> None:
    """Give each its `recipients_count`, a Number: exact for all but the big ones.

    One that is not only for who was picked by hand says in words whom it is for (`whom`); its
    number is of the letters that it has had, at the most.
    """
    addressed = not_by_hand(mailings)
    sizes = capped_sizes([mailing.pk for mailing in mailings if mailing.pk not in addressed])
    few = [pk for pk, size in sizes.items() if size <= known.BIG]
    rows = Mailing.recipients.through.objects.filter(
        mailing__in=few, recipient__deleted_at=None).values_list("mailing")
    counts = dict(rows.annotate(Count("pk")))
    add_words([mailing for mailing in mailings if mailing.pk in addressed])
    for mailing in mailings:
        size = sizes.get(mailing.pk, runs[mailing.pk]["letters"])
        mailing.is_big = size > known.BIG
        number = counts.get(mailing.pk, 0)
        if mailing.pk in addressed:
            number = size
        mailing.recipients_count = Number(MANY + 1 if mailing.is_big else number)


def capped_sizes(ids: list[int]) -> dict[int, int]:
    """Return how many were ever put into each of these mailings, but for what is too many."""
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(CAPPED.format(", ".join(["%s"] * len(ids))), [known.BIG + 1, *ids])
        return dict(cursor.fetchall())


def add_fates(mailings: Iterable[Mailing], runs: Mapping[int, Runs]) -> None:
    """Give each of `mailings` the fates of its recipients as its `figures`.

    Those of a dear one are kept until a run, or the mailing, changes. A big one has those that are
    kept, or that its only run has counted.
    """
    missing = []
    for mailing in mailings:
        key = key_of(mailing, runs[mailing.pk])
        mailing.figures = None
        if is_dear(mailing):
            mailing.figures = cache.get(f"{key}:{mailing.recipients_count.counted}")
        if mailing.is_big:
            mailing.figures = cache.get(key) or by_only_run(mailing, runs[mailing.pk])
            if mailing.figures:
                mailing.recipients_count = Number(mailing.figures.total, exact=True)
        elif mailing.figures is None:
            missing.append(mailing)
    counted = fates_of_each(missing)
    for mailing in missing:
        mailing.figures = counted.get(mailing.pk, Fates())
        if is_dear(mailing):
            key = key_of(mailing, runs[mailing.pk])
            cache.set(f"{key}:{mailing.recipients_count.counted}", mailing.figures, KEPT)


def is_dear(mailing: Mailing) -> bool:
    return bool(mailing.recipients_count.counted > DEAR)
