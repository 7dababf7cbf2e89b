"""What recipients' rows tell of their last letter is what the ledger tells, a little later."""
import random
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.delivery.engine import ledger, recovery
from apps.delivery.engine.journal import Journal
from apps.delivery.engine.results import Result
from apps.delivery.services import (
    DELIVERED, SEND_AGAIN, run_count_unknown, run_start, run_stop, unknown_resolve)
from apps.delivery.wire.outcome import Outcome, Phase
from apps.mailings.models import Delivery, Recipient, Run
from tests.factories import MailingFactory, RecipientFactory
from tests.sending import send
from tests.smtp import sink_server

from .. import counting, last_letters
from ..last_letters import Added, follow_all
from ..models import LedgerPlace

pytestmark = pytest.mark.django_db
State = Delivery.State
ANSWERS = {
    State.SENT: Outcome(Phase.DOT, 250, "2.0.0 Ok: queued as 1"),
    State.FAILED: Outcome(Phase.RCPT, 550, "5.1.1 User unknown"),
    State.RETRY: Outcome(Phase.RCPT, 450, "4.2.0 Greylisted"),
    State.PENDING: Outcome(Phase.CONNECT, None, "ConnectionRefusedError"),
    State.UNKNOWN: Outcome(Phase.DOT, None, "The server closed the connection."),
}
WAITING = (State.PENDING, State.CLAIMED, State.RETRY)


def told_by_the_ledger(recipient):
    """Return the fate and the time of the last letter, looked up as plainly as can be."""
    letters = list(Delivery.objects.filter(recipient=recipient).order_by("pk"))
    went_out = [one.updated_at for one in letters if one.state in (State.SENT, State.UNKNOWN)]
    if not letters:
        return "", None
    fate = letters[-1].state
    if fate in WAITING:
        fate = State.RETRY if letters[-1].tries else State.PENDING
    return fate, max(went_out, default=None)


def assert_all_is_told():
    for recipient in Recipient.all_objects.all():
        told = recipient.last_fate, recipient.last_letter_at
        assert told == told_by_the_ledger(recipient)


def fates():
    follow_all()
    assert_all_is_told()
    return list(Recipient.objects.order_by("pk").values_list("last_fate", flat=True))


@pytest.fixture
def mailing(owner):
    return MailingFactory(owner=owner, recipients=[RecipientFactory(owner=owner) for _ in range(4)])


@pytest.fixture
def run(mailing):
    return run_start(mailing=mailing, trigger=Run.Trigger.PAGE)


def record(run, *states):
    """Store what came of the next letters of `run`; those of no outcome were skipped."""
    journal = Journal()
    rows = ledger.claim(run.pk, len(states), journal.token)
    results = []
    for row, state in zip(rows, states, strict=True):
        tries = row.tries + (state == State.RETRY)
        at = timezone.now()
        results.append(Result(row, state, tries, ANSWERS.get(state), at, at))
    counts, tries = ledger.store(run, results, journal.token)
    counting.add(run.pk, counts, tries)
    counting.fold()
    journal.close(forget=True)


def test_letters_that_wait_were_sent_failed_or_are_not_known(run):
    assert fates() == ["pending"] * 4
    record(run, State.SENT, State.FAILED, State.UNKNOWN)
    assert fates() == ["sent", "failed", "unknown", "pending"]


def test_who_never_had_a_letter_has_no_fate(owner, run):
    RecipientFactory(owner=owner)
    assert fates()[-1] == ""


def test_a_letter_that_is_tried_again_waits_for_that_until_its_outcome(run):
    record(run, State.RETRY, State.PENDING)
    assert fates()[:2] == ["retry", "pending"]
    run.deliveries.update(next_try_at=timezone.now())
    recovery.promote_retries()
    assert fates()[:2] == ["retry", "pending"]
    record(run, State.SENT)
    assert fates()[:2] == ["sent", "pending"]


def test_the_letters_of_a_stopped_run_are_cancelled_and_skipped_ones_stay(run):
    fates()
    record(run, State.SENT, State.SKIPPED)
    run_stop(run=run)
    assert fates() == ["sent", "skipped", "cancelled", "cancelled"]


def test_a_decision_about_an_unknown_outcome_leaves_the_time_of_the_letter(run, owner):
    record(run, State.UNKNOWN, State.UNKNOWN)
    fates()
    before = Recipient.objects.earliest("pk").last_letter_at
    first = run.deliveries.earliest("pk")
    unknown_resolve(run=run, by=owner, how=DELIVERED, delivery_ids=[first.pk])
    unknown_resolve(run=run, by=owner, how=SEND_AGAIN)
    assert fates()[:2] == ["sent", "pending"]
    assert Recipient.objects.earliest("pk").last_letter_at == before is not None


def test_letters_that_may_have_left_before_a_restore_are_not_known(run, owner):
    fates()
    Run.objects.filter(pk=run.pk).update(state=Run.State.PAUSED, reason=Run.Reason.RESTORE)
    run_count_unknown(run=run, by=owner)
    assert fates() == ["unknown"] * 4


def test_the_late_answers_of_a_lost_worker_count(run):
    lost = Journal()
    rows = ledger.claim(run.pk, 3, lost.token)
    for row in rows[:2]:
        lost.mark(row.id)
    lost.answer(rows[0].id, ANSWERS[State.SENT])
    run.deliveries.filter(state=State.CLAIMED).update(
        lease_until=timezone.now() - timedelta(minutes=1))
    recovery.expire_leases()
    assert fates() == ["unknown", "unknown", "unknown", "pending"]
    lost.close(forget=False)
    recovery.recover_journals()
    assert fates() == ["sent", "unknown", "pending", "pending"]


def test_a_second_run_tells_newer_fates_and_the_time_stays_until_a_letter_goes_out(run, mailing):
    record(run, State.SENT, State.SENT, State.FAILED, State.SENT)
    fates()
    sent_at = Recipient.objects.earliest("pk").last_letter_at
    Run.objects.update(state=Run.State.FINISHED)
    second = run_start(mailing=mailing, trigger=Run.Trigger.PAGE, again=True)
    record(second, State.SKIPPED, State.SENT)
    assert fates() == ["skipped", "sent", "pending", "pending"]
    first, other = Recipient.objects.order_by("pk")[:2]
    assert first.last_letter_at == sent_at < other.last_letter_at


@pytest.mark.parametrize("seed", range(6))
def test_any_ledger_is_told_as_a_look_at_each_letter_tells_it(owner, seed, monkeypatch):
    monkeypatch.setattr(last_letters, "BATCH", 3)
    chance = random.Random(seed)
    people = [RecipientFactory(owner=owner) for _ in range(7)]
    steps = last_letters.followers()
    for _round in range(5):
        mailing = MailingFactory(owner=owner, recipients=chance.sample(people, 5))
        run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
        for _letter in range(chance.randrange(5)):
            record(run, chance.choice([*ANSWERS, State.SKIPPED]))
            chance.choice(steps).step()
        if chance.random() < 0.3:
            run_stop(run=run)
        if chance.random() < 0.5:
            unknown_resolve(run=run, by=owner, how=chance.choice([DELIVERED, SEND_AGAIN]))
    follow_all()
    assert_all_is_told()


def test_who_was_killed_within_a_batch_is_followed_by_another(run, monkeypatch):
    record(run, State.SENT, State.FAILED)
    monkeypatch.setitem(last_letters.SHARES, connection.vendor, 4)
    real = last_letters.write
    monkeypatch.setattr(last_letters, "write", lambda some: real(some) and 1 / 0)
    with pytest.raises(ZeroDivisionError):
        Added(Delivery).step()
    assert not LedgerPlace.objects.filter(number__gt=0)
    monkeypatch.undo()
    assert fates() == ["sent", "failed", "pending", "pending"]


def test_what_is_told_already_is_not_written_again(run):
    record(run, State.SENT)
    fates()
    LedgerPlace.objects.update(number=0)
    with CaptureQueriesContext(connection) as queries:
        follow_all()
    assert not [one for one in queries if 'UPDATE mailings_recipient' in one["sql"]]


def test_at_rest_a_look_is_one_query(run, django_assert_num_queries):
    fates()
    for follower in last_letters.followers():
        with django_assert_num_queries(1):
            assert not follower.step()


def test_a_batch_costs_as_many_queries_for_many_people_as_for_few(owner, run):
    numbers = []
    for size in (2, 40):
        people = [RecipientFactory(owner=owner) for _ in range(size)]
        follow_all()
        run.deliveries.bulk_create([
            Delivery(run=run, recipient=one, email=f"{one.pk}@example.com") for one in people])
        follower = Added(Delivery)
        with CaptureQueriesContext(connection) as queries:
            assert follower.step()
        numbers.append(len([one for one in queries if "SAVEPOINT" not in one["sql"]]))
    assert numbers[0] <= numbers[1] <= numbers[0] + 2 * last_letters.SHARES[connection.vendor]


def test_the_recount_tells_of_wrong_last_letters_and_puts_them_right(run, capsys):
    record(run, State.SENT)
    fates()
    Recipient.objects.filter(last_fate="pending").update(last_fate="failed")
    call_command("recount")
    call_command("recount", "--repair")
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if "letter" in line] == [
        "recipients whose last letter differs: 3",
        "recipients whose last letter differs: 3 (put right)"]
    assert_all_is_told()


@pytest.mark.django_db(transaction=True)
def test_after_a_real_run_all_is_told(owner, settings):
    mailing = MailingFactory(owner=owner, recipients=[
        RecipientFactory(owner=owner, email=f"{name}@example.com") for name in ("anna", "boris")])
    with sink_server(settings, rcpt={"boris": "550 5.1.1 User unknown"}):
        send(mailing)
    assert fates() == ["sent", "failed"]
