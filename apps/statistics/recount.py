"""The proof of the tallies: count attempts and deliveries anew, and tell where they differ."""
from django.db import connection, transaction

from apps.mailings.models import Attempt, Run

from . import counting, tallies
from .models import FATES, Tally

AT_ONCE = 2000  # rows of figures; SQLite takes no statement with many more


@transaction.atomic
def differences(run: Run, *, repair: bool = False) -> list[str]:
    """Return the names of the run's tallies that a recount contradicts; `repair` puts them right.

    Workers store nothing meanwhile, so no figure moves.
    """
    run = Run.objects.select_for_update(of=("self",), no_key=True).get(pk=run.pk)
    hold_workers()
    counting.fold()
    run.refresh_from_db()
    if run.domains_at != run.updated_at:
        tallies.count_domains(run)  # not wrong: they follow in seconds
        run.domains_at = run.updated_at
    stored = snapshot(run)
    Tally.objects.filter(run=run).delete()
    run.minutes.all().delete()
    attempts = Attempt.objects.filter(mailing=run.mailing_id, run=run).order_by("attempted_at")
    tries = list(tallies.of_attempts(attempts.iterator()).items())
    for start in range(0, len(tries), AT_ONCE):
        counting.add(run.pk, {}, dict(tries[start:start + AT_ONCE]))
    counting.fold()
    run.refresh_from_db(fields=["updated_at"])
    tallies.count_domains(run)
    recounted = snapshot(run)
    if not repair:
        transaction.set_rollback(True)
    return [name for name in stored if stored[name] != recounted[name]]


def hold_workers() -> None:
    """Wait for workers that store results now; the others wait for this transaction."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE mailings_increment IN SHARE ROW EXCLUSIVE MODE")


def snapshot(run: Run) -> dict[str, set[tuple]]:
    """Return the run's tallies, comparable; which reply stands as an example is no figure."""
    return {
        "meanings": set(Tally.objects.filter(
            run=run).values_list("quarter", "meaning", "number")),
        "minutes": set(run.minutes.values_list("minute", "sent", "failed", "unknown")),
        "domains": set(run.domains.values_list("domain", *FATES)),
    }
