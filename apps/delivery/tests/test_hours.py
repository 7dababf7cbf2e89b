"""Letters leave in the hours and on the weekdays of their mailing, however clocks are moved."""
import random
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.utils import timezone

from apps.delivery.engine.engine import Engine
from apps.delivery.services import run_start
from apps.mailings.hours.services import openings_roll, opening_write
from apps.mailings.models import Mailing, Run
from apps.mailings.picks.choice import Choice
from apps.mailings.services import mailing_save
from apps.users.services import profile_save
from tests.factories import MailingFactory, RecipientFactory
from tests.sending import work
from tests.smtp import sink_server

from ..engine.runnable import runs_with_letters

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)
THURSDAY = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)  # noon in Moscow


class Wall:
    """A clock that stands until it is moved: a letter moves it by `step` after it was taken."""

    def __init__(self, now, step=timedelta(0)):
        self.now = now
        self.step = step
        self.taken = []  # when each letter was

    def look(self):
        return self.now

    def watch(self, sink):
        taking = sink.handle_DATA

        async def timed(server, session, envelope):
            answer = await taking(server, session, envelope)
            self.taken.append(self.now)
            self.now += self.step
            return answer

        sink.handle_DATA = timed


@pytest.fixture
def wall(monkeypatch):
    wall = Wall(THURSDAY)
    monkeypatch.setattr(timezone, "now", wall.look)
    return wall


def mailing_with(owner, letters=3, zone="Europe/Moscow", **hours):
    owner.time_zone = zone
    owner.save()
    mailing = MailingFactory(
        owner=owner, starts_at=timezone.now(), ends_at=timezone.now() + timedelta(days=60), **hours,
        recipients=[RecipientFactory(owner=owner) for _ in range(letters)])
    opening_write(mailing=mailing)
    return mailing


def workdays(owner, **more):
    """A mailing whose letters leave on weekdays from nine to six."""
    return mailing_with(
        owner, hours_from=time(9), hours_to=time(18), weekdays="12345", **more)


def started(mailing):
    return run_start(mailing=mailing, trigger=Run.Trigger.PAGE)


def send_now(run):
    """Have a new engine send what may leave now."""
    openings_roll(now=timezone.now())
    engine = Engine(connections=1, run_ids=[run.pk])
    engine.start()
    assert engine.join(30) and not engine.failed.is_set()


def test_letters_wait_for_the_hours_and_then_leave(owner, sink, wall):
    wall.now += timedelta(hours=8)
    run = started(workdays(owner))
    work(run)
    assert (run.state, run.sent, sink.letters) == (Run.State.RUNNING, 0, [])
    wall.now = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)
    work(run)
    assert run.sent == 3


def test_no_letter_of_a_group_leaves_after_the_hours(owner, sink, wall):
    wall.watch(sink)
    wall.step = HOUR
    wall.now = datetime(2026, 11, 26, 13, 30, tzinfo=UTC)
    run = started(workdays(owner))
    work(run)
    assert (run.sent, run.left) == (2, 1)
    assert set(run.deliveries.values_list("tries", flat=True)) == {0}


def test_a_dialogue_that_began_in_the_hours_leaves_no_letter_after_them(owner, settings, wall):
    with sink_server(settings, pipelining=True) as sink:
        wall.watch(sink)
        naming = sink.handle_RCPT

        async def slow(server, session, envelope, *args):
            if len(sink.letters) == 1:
                wall.now += timedelta(hours=5)
            return await naming(server, session, envelope, *args)

        sink.handle_RCPT = slow
        wall.now = datetime(2026, 11, 26, 14, 59, tzinfo=UTC)
        run = started(workdays(owner))
        work(run)
        assert (run.sent, run.left, len(sink.letters)) == (1, 2, 1)
        wall.now = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)
        send_now(run)
        assert len(set(sink.addresses)) == len(sink.letters) == 3


@pytest.mark.parametrize("place, since, hours, weekdays", [
    ("Europe/Berlin", "2026-03-28 12:00", (time(22), time(2, 30)), ""),
    ("Europe/Berlin", "2026-10-24 12:00", (time(1), time(3)), "67"),
    ("America/New_York", "2026-10-31 12:00", (time(1, 30), time(9)), ""),
    ("America/New_York", "2026-03-07 12:00", (None, None), "17"),
    ("Asia/Vladivostok", "2026-11-27 05:00", (time(9), time(18)), "12345"),
])
def test_no_letter_leaves_outside_while_clocks_are_moved(
        owner, sink, wall, place, since, hours, weekdays):
    """The clock goes on by twenty minutes a letter; now and then somebody moves it by hours."""
    wall.watch(sink)
    wall.now = datetime.fromisoformat(since).replace(tzinfo=UTC)
    wall.step = timedelta(minutes=20)
    moved = random.Random(f"{place} {since} {hours}")
    zone = ZoneInfo(place)
    run = started(mailing_with(
        owner, 8, place, hours_from=hours[0], hours_to=hours[1], weekdays=weekdays))
    for _ in range(400):
        if moved.random() < 0.2:
            wall.now += timedelta(minutes=moved.randint(-300, 600))
        openings_roll(now=wall.now, every=moved.random() < 0.3)
        if runs_with_letters([run.pk]):
            send_now(run)
        wall.now += timedelta(minutes=67)
        if len(sink.letters) == 8:
            break
    assert len(set(sink.addresses)) == len(sink.letters) == 8
    for moment in wall.taken:
        assert is_within(moment.astimezone(zone), hours, weekdays)


def is_within(here, hours, weekdays):
    """Whether a wall that shows `here` shows a time of the hours."""
    start = hours[0] or time()
    end = hours[1] or time()
    if start < end:
        began = here if start <= here.time() < end else None
    elif here.time() >= start:
        began = here
    else:
        began = here - timedelta(days=1) if here.time() < end else None
    return began is not None and str(began.isoweekday()) in (weekdays or "1234567")


def test_the_clock_rolls_over_what_is_over_alone(owner, wall, django_assert_num_queries):
    run = started(workdays(owner))
    with django_assert_num_queries(1):
        assert openings_roll(now=wall.now) == 0
    wall.now += timedelta(hours=7)
    assert openings_roll(now=wall.now) == 1
    run.mailing.refresh_from_db()
    assert run.mailing.opens_at == datetime(2026, 11, 27, 6, 0, tzinfo=UTC)


def test_a_clock_that_was_set_back_gets_the_hours_of_today(owner, sink, wall):
    run = started(workdays(owner))
    wall.now += timedelta(days=1)
    openings_roll(now=wall.now)
    wall.now -= timedelta(days=1)
    assert not runs_with_letters([run.pk])
    openings_roll(now=wall.now, every=True)
    assert runs_with_letters([run.pk])


def test_without_a_written_opening_no_letter_leaves(owner, sink, wall):
    run = started(workdays(owner))
    Mailing.objects.update(opens_at=None, closes_at=None)
    assert not runs_with_letters([run.pk])
    openings_roll(now=wall.now, every=True)
    assert runs_with_letters([run.pk])


def test_another_zone_of_the_owner_moves_the_hours_at_once(owner, wall):
    run = started(workdays(owner))
    assert runs_with_letters([run.pk])
    owner.time_zone = "Asia/Vladivostok"
    profile_save(user=owner, fields=["time_zone"])
    assert not runs_with_letters([run.pk])
    run.mailing.refresh_from_db()
    assert run.mailing.opens_at == datetime(2026, 11, 26, 23, 0, tzinfo=UTC)


def test_hours_that_are_changed_during_a_run_hold_at_once(owner, wall):
    mailing = workdays(owner)
    run = started(mailing)
    mailing.hours_from = time(13)
    mailing_save(mailing=mailing, choice=Choice(stays=True), fields=["hours_from"])
    assert not runs_with_letters([run.pk])
    assert mailing.opens_at == THURSDAY + HOUR
    mailing.hours_from = mailing.hours_to = None
    mailing.weekdays = ""
    mailing_save(mailing=mailing, choice=Choice(stays=True),
                 fields=["hours_from", "hours_to", "weekdays"])
    assert runs_with_letters([run.pk]) and mailing.closes_at is None


def test_hours_that_leave_nothing_out_are_none(owner, wall):
    mailing = mailing_with(owner, hours_from=time(0), weekdays="1234567")
    mailing.refresh_from_db()
    assert (mailing.hours_from, mailing.weekdays, mailing.closes_at) == (None, "", None)


def test_a_test_letter_leaves_at_any_hour(owner, sink, wall):
    wall.now += timedelta(hours=8)
    mailing = workdays(owner)
    run = Run.objects.create(
        test=True, message=mailing.message, owner=owner, trigger=Run.Trigger.PAGE, total=1,
        subject="Проба", body="…")
    run.deliveries.create(email=owner.email, full_name="")
    work(run)
    assert run.sent == 1 and sink.addresses == [owner.email]


def test_the_command_says_that_letters_wait_for_their_hours(owner, sink, wall, capsys):
    wall.now += timedelta(hours=8)
    mailing = workdays(owner)
    with pytest.raises(SystemExit) as ended:
        call_command("send", str(mailing.pk), "--no-progress")
    said = capsys.readouterr().out
    assert ended.value.code == 1 and sink.letters == []
    assert "We wait until fri 09:00: letters leave on weekdays from 09:00 to 18:00." in said


def test_a_mailing_that_was_not_changed_is_not_written_for_its_opening(owner, wall):
    mailing = workdays(owner)
    before = Mailing.objects.get().updated_at
    wall.now += timedelta(days=1)
    mailing_save(mailing=mailing, choice=Choice(stays=True), fields=["hours_from", "weekdays"])
    assert Mailing.objects.get().updated_at == before
