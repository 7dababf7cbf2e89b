"""A run's figures: each group of letters adds its own row, and rows are folded into the figures.

If each group changed the run's counters itself, all workers would wait for one row, and a worker
that stands still in the middle of its transaction would stop the others. A group's row belongs to
it alone. Folding is one statement, so no process can stand still half-way: it takes the rows away
and adds them to the run's counters and to the tallies that reports read.
"""
from collections.abc import Mapping

from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from apps.mailings.models import Run

from .models import Increment

Tries = dict[tuple[int, str], tuple[int, str]]  # {(minute since 1970, meaning): (number, reply)}
COUNTERS = ("sent", "failed", "unknown", "skipped")
ADD = """
INSERT INTO mailings_increment (run_id, minute, meaning, number, example,
    sent, failed, unknown, skipped)
VALUES {rows}
"""
ROW = "(%s, %s, %s, %s, %s, %s, %s, %s, %s)"
# A run that another process has locked is left for the next time. The runs are locked before
# their rows are taken, so that of two processes that fold at once one gets all of a run.
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
# Letters that came back are not added up: however many reports tell of a letter it is one, and a
# report may be read before the letter's own outcome is written. An index leads to these few. When
# nothing else has changed `updated_at` stays, so that domains are not counted again.
COUNT = """
UPDATE mailings_run SET
    updated_at = CASE WHEN g.changed > 0 THEN %s ELSE mailings_run.updated_at END,
    sent = mailings_run.sent + g.sent,
    failed = mailings_run.failed + g.failed, unknown = mailings_run.unknown + g.unknown,
    skipped = mailings_run.skipped + g.skipped, returned = (
        SELECT COUNT(DISTINCT b.delivery_id) FROM mailings_bounce b
        JOIN mailings_delivery d ON d.id = b.delivery_id AND d.state = 'sent'
        WHERE b.run_id = mailings_run.id AND b.outcome <> 'complaint')
FROM (SELECT run_id, SUM(sent) sent, SUM(failed) failed, SUM(unknown) AS unknown,
    SUM(skipped) skipped,
    SUM(number + ABS(sent) + ABS(failed) + ABS(unknown) + ABS(skipped)) AS changed
    FROM gone GROUP BY run_id) AS g
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
# Both go to the server together: a process that stands still between them holds no lock.
WAIT_FOR = "SELECT 1 FROM mailings_run WHERE id = %s FOR NO KEY UPDATE;"


def add(run_id: int, counts: Mapping[str, int], tries: Tries) -> None:
    """Add to a run's figures, in the transaction that they tell of.

    `counts`: how many letters more (or fewer) by counter, COUNTERS. `tries` are those of the
    functions in `tallies`. The first row holds the counts too; without tries it holds them alone.
    """
    numbers = [counts.get(name, 0) for name in COUNTERS]
    if any(numbers) and not tries:
        tries = {(0, ""): (0, "")}
    values: list[int | str] = []
    for (minute, meaning), (number, reply) in sorted(tries.items()):
        values += [run_id, minute, meaning, number, reply, *numbers]
        numbers = [0] * len(COUNTERS)
    if values:
        rows = ", ".join([ROW] * len(tries))
        with connection.cursor() as cursor:
            cursor.execute(ADD.format(rows=rows), values)


def touch(run_id: int) -> None:
    """Have what came back of a run's letters counted anew, in the transaction that writes it down.

    The row that tells so adds nothing.
    """
    with connection.cursor() as cursor:
        numbers = [0] * len(COUNTERS)
        cursor.execute(ADD.format(rows=ROW), [run_id, 0, "", 0, "", *numbers])


def fold(run_id: int | None = None) -> None:
    """Bring the figures of all runs up to what was added; cheap where nothing was.

    Runs that another process has locked are passed over, except `run_id`, which is waited for.
    """
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            if run_id is None:
                cursor.execute(AT_ONCE, [now])
            else:
                cursor.execute(WAIT_FOR + AT_ONCE, [run_id, now])
        return
    if not Increment.objects.exists():
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
    of_mailing = Run.objects.filter(mailing=run.mailing_id)
    unknown: int = of_mailing.aggregate(number=Sum("unknown"))["number"]
    added = Increment.objects.filter(run__mailing=run.mailing_id).values_list("run")
    for run_id, *numbers in added.annotate(*map(Sum, COUNTERS)):
        more = dict(zip(COUNTERS, numbers, strict=True))
        unknown += more["unknown"]
        if run_id == run.pk:
            for name, number in more.items():
                setattr(run, name, getattr(run, name) + number)
    return unknown
