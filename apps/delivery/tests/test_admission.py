"""A server that takes fewer connections at once gets fewer, and the others go on."""
import threading
import time
from types import SimpleNamespace

import pytest

from apps.delivery.services import run_start
from apps.mailings.models import Attempt, Delivery, Recipient, Run
from tests.factories import RecipientFactory
from tests.sending import send, until

from ..engine import admission
from ..engine.admission import Admission
from ..engine.doors import NOBODY
from ..engine.engine import Engine
from ..engine.waiting import Waiting
from ..wire.outcome import Outcome, Phase
from .test_replies import Script

TOO_MANY = b"421 4.7.0 Error: too many connections\r\n"
ACCEPTED = Outcome(Phase.DOT, 250, "2.0.0 Ok")
REFUSED = Outcome(Phase.CONNECT, 421, "4.7.0 too many connections")
ANNA = "anna@example.com"


class Doorkeeper(Script):
    """It lets `most` clients in at once; others get `refusal`, or are dropped."""

    def __init__(self, most, refusal, **answers):
        self.most, self.refusal = most, refusal
        self.inside, self.door = 0, threading.Lock()
        super().__init__(**answers)

    def run(self):
        while True:
            try:
                client = self.server.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.serve, args=[client], daemon=True).start()

    def serve(self, client):
        with self.door:
            self.inside += 1
            full = self.inside > self.most
        with client, client.makefile("rb") as lines:
            if not full:
                self.talk(client, lines)
            elif self.refusal:
                client.sendall(self.refusal)
        with self.door:
            self.inside -= 1


@pytest.fixture
def doorkeeper(settings):
    doors = []

    def open_one(most, refusal, **answers):
        door = Doorkeeper(most, refusal, **answers)
        doors.append(door)
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", door.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        return door

    yield open_one
    for door in doors:
        door.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("refusal", [TOO_MANY, b"554 5.7.0 too many connections\r\n", None])
def test_two_connections_of_four_send_everything_without_a_rest(
        doorkeeper, mailing, monkeypatch, refusal):
    told = []
    monkeypatch.setattr(admission, "tell", lambda run_id, size, news: told.append(news[0]))
    clients = [RecipientFactory.build(owner=mailing.owner, email=f"c{number}@client.example")
               for number in range(600)]
    mailing.recipients.set(Recipient.objects.bulk_create(clients))
    doorkeeper(2, refusal, dot=lambda line: time.sleep(0.002) or b"250 2.0.0 Ok\r\n")
    run = send(mailing, connections=4)
    assert (run.state, run.sent, run.holds) == (Run.State.FINISHED, 600, 0)
    assert not Attempt.objects.filter(status=Attempt.Status.FAILURE).exists()
    assert not Delivery.objects.exclude(tries=0).exists()
    assert told[-1] == 2


@pytest.mark.django_db(transaction=True)
def test_when_no_connection_gets_through_the_run_rests(doorkeeper, mailing):
    doorkeeper(0, TOO_MANY)
    run = send(mailing, connections=4)
    assert run.state == Run.State.RUNNING and run.hold_until and run.left == 3


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(admission.time, "monotonic", clock)
    return clock


class Worker:
    """What an Admission sees of a connection."""

    def __init__(self):
        self.transport = SimpleNamespace(connection=None)
        self.waiting = Waiting()


@pytest.fixture
def doors(clock):
    """An Admission of four connections, of which the server took two."""
    admitted = Admission(4)
    admitted.answers = True
    four = [Worker() for _ in range(4)]
    assert all(admitted.may_send(one) for one in four)
    for one in four[:2]:
        one.transport.connection = object()
        assert not admitted.turned_away(one, ACCEPTED, ANNA)
    assert all(admitted.turned_away(one, REFUSED, ANNA) for one in four[2:])
    return admitted, four


def test_who_was_turned_away_stays_away_for_a_minute_and_one_is_tried(doors, clock):
    admitted, four = doors
    assert [admitted.may_send(one) for one in four] == [True, True, False, False]
    clock.now += 60
    assert [admitted.may_send(one) for one in four] == [True, True, True, False]


def test_refused_again_it_waits_twice_as_long_and_let_in_it_goes_on(doors, clock):
    admitted, four = doors
    clock.now += 60
    assert admitted.may_send(four[2]) and admitted.turned_away(four[2], REFUSED, ANNA)
    clock.now += 61
    assert not admitted.may_send(four[2])
    clock.now += 60
    assert admitted.may_send(four[2])
    four[2].transport.connection = object()
    assert not admitted.turned_away(four[2], ACCEPTED, ANNA)
    assert not admitted.may_send(four[3])
    clock.now += 121
    assert admitted.may_send(four[3])


def test_the_last_connection_is_never_turned_away(doors):
    admitted, four = doors
    admitted.left(four[0])
    four[1].transport.connection = None
    assert not admitted.turned_away(four[1], REFUSED, ANNA)
    assert all(admitted.may_send(one) for one in four)


def test_a_connection_that_is_let_in_has_the_page_told_once(doors):
    admitted, four = doors
    assert admitted.take_news(four[3]) is None
    assert admitted.take_news(four[0]) == (2, "421 4.7.0 too many connections")
    assert admitted.take_news(four[1]) is None


@pytest.mark.django_db
def test_the_page_says_how_many_connections_the_server_takes(mailing, cast):
    run = Run.objects.create(mailing=mailing, owner=mailing.owner, trigger="page", total=3)
    admission.tell(run.pk, 4, (2, REFUSED.reply))
    page = cast["owner"].get(
        f"/mailings/{mailing.pk}/progress/", headers={"hx-request": "true"}).content.decode()
    assert "Сервер принимает не больше 2 соединений одновременно" in page and "4.7.0" in page
    admission.tell(run.pk, 4, (4, ""))
    run.refresh_from_db()
    assert run.server_words == ""


@pytest.mark.django_db(transaction=True)
def test_a_process_whose_connections_are_all_refused_stands_back_while_another_gets_through(
        doorkeeper, mailing):
    clients = [RecipientFactory.build(owner=mailing.owner, email=f"c{number}@client.example")
               for number in range(300)]
    mailing.recipients.set(Recipient.objects.bulk_create(clients))
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    slow = threading.Event()
    doorkeeper(2, TOO_MANY, dot=lambda line: slow.wait(0.01) or b"250 2.0.0 Ok\r\n")
    first = Engine(connections=2, run_ids=[run.pk])
    first.start()
    until(lambda: Attempt.objects.exists())
    second = Engine(connections=2, run_ids=[run.pk], patient=True)
    second.start()
    until(lambda: NOBODY in second.doors.of and second.doors.of[NOBODY].limit == 0)
    assert first.join(30)
    second.stop()
    assert second.join(10)
    run.refresh_from_db()
    assert (run.state, run.sent, run.holds) == (Run.State.FINISHED, 300, 0)


def test_who_stood_back_tries_one_connection_after_a_minute(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(admission.time, "monotonic", lambda: now[0])
    door = Admission(2)
    door.stand_back()
    one = Worker()
    assert not door.may_send(one)
    now[0] += admission.WAIT
    assert door.may_send(one) and not door.may_send(Worker())
