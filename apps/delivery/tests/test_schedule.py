"""What the clock does, and what of it a manager can read."""
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import Entry
from apps.core.outage import Outage
from apps.delivery.management.commands import send
from apps.delivery.services import due, run_start
from apps.mailings.models import Mailing, Run

from .. import schedule
from ..drivers import heartbeat, local
from ..drivers.local import SendingProcess
from ..engine import transitions
from ..engine.bell import open_bell

pytestmark = pytest.mark.django_db(transaction=True)
Action, Via = Entry.Action, Entry.Via


@pytest.fixture(autouse=True)
def ticks_end_with_their_clock(monkeypatch):
    """Have a clock that stops wait for its ticks: the next test would find the database locked."""
    shutdown = schedule.BackgroundScheduler.shutdown
    monkeypatch.setattr(schedule.BackgroundScheduler, "shutdown",
                        lambda scheduler, wait: shutdown(scheduler, wait=True))


def entries():
    mailings = Entry.objects.filter(object_type="mailings.mailing")
    return list(mailings.order_by("id").values_list("action", "via", "who"))


def test_a_start_on_schedule_is_in_the_trail_as_the_clocks(mailing, as_manager):
    schedule.start_due()
    assert entries() == [(Action.START, Via.SCHEDULE, None)]
    page = as_manager.get(reverse("audit:entry_list")).text
    assert mailing.message.subject in page and "по расписанию" in page


def test_a_due_mailing_that_can_not_start_is_told_of_once(mailing):
    mailing.recipients.clear()
    for _ in range(3):
        assert schedule.start_due() == []
    assert entries() == [(Action.NOT_STARTED, Via.SCHEDULE, None)]


@pytest.mark.parametrize("meanwhile", ["sent", "draft"])
def test_a_mailing_that_is_due_no_more_when_its_turn_comes_is_left_alone(mailing, meanwhile):
    listed = due(timezone.now())
    if meanwhile == "sent":
        Run.objects.create(mailing=mailing, owner=mailing.owner, state=Run.State.FINISHED)
    else:
        Mailing.objects.update(autostart=False)
    before = Run.objects.count()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schedule, "due", lambda now: listed)
        patch.setattr(send, "due", lambda now: listed)
        assert schedule.start_due() == []
        with pytest.raises(SystemExit) as ended:
            call_command("send", all_due=True)
    assert ended.value.code == 0
    assert Run.objects.count() == before and entries() == []


def test_the_end_of_the_window_is_in_the_trail(mailing):
    run_start(mailing=mailing, trigger=Run.Trigger.SCHEDULE)
    Mailing.objects.update(ends_at=timezone.now())
    for _ in range(2):
        transitions.refresh_runs(timezone.now())
    assert entries()[1:] == [(Action.STOP, Via.SCHEDULE, None)]


def test_an_outage_of_the_database_is_a_line_and_the_clock_rests_meanwhile(
        data_dir, monkeypatch, caplog):
    monkeypatch.setattr(heartbeat, "outage", Outage())
    process = SendingProcess(keep_clock=True, connections=0)
    process.bell = open_bell()
    process.tend()
    assert process.clock.scheduler

    def refuse():
        raise OperationalError("connection refused\n\tIs the server running?")

    with monkeypatch.context() as away:
        away.setattr(local.recovery, "work", refuse)
        for _ in range(3):
            process.next_look = 0
            process.tend()
        assert process.clock.scheduler is None
    process.next_look = process.clock.next_look = 0
    process.tend()
    assert process.clock.scheduler
    process.finish()
    told = [line.getMessage() for line in caplog.records if line.name == "vestnik.sender"]
    assert [line.partition(",")[0] for line in told] == [
        "the database does not answer", "the database answers again"]


def test_a_worker_that_starts_while_the_database_is_away_waits_for_it(
        data_dir, monkeypatch, caplog):
    monkeypatch.setattr("apps.core.outage.PAUSE", 0)
    monkeypatch.setattr("apps.core.outage.outage", Outage())
    answers = [OperationalError("the database system is starting up"), None]

    def check():
        if answers and (error := answers.pop(0)):
            raise error

    monkeypatch.setattr(heartbeat.restore, "check", check)
    process = SendingProcess(keep_clock=False, connections=0)
    process.engine.failed.set()  # it ends once it has started
    process.run()
    assert not answers
    assert "the database system is starting up" in caplog.text
    assert "the database answers again" in caplog.text


@pytest.fixture
def clock():
    clock = schedule.Clock()
    yield clock
    clock.stop()


def look(clock):
    clock.next_look = 0
    clock.tick()


def test_a_database_that_fails_while_the_clock_is_taken_leaves_no_clock_half_started(
        clock, monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError("terminating connection due to administrator command")

    with monkeypatch.context() as broken, pytest.raises(OperationalError):
        broken.setattr(schedule.DjangoJob.objects, "update_or_create", fail)
        look(clock)
    assert clock.scheduler is None
    look(clock)
    assert clock.scheduler.running


def test_a_clock_that_does_not_tick_gives_its_lease_away(clock, caplog):
    look(clock)
    clock.ticked -= schedule.SILENCE_SECONDS + 1
    look(clock)
    assert clock.scheduler is None and "does not tick" in caplog.text
    assert schedule.Clock().hold()


def test_the_page_of_a_mailing_says_when_the_clock_last_ticked(mailing, as_owner):
    Mailing.objects.update(starts_at=timezone.now() + timedelta(hours=1),
                           ends_at=timezone.now() + timedelta(hours=2))
    schedule.Clock().hold()
    schedule.start_due()
    page = mailing.get_absolute_url()
    assert "Расписание последний раз проверялось" not in as_owner.get(page).text
    schedule.Lease.objects.update(ticked_at=timezone.now() - timedelta(minutes=5))
    assert "Расписание последний раз проверялось" in as_owner.get(page).text
