"""What is done between two groups of letters, also while the last answer is on its way."""
import asyncio
import threading

import pytest
from django.db import OperationalError, transaction

from apps.delivery.services import run_pause, run_start
from apps.mailings.models import Attempt, Delivery, Run
from tests.factories import MailingFactory, RecipientFactory, SenderFactory
from tests.sending import send, until, work

from ..engine import claiming, ledger, restore
from ..engine.connection import Connection
from ..engine.engine import Engine
from ..engine.exchange import Exchange
from ..engine.journal import Journal, dead_journals
from ..wire.outcome import Outcome, Phase

pytestmark = pytest.mark.django_db(transaction=True)
ANSWER = 0.012  # seconds: fewer than a hundred letters a second


@pytest.fixture
def mailing(owner):
    return MailingFactory(owner=owner, recipients=[
        RecipientFactory(owner=owner, email=f"client{number}@example.com")
        for number in range(12)])


@pytest.fixture
def slow_sink(sink, monkeypatch):
    """A server that takes its time, to which letters go in groups of three, four, four and one."""
    monkeypatch.setattr(claiming, "FIRST_GROUP", 4)
    monkeypatch.setattr(claiming, "LARGEST_GROUP", 4)
    taking = sink.handle_DATA

    async def slow(server, session, envelope):
        await asyncio.sleep(ANSWER)
        return await taking(server, session, envelope)

    sink.handle_DATA = slow
    return sink


@pytest.fixture
def beside(monkeypatch, slow_sink):
    """For each exchange beside a letter: what the ledger says right after it."""
    seen = []
    real = Exchange.beside

    def watched(exchange, group, tries):
        real(exchange, group, tries)
        states = list(Delivery.objects.values_list("state", flat=True))
        seen.append((states.count("sent"), states.count("claimed")))

    monkeypatch.setattr(Exchange, "beside", watched)
    return seen


def all_arrived_once(run, sink):
    assert sorted(sink.addresses) == sorted(run.deliveries.values_list("email", flat=True))
    assert (run.state, run.sent, run.left) == ("finished", 12, 0)
    assert Attempt.objects.filter(run=run, status=Attempt.Status.SUCCESS).count() == 12


def test_the_next_letters_are_claimed_while_the_last_answer_is_on_its_way(
        mailing, slow_sink, beside):
    run = send(mailing, connections=1)
    assert beside == [(6, 5), (10, 2)]  # one of these has its dot, the others are the next group
    all_arrived_once(run, slow_sink)


def test_a_quick_server_has_no_time_for_that(mailing, slow_sink, beside, monkeypatch):
    monkeypatch.setattr("apps.delivery.engine.exchange.SLOW", 1)
    all_arrived_once(send(mailing, connections=1), slow_sink)
    assert not beside


def test_after_a_refusal_the_last_answer_is_awaited_first(mailing, slow_sink, beside, monkeypatch):
    """It may be what holds up the rest."""
    answers = iter([*["250 2.0.0 Ok"] * 5, "550 5.7.1 no", *["250 2.0.0 Ok"] * 6])
    taking = slow_sink.handle_DATA

    async def refusing(*args):
        await taking(*args)
        return next(answers)

    slow_sink.handle_DATA = refusing
    run = send(mailing, connections=1)
    assert beside == [(9, 2)] and (run.sent, run.failed) == (11, 1)


@pytest.mark.parametrize("where", ["store", "claim"])
def test_a_database_that_fails_meanwhile_costs_no_letter(
        mailing, slow_sink, beside, monkeypatch, where):
    monkeypatch.setattr("apps.delivery.engine.exchange.DATABASE_PAUSE", 0)
    real = getattr(ledger, where)
    failed = []

    def failing(*args, **named):
        if len(slow_sink.letters) == 6 and not failed:
            failed.append(True)
            raise OperationalError("away")
        return real(*args, **named)

    monkeypatch.setattr(ledger, where, failing)
    all_arrived_once(send(mailing, connections=1), slow_sink)
    assert failed


def test_a_restore_that_shows_meanwhile_pauses_the_run(mailing, slow_sink, beside, monkeypatch):
    real = restore.verify

    def restored():
        if len(slow_sink.letters) >= 6:
            monkeypatch.setattr(restore, "verify", real)
            raise restore.Restored
        real()

    monkeypatch.setattr(restore, "verify", restored)
    monkeypatch.setattr(restore, "notice", lambda: Run.objects.update(state="paused"))
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    work(run, connections=1)
    assert run.state == "paused" and len(slow_sink.letters) == 7
    assert len(set(slow_sink.addresses)) == 7


def test_what_was_claimed_before_a_long_wait_goes_back(mailing, slow_sink, beside, monkeypatch):
    """Else a run that was paused during the wait would go on for a group."""
    monkeypatch.setattr("apps.delivery.engine.exchange.GROUP_LIMIT", 0.1)
    taking = slow_sink.handle_DATA
    is_asked = threading.Event()

    async def long_at_the_seventh(*args):
        if len(slow_sink.letters) == 6:
            is_asked.set()
            await asyncio.sleep(0.3)
        return await taking(*args)

    slow_sink.handle_DATA = long_at_the_seventh
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    engine = Engine(connections=1, run_ids=[run.pk])
    engine.start()
    assert is_asked.wait(5)
    until(lambda: beside)
    run_pause(run=run)
    assert engine.join(10)
    run.refresh_from_db()
    assert (run.state, len(slow_sink.letters)) == ("paused", 7)
    states = list(run.deliveries.values_list("state", flat=True))
    assert states.count("sent") == 7 and states.count("pending") == 5


@transaction.atomic
def test_nothing_of_another_sender_is_claimed_beside_a_letter(mailing, sink, owner):
    """The first one's server may let it wait, and the second's letters with it."""
    run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    claims = Connection(Engine(connections=1, patient=True), 0).claims
    assert claims.next().run.sender_id is None
    sender = SenderFactory(owner=owner)
    run_start(trigger=Run.Trigger.PAGE, mailing=MailingFactory(
        owner=owner, sender=sender, recipients=[RecipientFactory(owner=owner)]))
    claims.slice_ends = 0  # it is the other's turn
    assert not claims.next(beside=True).claimed
    assert claims.next().run.sender_id == sender.pk


def test_a_cleared_journal_keeps_the_mark_of_the_letter_that_is_on_its_way():
    journal = Journal()
    for number in (1, 2):
        journal.mark(number)
        journal.answer(number, Outcome(Phase.DOT, 250, "2.0.0 Ok"))
    journal.mark(3)
    journal.clear(5, but_last=True)
    journal.answer(3, Outcome(Phase.DOT, 250, "2.0.0 S 4"))
    journal.mark(5)
    journal.clear(1, but_last=True)
    journal.close(forget=False)
    [dead] = [dead for dead in dead_journals() if dead.token == journal.token]
    assert (dead.marked, dead.answers, dead.letters) == ({5}, {}, 6)
