"""Faults of the database and of people's timing, with the real engine and a real server."""
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import caches
from django.db import OperationalError, connection
from django.utils import timezone

from apps.delivery.services import RunRefused, run_pause, run_resume, run_start
from apps.mailings.models import Attempt, Delivery, Mailing, Run
from apps.users.models import User
from tests.factories import RecipientFactory
from tests.sending import send, work
from tests.smtp import free_port, sink_server

from .. import schedule
from ..engine import connection as connections
from ..engine import claiming, engine, exchange, recovery, transitions
from .test_pipelining import PIPELINING
from .test_replies import Script

pytestmark = pytest.mark.django_db(transaction=True)


def break_statement(monkeypatch, number):
    """Have the `number`-th statement of the first connection fail once, as a lost server would."""
    calls, real_run = iter(range(1, 10_000)), connections.Connection.run

    def wrapper(execute, sql, params, many, context):
        if next(calls) == number:
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    def run(self):
        with connection.execute_wrapper(wrapper):
            real_run(self)

    monkeypatch.setattr(connections.Connection, "run", run)
    monkeypatch.setattr(exchange, "DATABASE_PAUSE", 0.01)


@pytest.mark.parametrize("number", range(1, 31))
def test_whichever_statement_fails_each_letter_is_sent_once(
        mailing, sink, monkeypatch, number):
    break_statement(monkeypatch, number)
    run = send(mailing, connections=1)
    if run.left:  # the failing statement was the pass's last: the next pass finds what it left
        monkeypatch.undo()
        work(run)
    transitions.refresh_runs(timezone.now())
    run.refresh_from_db()
    assert sorted(sink.addresses) == ["anna@example.com", "boris@example.com", "vera@example.com"]
    assert (run.sent, run.left, run.state) == (3, 0, Run.State.FINISHED)
    assert Attempt.objects.count() == 3


@pytest.mark.torture
@pytest.mark.parametrize("number", range(31, 121))
def test_whichever_later_statement_fails_each_letter_is_sent_once(
        mailing, settings, monkeypatch, number):
    settings.SENDER_RATE = 500  # groups of one or few: many statements
    monkeypatch.setattr(claiming, "LARGEST_GROUP", 1)
    for extra in range(15):
        mailing.recipients.add(RecipientFactory(owner=mailing.owner, email=f"c{extra}@example.com"))
    break_statement(monkeypatch, number)
    with sink_server(settings) as sink:
        run = send(mailing, connections=1)
        if run.left:
            monkeypatch.undo()
            work(run)
    transitions.refresh_runs(timezone.now())
    run.refresh_from_db()
    assert len(sink.addresses) == len(set(sink.addresses)) == 18
    assert (run.sent, run.left, run.state) == (18, 0, Run.State.FINISHED)
    assert Attempt.objects.count() == 18


def in_threads(number, job):
    """Run `job` in so many threads at the same moment; return their results."""
    gate = threading.Barrier(number)

    def one(_):
        gate.wait()
        try:
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


def started(mailing, trigger):
    try:
        return run_start(mailing=mailing, trigger=trigger)
    except RunRefused:
        return None


def test_twenty_starts_at_once_make_one_run(mailing):
    runs = in_threads(20, lambda: started(mailing, Run.Trigger.PAGE))
    assert len([run for run in runs if run]) == Run.objects.count() == 1
    assert Delivery.objects.count() == 3


def test_two_clocks_a_page_and_a_command_at_once_make_one_run(mailing):
    jobs = iter([schedule.start_due, schedule.start_due,
                 lambda: started(mailing, Run.Trigger.PAGE),
                 lambda: started(mailing, Run.Trigger.COMMAND)])
    in_threads(4, lambda: next(jobs)())
    assert Run.objects.count() == 1


@pytest.mark.parametrize("change, state, reason", [
    (lambda: Mailing.objects.update(disabled_at=timezone.now()), "paused", "disabled"),
    (lambda: User.objects.update(is_active=False), "paused", "blocked"),
    (lambda: Mailing.objects.update(ends_at=timezone.now()), "stopped", "window"),
])
def test_a_disable_a_block_and_the_end_hold_after_the_letters_in_hand(
        mailing, settings, change, state, reason):
    for number in range(20):
        mailing.recipients.add(
            RecipientFactory(owner=mailing.owner, email=f"c{number}@example.com"))
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    settings.SENDER_RATE = 10
    with sink_server(settings) as sink:
        worker = engine.Engine(connections=1, run_ids=[run.pk], patient=True)
        worker.start()
        while not sink.letters:
            threading.Event().wait(0.01)
        change()
        there = len(sink.letters)
        recovery.recover()
        threading.Event().wait(0.8)
        worker.stop()
        assert worker.join(10)
    run.refresh_from_db()
    assert (run.state, run.reason) == (state, reason)
    assert len(sink.letters) - there <= 6  # 0.5 s of work at ten a second, and one in hand
    assert run.sent == len(sink.letters)
    assert run.total == 23 == run.sent + run.skipped + run.left


def test_a_pause_holds_within_a_group_when_the_server_has_slowed_down(
        mailing, sink, monkeypatch):
    run, before_dot = run_start(mailing=mailing, trigger=Run.Trigger.PAGE), (
        connections.Connection.before_dot)

    def pause_first(self):
        run_pause(run=run)
        monkeypatch.setattr(connections.Connection, "before_dot", before_dot)
        before_dot(self)

    monkeypatch.setattr(claiming, "GROUP_LIMIT", 0)
    monkeypatch.setattr(connections.Connection, "before_dot", pause_first)
    work(run, connections=1)
    assert (run.sent, run.left, len(sink.letters)) == (1, 2, 1)
    assert not run.deliveries.filter(state=Delivery.State.CLAIMED).exists()
    run_resume(run=run)
    work(run, connections=1)
    assert run.sent == len(sink.letters) == 3


def test_a_slow_server_is_told_of_no_letter_that_does_not_follow(
        mailing, settings, monkeypatch):
    def slowly(line):
        time.sleep(0.06)
        return b"250 2.0.0 Ok\r\n"

    for number in range(9):
        mailing.recipients.add(
            RecipientFactory(owner=mailing.owner, email=f"more{number}@example.com"))
    script = Script(EHLO=PIPELINING, dot=slowly)
    settings.EMAIL_PORT, settings.SENDER_CONNECTIONS = script.port, 1
    monkeypatch.setattr(claiming, "FIRST_GROUP", 9)
    run = send(mailing, connections=1)
    script.close()
    assert run.sent == script.letters == 12 and script.connections == 1


def test_a_paused_run_rests_and_goes_on_where_it_was(mailing, sink):
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    run_pause(run=run)
    work(run)
    assert not sink.letters and run.left == 3
    run_resume(run=Run.objects.get(pk=run.pk))
    work(run)
    assert run.sent == len(sink.letters) == 3


def test_a_server_that_refuses_our_login_pauses_the_run_with_its_words(mailing, settings):
    for number in range(3):
        mailing.recipients.add(
            RecipientFactory(owner=mailing.owner, email=f"c{number}@example.com"))
    with sink_server(settings) as sink:
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "shop", "wrong"
        run = send(mailing, connections=1)
    assert (run.state, run.reason) == (Run.State.PAUSED, Run.Reason.SERVER)
    assert "AUTH" in run.server_words and run.left == 6 and not sink.letters
    assert not Delivery.objects.exclude(tries=0).exists()


def test_a_busy_server_makes_the_whole_run_wait_and_costs_nobody_a_try(mailing, settings):
    with sink_server(settings, rcpt=dict.fromkeys(("anna", "boris", "vera"), "421 4.3.2 busy")):
        run = send(mailing, connections=1)
    assert run.state == Run.State.RUNNING and run.left == 3
    assert 40 < (run.hold_until - timezone.now()).total_seconds() <= 60
    assert Attempt.objects.count() == 1
    assert not Delivery.objects.exclude(tries=0).exists()


def test_letters_called_spam_pause_the_run(mailing, settings):
    for number in range(150):
        mailing.recipients.add(
            RecipientFactory(owner=mailing.owner, email=f"c{number}@example.com"))
    spam = {f"c{number}": "554 5.7.1 spam" for number in range(150)}
    with sink_server(settings, data=spam):
        run = send(mailing, connections=1)
    assert (run.state, run.reason) == (Run.State.PAUSED, Run.Reason.SERVER)
    assert "5.7.1 spam" in run.server_words and run.left > 0


def test_a_letter_that_can_not_be_written_is_skipped_and_the_others_go(mailing, sink):
    mailing.recipients.filter(email="boris@example.com").update(full_name="x\x0bBcc: a@b.c")
    run = send(mailing)
    assert (run.sent, run.skipped) == (2, 1) and len(sink.letters) == 2


def test_letters_go_on_without_redis(mailing, sink, settings):
    server = f"redis://127.0.0.1:{free_port()}/0"
    settings.CACHES = {"default": {
        "BACKEND": "apps.core.cache.SteadyCache", "LOCATION": server}}
    run = send(mailing)
    assert (run.sent, run.state) == (len(sink.letters), Run.State.FINISHED) == (3, "finished")
    caches["default"].set("asked", 1)
    assert not caches["default"].redis_works()
