"""Many senders in one process: a dead, slow or limited one holds up nobody else's letters."""
import time
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from apps.delivery.models import OpenConnection, Throttle
from apps.delivery.services import RunRefused, run_resume
from apps.mailings.models import Run, Sender
from tests.factories import SenderFactory
from tests.sending import until
from tests.smtp import free_port

from ..engine import breaker, claiming, recovery
from ..engine.connection import Connection
from ..engine.engine import Engine
from ..engine.runnable import NO_ONE, Queued, runs_with_letters
from ..wire.account import service_account
from .many_senders import Hanging, Open, engines, is_sent, run_of, working

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("short_waits")]


def test_a_healthy_sender_is_not_behind_ones_that_never_answer(owner, servers):
    hanging = [servers(Hanging) for _ in range(6)]
    dead = [run_of(owner, server) for server in hanging]
    healthy = run_of(owner, servers(Open), letters=50)
    with working() as engine:
        until(lambda: is_sent(healthy))
        until(lambda: sum(server.letters for server in hanging) == 6)
        assert all(server.letters == 1 for server in hanging)
        for server in hanging:
            server.over.set()
        until(lambda: all(map(is_sent, dead)))
        until(lambda: len(engine.connections) == 2)
    assert engine.join(10) and not engine.failed.is_set()


def test_a_newcomer_s_first_letter_leaves_at_once_beside_senders_that_hang(owner, servers):
    for _ in range(4):
        run_of(owner, servers(Hanging))
    with working() as engine:
        until(lambda: sum(one.is_held_up() for one in engine.connections) == 4)
        quick = servers(Open)
        newcomer = run_of(owner, quick)
        began = time.monotonic()
        engine.wake_up()
        until(lambda: quick.letters)
        assert time.monotonic() - began < 1
        until(lambda: is_sent(newcomer))


def test_one_connection_serves_three_senders_in_turns(owner, servers):
    came = []

    def note(number):
        time.sleep(0.02)
        came.append(number)
        return b"250 2.0.0 Ok\r\n"

    runs = [run_of(owner, servers(Open, dot=lambda line, number=number: note(number)), letters=25)
            for number in range(3)]
    with working(connections=1):
        until(lambda: all(map(is_sent, runs)))
    assert set(came[:45]) == {0, 1, 2}  # nobody waits until another has sent everything
    assert len(came) == 75


def test_a_pace_that_one_keeps_calls_no_other_until_a_slot_goes_by(owner, servers):
    server = servers(Open)
    paced = run_of(owner, server, per_minute=600)
    free = run_of(owner, server)
    OpenConnection.objects.create(
        token="keeper", sender=paced.sender, until=Now() + timedelta(minutes=1))
    for number in range(2):
        OpenConnection.objects.create(
            token=f"other{number}", sender=free.sender, until=Now() + timedelta(minutes=1))

    def order(token, own=None):
        queued = runs_with_letters(token=token, own=own or NO_ONE)
        return [each.run.sender_id for each in queued]

    row = Throttle.objects.create(sender=paced.sender, free_at=Now() + timedelta(seconds=0.2),
                                  booked_at=Now())
    assert order("one more") == [free.sender_id, paced.sender_id]
    assert order("keeper", paced.sender_id) == [paced.sender_id, free.sender_id]
    row.free_at = Now() - timedelta(seconds=0.01)
    row.save()
    assert order("one more") == [paced.sender_id, free.sender_id]


def test_equal_accounts_share_the_open_connection(owner, other, servers):
    server = servers(Open)
    runs = [run_of(whose, server, letters=300) for whose in (owner, other, owner)]
    with working(connections=1):
        until(lambda: all(map(is_sent, runs)))
    assert server.connections <= 2  # the first answer was waited for by another


def test_few_connections_at_one_server_are_no_fewer_at_another(owner, servers):
    strict = servers(Open, most=1, refusal=b"421 4.7.0 too many connections\r\n")
    kind = servers(Open)
    runs = [run_of(owner, server, letters=400) for server in (strict, kind)]
    with working(connections=4) as engine:
        until(lambda: all(map(is_sent, runs)))
        doors = engine.doors.of
        assert doors[runs[1].sender_id].limit == 4
    assert not any(run.holds for run in runs)


def test_a_dead_server_rests_all_runs_of_its_sender_and_nobody_elses(owner, servers):
    by = SenderFactory(owner=owner, port=free_port())
    runs = [run_of(owner, None, by=by) for _ in range(2)]
    healthy = run_of(owner, servers(Open))
    with working():
        until(lambda: all(Run.objects.get(pk=run.pk).hold_until for run in runs))
        until(lambda: is_sent(healthy))
    healthy.refresh_from_db()
    assert not healthy.holds


def test_a_rest_ends_for_all_runs_of_a_sender_whose_server_answers(owner, servers):
    by = SenderFactory(owner=owner, port=servers(Open).port)
    rests = run_of(owner, None, by=by)
    goes = run_of(owner, None, by=by)
    soon = timezone.now() + timedelta(minutes=10)
    Run.objects.filter(pk=rests.pk).update(hold_until=soon, holds=3)
    Run.objects.filter(pk=goes.pk).update(holds=1)
    with working():
        until(lambda: is_sent(goes))
        until(lambda: not Run.objects.get(pk=rests.pk).hold_until)


def test_a_refused_login_pauses_all_runs_of_the_sender_and_has_it_checked(
        owner, servers, monkeypatch):
    checked = []
    monkeypatch.setattr(breaker, "sender_check_start", lambda sender: checked.append(sender.pk))
    server = servers(Open, EHLO=b"250-hi\r\n250 AUTH PLAIN\r\n", AUTH=b"535 5.7.8 wrong\r\n")
    by = SenderFactory.build(owner=owner, port=server.port, login="shop")
    by.set_password("wrong")
    by.save()
    runs = [run_of(owner, None, by=by) for _ in range(2)]
    healthy = run_of(owner, servers(Open))
    with working():
        until(lambda: is_sent(healthy))
        until(lambda: checked)
    for run in runs:
        run.refresh_from_db()
        assert (run.state, run.reason, run.left) == (Run.State.PAUSED, Run.Reason.SERVER, 3)
        assert "535 5.7.8" in run.server_words
    assert set(checked) == {by.pk}


def test_a_password_that_can_not_be_read_pauses_the_senders_runs_alone(owner, servers):
    server = servers(Open)
    lost = run_of(owner, server, login="shop")
    Sender.objects.filter(pk=lost.sender_id).update(password="no token")
    healthy = run_of(owner, servers(Open))
    with working():
        until(lambda: is_sent(healthy))
        until(lambda: Run.objects.get(pk=lost.pk).state == Run.State.PAUSED)
    lost.refresh_from_db()
    assert (lost.reason, lost.left, server.connections) == (Run.Reason.SENDER, 3, 0)


def test_no_letter_leaves_by_a_deleted_sender(owner, servers):
    slow = servers(Open, dot=lambda line: time.sleep(0.05) or b"250 2.0.0 Ok\r\n")
    run = run_of(owner, slow, letters=200)
    with working():
        until(lambda: slow.letters > 2)
        Sender.objects.update(deleted_at=timezone.now())
        there = slow.letters
        time.sleep(0.8)
        recovery.recover()
        assert slow.letters <= there + 2 * claiming.FIRST_GROUP * 0.1
        until(lambda: Run.objects.get(pk=run.pk).state == Run.State.PAUSED)
        sent = slow.letters
        time.sleep(0.3)
        assert slow.letters == sent
    run.refresh_from_db()
    assert run.reason == Run.Reason.SENDER and run.left


@pytest.mark.parametrize("was, now", [("own", "service"), ("service", "own")])
def test_no_letter_takes_its_address_to_another_kind_of_server(owner, servers, settings, was, now):
    server = servers(Open)
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = server.port
    settings.SERVICE_SENDER = True
    run = run_of(owner, server, preset=was)
    goes = run_of(owner, server)
    Sender.objects.filter(pk=run.sender_id).update(preset=now)
    with working():
        until(lambda: is_sent(goes))
        recovery.recover()
    run.refresh_from_db()
    assert (run.state, run.reason, run.left) == (Run.State.PAUSED, Run.Reason.SENDER, 3)
    with pytest.raises(RunRefused):
        run_resume(run=run)
    Sender.objects.filter(pk=run.sender_id).update(preset=was)
    run_resume(run=Run.objects.get(pk=run.pk))


def test_a_new_password_is_used_by_the_next_group(owner, servers):
    logins = []

    def login(line):
        logins.append(line.split()[-1])
        return b"235 2.7.0 Ok\r\n"

    server = servers(Open, EHLO=b"250-hi\r\n250 AUTH PLAIN\r\n", AUTH=login,
                     dot=lambda line: time.sleep(0.01) or b"250 2.0.0 Ok\r\n")
    by = SenderFactory.build(owner=owner, port=server.port, login="shop")
    by.set_password("old")
    by.save()
    run = run_of(owner, None, letters=200, by=by)
    with working(connections=1):
        until(lambda: server.letters > 2)
        by.set_password("new")
        by.save()
        until(lambda: is_sent(run))
    assert len(set(logins)) == 2


def test_a_sender_of_one_connection_never_has_two(owner, servers):
    server = servers(Open)
    at_once = []
    server.answers["dot"] = lambda line: at_once.append(server.inside) or b"250 2.0.0 Ok\r\n"
    runs = [run_of(owner, server, letters=150, connections=1)]
    runs.append(run_of(owner, servers(Open), letters=150))
    with working(connections=3), working(connections=3):
        until(lambda: all(map(is_sent, runs)))
    assert set(at_once) == {1}


def test_an_idle_connection_works_for_nobody(owner, servers):
    run = run_of(owner, servers(Open))
    with working(connections=1):
        until(lambda: is_sent(run))
        until(lambda: not OpenConnection.objects.exists())


def test_an_engine_of_some_runs_ends_when_these_have_no_letter_left(owner, servers):
    runs = [run_of(owner, servers(Open), letters=30) for _ in range(5)]
    engine = Engine(connections=2, run_ids=[run.pk for run in runs])
    engines.append(engine)
    engine.start()
    assert engine.join(10) and not engine.failed.is_set()
    assert all(map(is_sent, runs))


def test_a_sender_at_its_pace_takes_no_connection_from_others(owner, servers):
    paced = [run_of(owner, servers(Open), per_minute=60) for _ in range(3)]
    healthy = run_of(owner, servers(Open), letters=300)
    with working(connections=1) as engine:
        until(lambda: is_sent(healthy))
        until(lambda: all(map(is_sent, paced)))
        assert len(engine.connections) < 20


def test_who_looks_for_a_pace_calls_another_where_it_has_no_place_itself(db, monkeypatch):
    engine = Engine(connections=1, patient=True)
    engine.meets_limits = True
    asking, other = Connection(engine, 0), Connection(engine, 1)
    waits = Queued(Run(), left=1, by_provider=False, others=0, sender_version=(None, None))
    monkeypatch.setattr(engine, "runnable", lambda **asked: [waits])
    engine.done_or_wait(engine.calls, asking)
    assert engine.calls == 0
    assert engine.doors.to(7, service_account()).may_send(other)
    engine.done_or_wait(engine.calls, asking)
    assert engine.calls == 1


def test_a_paced_sender_alone_goes_on_at_its_pace(owner, servers):
    run = run_of(owner, servers(Open), letters=4, per_minute=120)
    with working(connections=4) as engine:
        began = time.monotonic()
        while not is_sent(run):
            assert time.monotonic() - began < 8
            engine.look()
            time.sleep(0.1)
