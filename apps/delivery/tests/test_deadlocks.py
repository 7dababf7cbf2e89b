"""What records and what decides at the same time never wait for each other in a circle.

SQLite has one writer at a time, so this is PostgreSQL's alone.
"""
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.mailings.models import Delivery, Recipient, Run
from apps.statistics import counting
from tests.factories import RecipientFactory

from .. import services
from ..engine import ledger, recovery
from ..engine.results import Claimed, Result
from ..wire.outcome import Outcome, Phase

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
]
often = pytest.mark.parametrize("times", [100, pytest.param(1000, marks=pytest.mark.torture)])
HOUR = timedelta(hours=1)
State = Delivery.State
TOKEN = "t"


def record_bounces(run, deliveries):
    """Record that each of `deliveries` was refused for good, as a connection does."""
    for row in deliveries:
        claimed = Claimed(row.pk, row.email, row.full_name, row.recipient_id, 0, 0, "")
        outcome = Outcome(Phase.RCPT, 550, "5.1.1 User unknown")
        result = Result(claimed, State.FAILED, 1, outcome, timezone.now())
        with transaction.atomic():
            counts, tries = ledger.store(run, [result], TOKEN)
            counting.add(run.pk, counts, tries)


def settle_unknowns(run, deliveries):
    """Mark each of `deliveries` as delivered, as the owner does."""
    for row in deliveries:
        services.unknown_resolve(
            run=run, by=run.owner, how=services.DELIVERED, delivery_ids=[row.pk])


def lose_leases(deliveries):
    """Let the leases of `deliveries` run out, a few at a time, as if their worker were lost."""
    for number in range(0, len(deliveries), 4):
        few = [row.pk for row in deliveries[number:number + 4]]
        Delivery.objects.filter(pk__in=few).update(lease_until=timezone.now() - HOUR)
        recovery.expire_leases()


def decide(mailing, times):
    """Mark all unknown outcomes of a mailing as delivered, again and again."""
    for _ in range(times):
        services.mailing_resolve(mailing=mailing, by=mailing.owner, how=services.DELIVERED)


def at_once(*tasks):
    """Do (function, arguments …) tasks in a thread each; return the errors that they met."""
    errors = []
    together = threading.Barrier(len(tasks))

    def do(task, *arguments):
        try:
            together.wait()
            task(*arguments)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=task) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def deliveries(run, state, number, **fields):
    """Make `number` deliveries of `run` in `state`, each to a recipient of its own."""
    people = Recipient.objects.bulk_create(
        RecipientFactory.build_batch(number, owner=run.owner))
    return Delivery.objects.bulk_create([
        Delivery(run=run, recipient=person, email=person.email, state=state, **fields)
        for person in people])


@often
def test_bounces_are_recorded_while_the_owner_decides_unknowns(mailing, times):
    run = Run.objects.create(
        mailing=mailing, owner=mailing.owner, total=2 * times, unknown=times)
    claimed = deliveries(run, State.CLAIMED, times, lease_token=TOKEN)
    unknown = deliveries(run, State.UNKNOWN, times)
    assert at_once((record_bounces, run, claimed), (settle_unknowns, run, unknown)) == []
    counting.fold()
    run.refresh_from_db()
    assert (run.failed, run.sent, run.unknown) == (times, times, 0)
    assert Recipient.objects.exclude(bounced_at=None).count() == times


@often
def test_a_late_answer_meets_the_owners_decision_about_the_same_letter(mailing, times):
    run = Run.objects.create(mailing=mailing, owner=mailing.owner, total=times, unknown=times)
    unknown = deliveries(run, State.UNKNOWN, times, lease_token=TOKEN)
    assert at_once((record_bounces, run, unknown), (settle_unknowns, run, unknown)) == []
    counting.fold()
    run.refresh_from_db()
    assert run.sent + run.failed == times and run.unknown == 0
    assert run.deliveries.filter(state=State.SENT).count() == run.sent
    assert run.deliveries.filter(state=State.FAILED).count() == run.failed


@often
def test_leases_of_two_runs_run_out_while_the_owner_decides(mailing, times):
    first, second = (Run.objects.create(
        mailing=mailing, owner=mailing.owner, total=times, state=Run.State.FINISHED)
        for _ in range(2))
    lost = [row for pair in zip(*(
        deliveries(run, State.CLAIMED, times, lease_until=timezone.now() + HOUR)
        for run in (first, second))) for row in pair]
    assert at_once((lose_leases, lost), (decide, mailing, times)) == []
    decide(mailing, 1)
    assert Delivery.objects.filter(state=State.SENT).count() == 2 * times
    for run in (first, second):
        run.refresh_from_db()
        assert (run.sent, run.unknown) == (times, 0)
