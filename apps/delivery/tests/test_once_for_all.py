"""What is done once, and not by each worker or for each group of letters."""
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.mailings.models import Mailing, Sender

from ..engine import recovery
from ..engine.connection import Connection
from ..engine.engine import Engine
from ..engine.runnable import runs_with_letters
from ..models import Lease
from .many_senders import Open, run_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("short_waits")]


def test_of_all_workers_one_a_second_recovers_for_all(monkeypatch):
    rounds = []
    monkeypatch.setattr(recovery, "recover_all", lambda: rounds.append(1))
    for _worker in range(3):
        recovery.recover_in_turn(recovery.work())
    assert len(rounds) == 1
    Lease.objects.filter(name=Lease.ROUND).update(ticked_at=timezone.now() - timedelta(seconds=1))
    for _worker in range(3):
        recovery.recover_in_turn(recovery.work())
    assert len(rounds) == 2


def test_a_clock_that_was_set_back_stops_no_round():
    recovery.recover_in_turn(recovery.work())
    Lease.objects.filter(name=Lease.ROUND).update(ticked_at=timezone.now() + timedelta(hours=1))
    todo = recovery.work()
    assert todo.is_due and recovery.is_first() and not recovery.is_first()


def test_who_is_not_first_asks_nothing_more(django_assert_num_queries):
    recovery.recover_in_turn(recovery.work())
    with django_assert_num_queries(1):
        recovery.recover_in_turn(recovery.work())


def test_openings_are_rolled_where_one_is_over(owner, servers):
    run = run_of(owner, servers(Open))
    assert not recovery.work().openings
    now = timezone.now()
    hours = {"opens_at": now - timedelta(hours=2), "closes_at": now - timedelta(seconds=1)}
    Mailing.objects.filter(pk=run.mailing_id).update(**hours)
    assert recovery.work().openings


@pytest.fixture
def asked(owner, servers, django_assert_num_queries):
    """Return how a connection finds the sender of the only run, in so many queries."""
    run_of(owner, servers(Open))
    claims = Connection(Engine(connections=1, patient=True), 0).claims

    def look(queries):
        [queued] = runs_with_letters()
        with django_assert_num_queries(queries):
            claims.look_up_sender(queued)
            return queued.run.sender

    return look


@pytest.mark.parametrize("change", [
    {"per_minute": 5, "updated_at": timezone.now()}, {"limits_at": timezone.now()}])
def test_a_sender_is_read_once_until_it_changes(asked, change):
    first = asked(1)
    assert asked(0) is first
    Sender.objects.update(**change)
    assert asked(1).per_minute == change.get("per_minute")
    asked(0)
