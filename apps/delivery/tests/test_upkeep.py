"""What upkeep tells Celery's workers, and when: rows decide, no broker is asked."""
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from apps.core import broker
from apps.mailings.models import Run

from ..drivers import presence, upkeep
from ..drivers.upkeep import DRAIN, FarWorkers, Upkeep
from ..models import Lease, Worker, worker_alive
from ..services import run_start

pytestmark = pytest.mark.django_db
ONE = "1" * 32
TWO = "2" * 32


@pytest.fixture
def sent(monkeypatch):
    """The wake-ups that a broker got."""
    sent = []

    def send(task, *ids, **how):
        sent.append(task)
        return True

    monkeypatch.setattr(upkeep.broker, "send", send)
    return sent


@pytest.fixture
def run(mailing):
    return run_start(mailing=mailing, trigger=Run.Trigger.COMMAND)


@pytest.fixture
def workers():
    for token in (ONE, TWO):
        Worker.objects.create(token=token, host="h", pid=1, seen_at=timezone.now())
        presence.appear(token)
    Lease.objects.update(until=Now() - timedelta(seconds=1))


def test_each_process_that_does_nothing_is_woken_once(run, workers, sent):
    far = FarWorkers()
    far.look()
    far.look()
    assert sent == [DRAIN, DRAIN]


def test_nobody_is_woken_while_all_drain(run, workers, sent):
    presence.began(ONE)
    presence.began(TWO)
    FarWorkers().look()
    assert not sent


def test_who_has_begun_is_not_woken_again_and_others_are(run, workers, sent):
    far = FarWorkers()
    far.look()
    presence.began(ONE)
    far.look()
    assert len(sent) == 3


def test_a_wake_up_that_nobody_took_is_sent_again(run, workers, sent):
    far = FarWorkers()
    far.look()
    far.waits_until = 0
    far.look()
    assert len(sent) == 4


def test_nobody_is_woken_for_a_run_that_rests(run, workers, sent):
    Run.objects.update(hold_until=timezone.now() + timedelta(minutes=1))
    FarWorkers().look()
    assert not sent


def test_dead_processes_are_not_woken(run, workers, sent):
    Worker.objects.filter(token=ONE).update(seen_at=timezone.now() - timedelta(minutes=1))
    FarWorkers().look()
    assert sent == [DRAIN]


def test_where_no_worker_shows_itself_the_queue_does_not_fill(run, sent):
    far = FarWorkers()
    for _ in range(5):
        far.look()
    assert sent == [DRAIN]


def test_a_worker_that_comes_up_is_woken_at_once(run, sent, request):
    far = FarWorkers()
    far.look()
    request.getfixturevalue("workers")
    far.look()
    assert len(sent) == 3


def test_a_broker_that_is_away_is_asked_again_later(run, workers, monkeypatch):
    def refuse(*_):
        raise OSError("refused")

    one = broker.Broker()
    monkeypatch.setattr(one, "publish", refuse)
    monkeypatch.setattr(upkeep, "broker", one)
    FarWorkers().look()
    assert one.is_away


def test_upkeep_is_no_worker_that_pages_could_rely_on(data_dir):
    process = Upkeep(keep_clock=False)
    process.beat()
    assert not worker_alive()


def test_the_row_of_a_process_that_ended_goes(workers):
    presence.left(ONE)
    presence.ended(TWO)
    Lease.objects.update(until=Now() - timedelta(days=2))
    presence.forget_dead()
    assert Lease.objects.get().token == TWO  # it lives
    Worker.objects.all().delete()
    presence.forget_dead()
    assert not Lease.objects.exists()
