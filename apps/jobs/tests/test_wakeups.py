"""Jobs where Celery's workers do them."""
import threading

import pytest
from django.db.models import Q

from .. import wakeups
from ..kinds import KINDS
from ..lanes import DatabaseLane, JobsProcess, WakingLane
from ..models import Job
from ..services import job_create
from ..wakeups import DO_JOB, WakeUps
from ..worker import claim

pytestmark = pytest.mark.django_db
ALL = Q()


@pytest.fixture
def sent(monkeypatch):
    sent = []

    def send(task, *ids, **how):
        sent.append((task, *ids))
        return True

    monkeypatch.setattr(wakeups.broker, "send", send)
    return sent


def test_a_job_that_waits_is_told_of_once(counting, owner, sent):
    job = job_create(kind=counting.key, owner=owner)
    wake_ups = WakeUps()
    wake_ups.look(ALL)
    wake_ups.look(ALL)
    assert sent == [(DO_JOB, job.pk)]


def test_a_job_that_nobody_took_is_told_of_again_after_ever_longer_pauses(counting, owner, sent):
    job = job_create(kind=counting.key, owner=owner)
    wake_ups = WakeUps()
    pauses = []
    for _ in range(3):
        wake_ups.look(ALL)
        pauses.append(wake_ups.told[job.pk].pause)
        wake_ups.told[job.pk].again_at = 0
    assert len(sent) == 3 and pauses == [10, 20, 40]


def test_a_job_that_somebody_has_is_not_told_of(counting, owner, sent):
    job_create(kind=counting.key, owner=owner)
    claim("t" * 32)
    WakeUps().look(ALL)
    assert not sent


def test_letters_of_the_service_wait_for_no_broker(settings, sent):
    settings.SENDER_ENGINE = "celery"
    process = JobsProcess(threading.Event())
    assert isinstance(process.database, WakingLane)
    assert {lane.kind.key for lane in process.network} == {"letter"}
    job_create(kind="letter", owner=None)
    process.database.do_job()
    assert not sent and Job.objects.filter(state="queued").exists()


def test_without_celery_a_jobs_process_does_all_itself():
    process = JobsProcess(threading.Event())
    assert type(process.database) is DatabaseLane
    network = {kind.key for kind in KINDS.values() if not kind.atomic}
    assert {lane.kind.key for lane in process.network} == network
