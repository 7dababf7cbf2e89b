"""Whoever leaves while letters are under way gets none of them."""
import threading
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.mailings.models import Recipient, Run, Suppression
from tests.sending import send, until, work

from ..engine import ledger, second_look
from ..engine.engine import Engine
from ..services import run_start

pytestmark = pytest.mark.django_db(transaction=True)


def suppress(owner, email, scope="all"):
    Suppression.objects.create(owner=owner, email=email, scope=scope)


@pytest.mark.parametrize("kind, scope, gone", [
    ("advertising", "all", True), ("advertising", "advertising", True),
    ("information", "all", True), ("information", "advertising", False)])
def test_who_has_left_advertising_gets_other_letters(mailing, sink, kind, scope, gone):
    mailing.kind = kind
    mailing.save()
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    suppress(mailing.owner, "anna@example.com", scope)
    work(run)
    assert run.kind == kind and run.skipped == gone
    assert ("anna@example.com" in sink.addresses) is not gone


def test_who_rests_is_skipped_until_then(mailing, sink):
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    now = timezone.now()
    for local, days in ("anna", 1), ("boris", -1):
        Recipient.objects.filter(email=f"{local}@example.com").update(
            resting_until=now + timedelta(days=days))
    work(run)
    assert (run.sent, run.skipped) == (2, 1) and "anna@example.com" not in sink.addresses
    assert "rests" in run.deliveries.get(email="anna@example.com").answer


def test_no_letter_leaves_long_after_its_recipient_has(mailing, sink, monkeypatch):
    """The group was claimed, and its server takes half a second for each letter."""
    monkeypatch.setattr(second_look, "FRESH", 0.05)
    taking = sink.handle_DATA

    async def slow(server, session, envelope):
        answer = await taking(server, session, envelope)
        if len(sink.letters) == 1:
            suppress_later.set()
            left.wait(5)
            time.sleep(0.1)
        return answer

    sink.handle_DATA = slow
    suppress_later, left = threading.Event(), threading.Event()
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    engine = Engine(connections=1, run_ids=[run.pk])
    monkeypatch.setattr("apps.delivery.engine.claiming.GROUP_LIMIT", 10)
    engine.start()
    assert suppress_later.wait(5)
    [last] = {"anna@example.com", "boris@example.com", "vera@example.com"} - {
        "anna@example.com", "boris@example.com"}
    suppress(mailing.owner, last)
    left.set()
    assert engine.join(20)
    until(lambda: Run.objects.get(pk=run.pk).state == "finished")
    run.refresh_from_db()
    assert (run.sent, run.skipped) == (2, 1) and last not in sink.addresses


def test_a_quick_group_asks_once(mailing, sink, monkeypatch):
    asked = []
    monkeypatch.setattr(second_look, "FRESH", 60)
    monkeypatch.setattr(ledger, "gone_now", lambda *args: asked.append(args) or {})
    assert send(mailing).sent == 3 and not asked


def test_letters_whose_recipients_nobody_can_ask_for_wait(mailing, sink, monkeypatch):
    from django.db import OperationalError
    real, failures = ledger.gone_now, [OperationalError("away")]

    def gone_now(*args):
        if failures:
            raise failures.pop()
        return real(*args)

    monkeypatch.setattr(second_look, "FRESH", 0)
    monkeypatch.setattr(ledger, "gone_now", gone_now)
    run = send(mailing, connections=1)
    assert run.sent == 3 and sorted(sink.addresses) == [
        "anna@example.com", "boris@example.com", "vera@example.com"]
