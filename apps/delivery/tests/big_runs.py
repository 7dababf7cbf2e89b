"""What tests of big runs do with them, and ask of their ledgers."""
from apps.delivery import preparing
from apps.delivery.services import run_start
from apps.mailings.models import Delivery, Run
from apps.mailings.preparations import RunAudience
from apps.statistics import counting


def start(mailing, **options):
    return run_start(mailing=mailing, trigger=Run.Trigger.PAGE, **options)


def prepare(run, rows=1):
    """Take all steps of the run's preparation that can be taken."""
    while preparing.step(run.pk, rows) is not None:
        pass
    counting.fold()
    run.refresh_from_db()


def states(run):
    return sorted(run.deliveries.values_list("state", flat=True))


def emails(run):
    return sorted(run.deliveries.values_list("email", flat=True))


def adds_up(run):
    """Whether the run's figures tell what its ledger has, with what is still to be made as left."""
    counting.fold()
    run.refresh_from_db()
    ledger_has = states(run)
    unmade = RunAudience.objects.filter(run=run).count()
    set_aside = ledger_has.count("skipped") + ledger_has.count("cancelled")
    waiting = sum(map(ledger_has.count, Delivery.OPEN))
    return (run.total, run.skipped, run.left) == (
        len(ledger_has) + unmade, set_aside, waiting + unmade)
