"""What records and what decides at the same time never wait for each other in a circle.

SQLite has one writer at a time, so this is PostgreSQL's alone.
"""
import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.delivery import ledger, services, tallies
from apps.delivery.answers import Outcome, Phase
from apps.delivery.ledger import Claimed, Result
from apps.mailings.models import Delivery, Recipient, Run
from tests.factories import RecipientFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
]
State = Delivery.State
TOKEN = "t"


def record_bounces(run, deliveries):
    """Record that each of `deliveries` was refused for good, as a connection does."""
    for row in deliveries:
        claimed = Claimed(row.pk, row.email, row.full_name, row.recipient_id, 0, 0, "")
        outcome = Outcome(Phase.RCPT, 550, "5.1.1 User unknown")
        result = Result(claimed, State.FAILED, 1, outcome, timezone.now())
        with transaction.atomic():
            counts, tries = ledger.record(run, [result], TOKEN)
            ledger.count(run.pk, counts)
            tallies.add(run, tries)


def settle_unknowns(run, deliveries):
    """Mark each of `deliveries` as delivered, as the owner does."""
    for row in deliveries:
        services.unknown_settle(
            run=run, by=run.owner, how=services.DELIVERED, delivery_ids=[row.pk])


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


@pytest.mark.parametrize("times", [
    100, pytest.param(1000, marks=pytest.mark.torture)])
def test_bounces_are_recorded_while_the_owner_decides_unknowns(mailing, times):
    run = Run.objects.create(
        mailing=mailing, owner=mailing.owner, total=2 * times, unknown=times)
    claimed = deliveries(run, State.CLAIMED, times, lease_token=TOKEN)
    unknown = deliveries(run, State.UNKNOWN, times)
    assert at_once((record_bounces, run, claimed), (settle_unknowns, run, unknown)) == []
    run.refresh_from_db()
    assert (run.failed, run.sent, run.unknown) == (times, times, 0)
    assert Recipient.objects.exclude(bounced_at=None).count() == times
