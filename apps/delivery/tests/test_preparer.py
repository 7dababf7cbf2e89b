"""The workers' thread that makes ledgers, with all around it."""
import logging
import threading

import pytest

from apps.delivery import audience, preparing
from apps.delivery.services import run_start, run_stop
from apps.mailings.models import Run
from tests.factories import MailingFactory, RecipientFactory
from tests.sending import until

from ..drivers.local import SendingProcess
from ..engine import transitions
from .test_commands import send

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def each_mailing_is_big(monkeypatch):
    monkeypatch.setattr(audience, "DEAR", 0)


@pytest.fixture
def process(sink):
    process = SendingProcess(keep_clock=False, connections=1)
    process.start()
    yield process
    process.finish()


def start(mailing):
    return run_start(mailing=mailing, trigger=Run.Trigger.PAGE)


def test_a_worker_prepares_and_sends_a_big_run(process, mailing, sink):
    run = start(mailing)

    def over():
        process.tend(0.05)
        run.refresh_from_db()
        return not run.is_active

    until(over)
    assert (run.sent, run.left, len(sink.letters)) == (3, 0, 3)


def test_the_command_needs_no_other_worker_for_a_big_run(mailing, sink):
    status, said = send(mailing.pk)
    assert status == 0 and "3 sent" in said and len(sink.letters) == 3


def test_the_command_says_that_nobody_is_left_of_a_big_run(mailing, sink):
    send(mailing.pk)
    status, said = send(mailing.pk)
    assert status == 2 and "nobody left" in said


def test_a_worker_cancels_what_a_click_on_stop_has_left(process, mailing, monkeypatch):
    monkeypatch.setattr(audience, "DEAR", 5000)
    mailing.recipients.add(*RecipientFactory.create_batch(9, owner=mailing.owner))
    monkeypatch.setattr(transitions.cancel_some, "__defaults__", (1,))
    run = start(mailing)
    run_stop(run=run)

    def over():
        process.next_look = 0
        process.tend(0.05)
        run.refresh_from_db()
        return not run.left

    until(over)
    assert run.skipped + run.sent == 12


def test_a_ledger_that_can_not_be_made_holds_up_no_other(process, mailing, monkeypatch, caplog):
    real = preparing.step
    poisoned = start(MailingFactory(recipients=[RecipientFactory()]))

    def step(run_id, rows):
        if run_id == poisoned.pk:
            raise ValueError("poison")
        return real(run_id, rows)

    monkeypatch.setattr(preparing, "step", step)
    caplog.set_level(logging.ERROR)
    run = start(mailing)

    def over():
        process.tend(0.05)
        run.refresh_from_db()
        return run.prepared_at

    until(over)
    assert f"the ledger of run {poisoned.pk} can not be made" in caplog.text


def test_two_processes_make_each_row_once(mailing, owner):
    mailing.recipients.add(*RecipientFactory.create_batch(40, owner=owner))
    run = start(mailing)
    preparing.step(run.pk, 1)

    def work():
        from django.db import connection
        while Run.objects.filter(pk=run.pk, prepared_at=None).exists():
            preparing.step(run.pk, 1)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run.refresh_from_db()
    assert run.prepared_at and run.deliveries.count() == run.total == 43
