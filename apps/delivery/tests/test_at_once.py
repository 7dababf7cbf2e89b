"""What counts and what decides at the same time, on PostgreSQL."""
import threading

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from apps.mailings.models import Delivery, Run
from apps.statistics import counting, recount
from apps.statistics.models import Increment, MinuteTally, Tally

from .. import services
from ..engine import transitions
from .test_deadlocks import at_once, deliveries

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
]
State = Delivery.State


@pytest.fixture
def runs(mailing):
    return [Run.objects.create(mailing=mailing, owner=mailing.owner, total=100, unknown=50,
                               state=Run.State.FINISHED) for _ in range(2)]


def test_a_recount_while_the_owner_decides_about_two_runs(mailing, runs):
    """recount: the run, then the increments' table. mailing_resolve: increments, the second run."""
    for run in runs:
        deliveries(run, State.UNKNOWN, 50)

    def settle():
        for row in Delivery.objects.filter(run=runs[0]):
            others = Delivery.objects.filter(run=runs[1], state=State.UNKNOWN)[:1]
            services.mailing_resolve(
                mailing=mailing, by=mailing.owner, how=services.DELIVERED,
                delivery_ids=[row.pk, *others.values_list("pk", flat=True)])

    def count():
        for _ in range(50):
            recount.differences(runs[1])

    assert at_once((settle,), (count,)) == []


def test_folds_at_once_count_each_increment_once(runs):
    Run.objects.update(unknown=300)
    over = threading.Event()

    def add(run):
        for number in range(300):
            with transaction.atomic():
                counting.add(run.pk, {"sent": 2, "unknown": -1}, {
                    (number // 7, "accepted"): (2, "250 ok"), (number // 7, "unknown"): (1, "")})
        if run is runs[1]:
            over.set()

    def fold():
        while not over.is_set():
            counting.fold()

    errors = at_once((add, runs[0]), (add, runs[1]), (fold,), (fold,), (fold,))
    counting.fold()
    assert errors == [] and not Increment.objects.exists()
    for run in runs:
        run.refresh_from_db()
        assert (run.sent, run.unknown) == (600, 0)
        assert Tally.objects.filter(run=run).aggregate(n=Sum("number"))["n"] == 900
        course = MinuteTally.objects.filter(run=run).aggregate(s=Sum("sent"), u=Sum("unknown"))
        assert course == {"s": 600, "u": 300}


def test_folds_recounts_stops_and_decisions_at_once_meet_no_deadlock(mailing, runs):
    claimed = deliveries(runs[0], State.UNKNOWN, 50)

    def add():
        for number in range(100):
            with transaction.atomic():
                for run in reversed(runs):
                    counting.add(run.pk, {"sent": 1}, {(number, "accepted"): (1, "250 ok")})

    def fold():
        for _ in range(150):
            transitions.close_run(runs[0])

    def count():
        for number in range(30):
            recount.differences(runs[number % 2], repair=False)

    def settle():
        for row in claimed:
            services.unknown_resolve(run=runs[0], by=mailing.owner, how=services.DELIVERED,
                                     delivery_ids=[row.pk])

    assert at_once((add,), (fold,), (count,), (settle,)) == []
    counting.fold()
    runs[0].refresh_from_db()
    assert (runs[0].sent, runs[0].unknown) == (150, 0)
