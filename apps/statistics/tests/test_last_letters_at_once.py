"""Recipients' last letters are told while others write, and by several processes at once."""
import threading

import pytest
from django.db import connection, transaction

from apps.delivery.services import run_start
from apps.mailings.models import Attempt, Delivery, Recipient, Run
from tests.factories import MailingFactory, RecipientFactory

from .. import last_letters
from ..last_letters import Added, follow_all
from .test_last_letters import (  # noqa: F401 fixtures
    assert_all_is_told, fates, mailing, record, run)

State = Delivery.State


def in_thread(work):
    """Start `work` in a thread with a database connection of its own; return the thread."""
    def closing():
        try:
            work()
        finally:
            connection.close()
    thread = threading.Thread(target=closing)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_tell_the_same(owner, monkeypatch):
    monkeypatch.setattr(last_letters, "BATCH", 5)
    everybody = MailingFactory(owner=owner, recipients=[
        RecipientFactory(owner=owner) for _ in range(30)])
    many = run_start(mailing=everybody, trigger=Run.Trigger.PAGE)
    record(many, *[State.SENT, State.FAILED, State.SKIPPED] * 5)
    threads = [in_thread(follow_all) for _ in range(2)]
    for thread in threads:
        thread.join()
    assert fates()[:3] == ["sent", "failed", "skipped"]


only_postgresql = pytest.mark.skipif(
    "connection.vendor == 'sqlite'", reason="SQLite has one writer at a time")


@only_postgresql
@pytest.mark.django_db(transaction=True)
def test_an_id_that_is_committed_late_is_not_passed_over(run):  # noqa: F811
    fates()
    begun, may_end = threading.Event(), threading.Event()

    @transaction.atomic
    def late():
        record(run, State.SENT)
        begun.set()
        may_end.wait(10)

    thread = in_thread(late)
    begun.wait(10)
    record(run, State.FAILED)
    follower = Added(Attempt)
    assert not follower.step()
    may_end.set()
    thread.join()
    assert follower.step()
    follow_all()
    assert_all_is_told()


@only_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_row_that_a_page_is_writing_is_left_for_the_next_time(run):  # noqa: F811
    held, may_end = threading.Event(), threading.Event()

    @transaction.atomic
    def page():
        Recipient.objects.select_for_update().order_by("pk").first()
        held.set()
        may_end.wait(10)

    thread = in_thread(page)
    held.wait(10)
    follower = Added(Delivery)
    assert not follower.step()
    told = list(Recipient.objects.order_by("pk").values_list("last_fate", flat=True))
    assert told == ["", "pending", "pending", "pending"]
    may_end.set()
    thread.join()
    assert fates() == ["pending"] * 4
