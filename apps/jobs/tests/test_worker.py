"""Jobs are done batch by batch, by one worker at a time, and never half."""
import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from apps.audit.models import Entry
from apps.core import secrets
from tests.sending import until

from .. import kinds, lanes, services, worker
from ..kinds import KINDS, Failed, Kind, Later
from ..lanes import DatabaseLane, JobsProcess
from ..models import Job
from ..services import job_cancel, job_create
from ..worker import LeaseLost, claim, do_batch, hold
from .conftest import work, work_on

pytestmark = pytest.mark.django_db
State = Job.State


def raiser(error):
    def raise_it(job, *args):
        raise error
    return raise_it


def lease_ends(job):
    """The worker that had the job was killed a while ago."""
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_job_is_done_batch_by_batch_and_ends(job, counting):
    work_on(job)
    assert counting.counted == [0, 1, 2]
    assert (job.state, job.done, job.place) == (State.DONE, 3, {"number": 3})
    assert job.started_at <= job.ended_at and not job.lease_token


def test_a_job_that_somebody_has_in_hand_is_nobody_elses(job):
    assert claim("me").pk == job.pk
    assert claim("other") is None


def test_who_was_killed_is_followed_by_another_from_the_place_stored_last(job, counting):
    work(job)
    claim("killed")
    lease_ends(job)
    work_on(job)
    assert counting.counted == [0, 1, 2] and job.state == State.DONE


def test_who_lost_the_lease_stores_nothing(job):
    late = claim("late")
    lease_ends(job)
    work(job, "quick")
    do_batch(late)
    job.refresh_from_db()
    assert job.place == {"number": 1} and job.is_active


def test_jobs_take_turns_so_that_a_letter_does_not_wait_for_an_import(job, owner, counting):
    work(job)
    short = job_create(kind="counting", owner=owner, total=1)
    Job.objects.filter(pk=short.pk).update(next_try_at=timezone.now() - timedelta(seconds=9))
    work(job)
    short.refresh_from_db()
    assert short.state == State.DONE and job.done == 1


def test_what_can_not_be_done_now_waits_for_its_time(job, counting):
    at = timezone.now() + timedelta(hours=1)
    counting.at[1] = raiser(Later(at))
    work_on(job)
    assert (job.state, job.next_try_at, job.waits) == (State.QUEUED, at, True)
    assert job.place == {"number": 1}  # the batch was taken back


def test_what_failed_says_why(job, counting):
    counting.at[1] = raiser(Failed("No room."))
    work_on(job)
    assert (job.state, job.reason, job.done) == (State.FAILED, "No room.", 1)


def test_a_bug_is_tried_again_and_ends_in_words(job, counting, monkeypatch, caplog):
    monkeypatch.setattr(worker, "CRASH_PAUSE", timedelta())
    counting.at[0] = raiser(ZeroDivisionError())
    work_on(job)
    assert job.state == State.FAILED and job.error == worker.BROKEN
    assert counting.counted == [0] * worker.MOST_CRASHES and "ZeroDivisionError" in caplog.text


def test_a_job_that_kills_its_workers_is_given_up(job):
    for _ in range(worker.MOST_CRASHES + 1):
        claim("killed")
        lease_ends(job)
    assert work(job) and job.state == State.FAILED


def test_a_kind_that_is_not_known_here_fails(job, monkeypatch):
    monkeypatch.setattr(worker, "KINDS", {})
    work(job)
    assert (job.state, job.error) == (State.FAILED, worker.NO_KIND)


def test_a_cancelled_job_is_not_done_and_the_trail_says_so(job, owner, counting):
    work(job)
    assert job_cancel(job=job, by=owner)
    assert work(job) is None
    assert (job.state, job.done) == (State.CANCELLED, 1)
    entry = Entry.objects.get(action="cancel")
    assert entry.who == owner and entry.object_id == job.pk


def test_a_batch_that_is_cancelled_meanwhile_is_undone(job, owner):
    work(job)
    claimed = claim("me")
    job_cancel(job=job, by=owner)
    do_batch(claimed)
    job.refresh_from_db()
    assert (job.state, job.done, job.place) == (State.CANCELLED, 1, {"number": 1})


def test_what_can_not_be_taken_back_is_not_cancelled(job, owner):
    hold(claim("me"))
    assert not job_cancel(job=job, by=owner)


def test_what_was_cancelled_can_not_be_begun(job, owner):
    claimed = claim("me")
    job_cancel(job=job, by=owner)
    with pytest.raises(LeaseLost):
        hold(claimed)


def test_the_end_of_a_persons_job_is_in_the_trail(job, owner):
    work_on(job)
    entry = Entry.objects.get(action="import")
    assert entry.who == owner and entry.details.endswith("3 / 3")


def test_the_process_rests_on_sqlite_as_long_as_a_batch_took(job, monkeypatch):
    monkeypatch.setattr(kinds, "one_writes_at_a_time", lambda: True)
    process = DatabaseLane(None)
    assert 0 < process.work() < lanes.LOOK
    Job.objects.all().delete()
    assert process.work() == lanes.LOOK


def test_a_batch_that_takes_long_keeps_its_lease(job):
    claim("slow")
    lease_ends(job)
    worker.renew("slow")
    assert claim("other") is None


def test_a_stop_lets_the_batch_in_hand_end(job, counting):
    stopping = threading.Event()
    counting.at[0] = lambda job: stopping.set()
    JobsProcess(stopping).run()
    job.refresh_from_db()
    assert job.done == 1 and job.is_active and not job.lease_token


class Chores:
    """A chore that has so many batches to do."""

    def __init__(self, number):
        self.number = number

    def step(self):
        self.number -= 1
        return self.number >= 0


def test_jobs_and_chores_take_turns_and_a_chore_takes_half_of_the_time(job, counting, monkeypatch):
    chores = Chores(2)
    monkeypatch.setattr(lanes, "CHORES", [chores])
    monkeypatch.setattr(kinds, "one_writes_at_a_time", lambda: False)
    lane = DatabaseLane(None)
    rests = [lane.work() for _ in range(6)]
    assert counting.counted == [0, 1, 2] and chores.number < 0
    jobs, after_chores, at_rest = [rests[0], rests[2], rests[4]], [rests[1], rests[3]], rests[5]
    assert jobs == [0, 0, 0] and all(0 < rest < lanes.LOOK for rest in after_chores)
    assert at_rest == lanes.LOOK


class Hanging(Kind):
    """A kind that speaks to a machine which does not answer."""

    key = "hanging"
    atomic = False

    def __init__(self):
        self.answered = threading.Event()

    def run_batch(self, job):
        return self.answered.wait(10)


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_hangs_holds_up_no_work_on_the_database(job, owner, monkeypatch):
    hanging = Hanging()
    monkeypatch.setitem(KINDS, hanging.key, hanging)
    letter = job_create(kind="hanging", owner=owner)
    stopping = threading.Event()
    process = JobsProcess(stopping)
    thread = threading.Thread(target=lambda: (process.run(), connection.close()))
    thread.start()
    until(lambda: Job.objects.get(pk=job.pk).state == State.DONE)
    assert Job.objects.get(pk=letter.pk).is_active
    hanging.answered.set()
    until(lambda: Job.objects.get(pk=letter.pk).state == State.DONE)
    stopping.set()
    thread.join()


class Crowd(Hanging):
    """A kind of which two are spoken to at once."""

    key = "crowd"
    threads = 2

    def __init__(self):
        super().__init__()
        self.asked = []

    def run_batch(self, job):
        self.asked.append(job.pk)
        return super().run_batch(job)


@pytest.mark.django_db(transaction=True)
def test_a_kind_has_threads_of_its_own_and_no_more_than_it_asks_for(owner, monkeypatch):
    monkeypatch.setattr(lanes, "LOOK", 0.02)
    crowd = Crowd()
    letters = Hanging()
    letters.answered.set()
    monkeypatch.setitem(KINDS, crowd.key, crowd)
    monkeypatch.setitem(KINDS, letters.key, letters)
    three = [job_create(kind="crowd", owner=owner).pk for _ in range(3)]
    stopping = threading.Event()
    process = JobsProcess(stopping)
    thread = threading.Thread(target=lambda: (process.run(), connection.close()))
    thread.start()
    until(lambda: len(crowd.asked) == 2)
    letter = job_create(kind="hanging", owner=owner)
    until(lambda: Job.objects.get(pk=letter.pk).state == State.DONE)
    assert crowd.asked == three[:2]
    crowd.answered.set()
    until(lambda: Job.objects.filter(state=State.DONE).count() == 4)
    stopping.set()
    thread.join()


def test_while_the_database_is_away_the_process_waits(job, monkeypatch, caplog):
    monkeypatch.setattr(lanes, "claim", raiser(OperationalError("gone")))
    monkeypatch.setattr(lanes.connection, "close", lambda: None)
    process = DatabaseLane(None)
    assert process.work() == process.work() == lanes.LOOK
    assert caplog.text.count("does not answer") == 1
    monkeypatch.undo()
    process.work()


def test_old_jobs_are_forgotten_and_their_secrets_sooner(job, owner):
    now = timezone.now()
    ages = {"new": 1, "older": 4, "old": 31}
    made = {name: job_create(kind="counting", owner=owner, secret="s") for name in ages}
    for name, days in ages.items():
        Job.objects.filter(pk=made[name].pk).update(ended_at=now - timedelta(days=days))
    services.jobs_forget(now=now)
    left = dict(Job.objects.values_list("pk", "secret"))
    assert made["old"].pk not in left and left[made["older"].pk] == ""
    assert secrets.decrypted(left[made["new"].pk]) == "s" and job.pk in left


def test_a_secret_can_be_read_under_the_key_that_was_before(settings):
    token = secrets.encrypted("link")
    assert "link" not in token
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "new"
    assert secrets.decrypted(token) == "link"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(secrets.Unreadable):
        secrets.decrypted(token)
