"""A run's figures: each group of letters adds its own row, and rows are folded into the figures.

Were the run's counters moved by each group itself, all senders would wait for one row, and a
sender that stands still in the middle of its transaction would silence the others. A group's row
is nobody else's. Folding is one statement, so nobody can be caught in the middle of it: it takes
the rows away and adds them to the run's counters and to the tallies that reports read.
"""
from collections.abc import Mapping

from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from apps.mailings.models import Run

from .models import Increment

COUNTERS = ("sent", "failed", "unknown", "skipped")
ADD = """
INSERT INTO mailings_increment (run_id, minute, meaning, number, example,
    sent, failed, unknown, skipped)
VALUES {rows}
"""
ROW = "(%s, %s, %s, %s, %s, %s, %s, %s, %s)"
# A run that somebody holds is left for the next time. The runs are locked before their rows are
# taken, so that of two who fold at once one gets all of a run.
TAKE = """
WITH runs AS (
    SELECT id, mailing_id, owner_id FROM mailings_run
    WHERE id IN (SELECT run_id FROM mailings_increment) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM mailings_increment i USING runs WHERE i.run_id = runs.id
    RETURNING i.*, runs.mailing_id, runs.owner_id
)"""
READ = """
WITH gone AS (
    SELECT i.*, r.mailing_id, r.owner_id
    FROM mailings_increment i JOIN mailings_run r ON r.id = i.run_id
)"""
COUNT = """
UPDATE mailings_run SET updated_at = %s, sent = mailings_run.sent + g.sent,
    failed = mailings_run.failed + g.failed, unknown = mailings_run.unknown + g.unknown,
    skipped = mailings_run.skipped + g.skipped
FROM (SELECT run_id, SUM(sent) sent, SUM(failed) failed, SUM(unknown) AS unknown,
    SUM(skipped) skipped FROM gone GROUP BY run_id) AS g
WHERE mailings_run.id = g.run_id
"""
TALLY = """
INSERT INTO mailings_tally (run_id, mailing_id, owner_id, quarter, meaning, number, example)
SELECT run_id, mailing_id, owner_id, minute / 15, meaning, SUM(number), MAX(example)
FROM gone WHERE number > 0 GROUP BY run_id, mailing_id, owner_id, minute / 15, meaning
ON CONFLICT (run_id, quarter, meaning) DO UPDATE
SET number = mailings_tally.number + excluded.number, example = excluded.example
"""
COURSE = """
INSERT INTO mailings_minutetally (run_id, minute, sent, failed, unknown)
SELECT run_id, minute, SUM(CASE WHEN meaning = 'accepted' THEN number ELSE 0 END),
    SUM(CASE WHEN meaning IN ('accepted', 'unknown') THEN 0 ELSE number END),
    SUM(CASE WHEN meaning = 'unknown' THEN number ELSE 0 END)
FROM gone WHERE number > 0 GROUP BY run_id, minute
ON CONFLICT (run_id, minute) DO UPDATE
SET sent = mailings_minutetally.sent + excluded.sent,
    failed = mailings_minutetally.failed + excluded.failed,
    unknown = mailings_minutetally.unknown + excluded.unknown
"""
# Constants only.
AT_ONCE = f"{TAKE}, counted AS ({COUNT}), tallied AS ({TALLY}) {COURSE}"  # nosec B608
# Both go to the server together: whoever stands still between them holds nothing.
WAIT_FOR = "SELECT 1 FROM mailings_run WHERE id = %s FOR NO KEY UPDATE;"


def add(run_id: int, counts: Mapping[str, int], tries: Mapping[tuple, tuple]) -> None:
    """Add to a run's figures, in the transaction that they tell of.

    `counts`: how many letters more (or fewer) by counter, COUNTERS. `tries`, as the functions of
    `tallies` return them: {(minute since 1970, meaning): (number, a reply)}.
    """
    numbers = [counts.get(name, 0) for name in COUNTERS]
    rows = [[run_id, minute, meaning, number, reply, 0, 0, 0, 0]
            for (minute, meaning), (number, reply) in sorted(tries.items())]
    if any(numbers) and not rows:
        rows = [[run_id, 0, "", 0, "", *numbers]]
    elif any(numbers):
        rows[0][-len(numbers):] = numbers
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(ADD.format(rows=", ".join([ROW] * len(rows))),
                           [value for row in rows for value in row])


def fold(run_id: int | None = None) -> None:
    """Bring the figures of all runs up to what was added; cheap where nothing was.

    Runs that somebody holds are passed over, but for `run_id`, which is waited for.
    """
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            if run_id is None:
                cursor.execute(AT_ONCE, [now])
            else:
                cursor.execute(WAIT_FOR + AT_ONCE, [run_id, now])
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM mailings_increment LIMIT 1")
        if not cursor.fetchone():
            return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(READ + COUNT, [now])
        cursor.execute(READ + TALLY)
        cursor.execute(READ + COURSE)
        cursor.execute("DELETE FROM mailings_increment")


def figures_now(run: Run) -> int:
    """Add to the figures of `run`, as it was read, what is not folded into them yet.

    Returns how many outcomes are unknown in all runs of its mailing.
    """
    folded = Run.objects.filter(mailing=run.mailing_id).aggregate(number=Sum("unknown"))["number"]
    added = Increment.objects.filter(run__mailing=run.mailing_id).values("run").annotate(
        **{f"more_{name}": Sum(name) for name in COUNTERS})
    for more in added:
        folded += more["more_unknown"]
        if more["run"] == run.pk:
            for name in COUNTERS:
                setattr(run, name, getattr(run, name) + more[f"more_{name}"])
    return folded
