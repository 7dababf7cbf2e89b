"""The reports' tallies equal a recount of the attempts, whatever happened to the letters."""
import importlib
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.management import call_command
from django.utils import timezone

from apps.delivery.engine import ledger, recovery
from apps.delivery.engine.journal import Journal
from apps.delivery.engine.results import Result
from apps.delivery.services import DELIVERED, run_start, unknown_resolve
from apps.delivery.wire.outcome import Outcome, Phase
from apps.demo import build
from apps.mailings.attempts.verdicts import Meaning, meaning_of
from apps.mailings.models import Attempt, Delivery, Run
from apps.mailings.runs import DOMAINS_STALE
from tests.factories import MailingFactory, RecipientFactory
from tests.sending import send, work
from tests.smtp import sink_server

from .. import counting, tallies
from ..models import MinuteTally, Tally
from ..recount import differences

pytestmark = pytest.mark.django_db
State = Delivery.State
ANSWERS = [
    (State.SENT, Outcome(Phase.DOT, 250, "2.0.0 Ok: queued as 1")),
    (State.FAILED, Outcome(Phase.RCPT, 550, "5.1.1 User unknown")),
    (State.RETRY, Outcome(Phase.RCPT, 450, "4.2.0 Greylisted")),
    (State.PENDING, Outcome(Phase.CONNECT, None, "ConnectionRefusedError")),
    (State.UNKNOWN, Outcome(Phase.DOT, None, "The server closed the connection.")),
]


def kind(attempt):
    return meaning_of(
        accepted=attempt.status == Attempt.Status.SUCCESS, unknown=attempt.outcome_unknown,
        code=attempt.code, reply=attempt.server_response, recipient=attempt.email)


def assert_tallies_equal_a_recount(run):
    attempts = list(Attempt.objects.filter(run=run))
    quarters = Counter((int(one.attempted_at.timestamp()) // 900, kind(one)) for one in attempts)
    stored = Tally.objects.filter(run=run).values_list("quarter", "meaning", "number")
    assert {row[:2]: row[2] for row in stored} == quarters
    minutes = MinuteTally.objects.filter(run=run)
    assert sum(row.sent + row.failed + row.unknown for row in minutes) == len(attempts)
    assert {row.minute: row.sent for row in minutes if row.sent} == Counter(
        int(one.attempted_at.timestamp()) // 60 for one in attempts
        if one.status == Attempt.Status.SUCCESS)
    Run.objects.filter(pk=run.pk).update(domains_at=None)  # else they follow in seconds
    tallies.refresh_domains()
    fates = Counter((row.email.partition("@")[2], row.state) for row in run.deliveries.all())
    for row in run.domains.all():
        assert (row.sent, row.failed, row.unknown) == tuple(
            fates[row.domain, state] for state in (State.SENT, State.FAILED, State.UNKNOWN))
    assert sum(row.total for row in run.domains.all()) == run.deliveries.count()
    assert differences(run) == []


@pytest.fixture
def run(owner):
    mailing = MailingFactory(owner=owner, recipients=[
        RecipientFactory(owner=owner, email=f"client{n}@shop{n % 3}.example.com")
        for n in range(10)])
    return run_start(mailing=mailing, trigger=Run.Trigger.PAGE)


def record(run, journal, results):
    counts, tries = ledger.store(run, results, journal.token)
    counting.add(run.pk, counts, tries)
    counting.fold()


def tried(rows, start, step):
    """Results of all kinds for claimed `rows`, `step` apart."""
    return [Result(row, state, row.tries, outcome, at=start + number * step)
            for number, (row, (state, outcome)) in enumerate(zip(rows, ANSWERS * 9, strict=False))]


@pytest.mark.parametrize("step", [timedelta(0), timedelta(seconds=25), timedelta(minutes=11)])
def test_tallies_equal_a_recount_after_answers_of_all_kinds(run, step):
    journal = Journal()
    for number in range(3):
        rows = ledger.claim(run.pk, 5, journal.token)
        record(run, journal, tried(rows, timezone.now() + number * timedelta(minutes=7), step))
    journal.close(forget=True)
    assert {row.meaning for row in Tally.objects.all()} >= {Meaning.ACCEPTED, Meaning.UNKNOWN}
    assert_tallies_equal_a_recount(run)


def test_a_recount_of_a_long_run_is_added_in_parts(run, monkeypatch):
    monkeypatch.setattr("apps.statistics.recount.AT_ONCE", 2)
    journal = Journal()
    rows = ledger.claim(run.pk, 10, journal.token)
    record(run, journal, tried(rows, timezone.now(), timedelta(minutes=11)))
    journal.close(forget=True)
    assert run.minutes.count() > 2 and differences(run) == []


def test_recording_twice_is_tallied_once(run):
    journal = Journal()
    results = tried(ledger.claim(run.pk, 10, journal.token), timezone.now(), timedelta(0))
    record(run, journal, results)
    record(run, journal, results)
    journal.close(forget=True)
    assert_tallies_equal_a_recount(run)


def test_tallies_equal_a_recount_after_a_lost_worker_and_its_late_answers(run):
    lost = Journal()
    rows = ledger.claim(run.pk, 5, lost.token)
    for row in rows[:2]:
        lost.mark(row.id)
    lost.answer(rows[0].id, ANSWERS[0][1])
    run.deliveries.filter(state=State.CLAIMED).update(
        lease_until=timezone.now() - timedelta(minutes=1))
    recovery.expire_leases()
    assert_tallies_equal_a_recount(run)
    lost.close(forget=False)
    recovery.recover_journals()
    assert Attempt.objects.filter(run=run).count() == 6
    assert_tallies_equal_a_recount(run)


def test_settling_an_unknown_outcome_changes_the_fate_and_not_the_attempts(run, owner):
    journal = Journal()
    record(run, journal, tried(ledger.claim(run.pk, 10, journal.token), timezone.now(),
                               timedelta(0)))
    journal.close(forget=True)
    before = list(Tally.objects.order_by("pk").values())
    assert unknown_resolve(run=run, by=owner, how=DELIVERED) == 2
    assert list(Tally.objects.order_by("pk").values()) == before
    assert_tallies_equal_a_recount(run)


@pytest.mark.django_db(transaction=True)
def test_tallies_equal_a_recount_after_a_real_run(mailing, settings):
    with sink_server(settings, rcpt={"boris": "550 5.1.1 User unknown",
                                     "vera": "450 4.2.0 Greylisted"}) as sink:
        run = send(mailing)
        assert_tallies_equal_a_recount(run)
        sink.rcpt.clear()
        run.deliveries.filter(state=State.RETRY).update(state=State.PENDING)
        work(run)
    assert {row.meaning: row.example for row in Tally.objects.filter(run=run)} == {
        Meaning.ACCEPTED: "250 2.0.0 Ok: queued as 2",
        Meaning.NO_MAILBOX: "550 5.1.1 User unknown", Meaning.WAIT: "450 4.2.0 Greylisted"}
    assert_tallies_equal_a_recount(run)


def test_counting_a_group_costs_one_statement(run, django_assert_num_queries):
    journal = Journal()
    results = tried(ledger.claim(run.pk, 10, journal.token), timezone.now(), timedelta(0))
    counts, tries = ledger.store(run, results, journal.token)
    with django_assert_num_queries(1):
        counting.add(run.pk, counts, tries)
    journal.close(forget=True)


def test_the_domains_of_a_run_that_goes_on_are_not_counted_at_each_tick(
        run, django_assert_num_queries):
    tallies.refresh_domains()
    Run.objects.filter(pk=run.pk).update(updated_at=timezone.now())
    with django_assert_num_queries(1):
        tallies.refresh_domains()
    Run.objects.filter(pk=run.pk).update(state=Run.State.FINISHED)
    tallies.refresh_domains()
    assert not Run.objects.filter(DOMAINS_STALE).exists()


def as_it_was(app, name):
    """Return the model that the migration knows by the app that had it then."""
    return apps.get_model("statistics" if "Tally" in name else app, name)


def test_attempts_from_before_the_tallies_are_counted_by_the_migration(db):
    build.make()
    migration = importlib.import_module("apps.mailings.migrations.0006_count_attempts")
    Tally.objects.all().delete()
    MinuteTally.objects.all().delete()
    migration.count_attempts(SimpleNamespace(get_model=as_it_was), None)
    for run in Run.objects.all():
        assert_tallies_equal_a_recount(run)


def test_the_recount_command_finds_what_is_wrong_and_puts_it_right(run, capsys):
    journal = Journal()
    record(run, journal, tried(ledger.claim(run.pk, 10, journal.token), timezone.now(),
                               timedelta(0)))
    journal.close(forget=True)
    Tally.objects.filter(meaning=Meaning.ACCEPTED).update(number=99)
    call_command("recount")
    call_command("recount", "--repair")
    call_command("recount")
    assert capsys.readouterr().out.splitlines() == [
        f"run {run.pk}: meanings", "runs whose tallies differ: 1",
        f"run {run.pk}: meanings", "runs whose tallies differ: 1 (put right)",
        "runs whose tallies differ: 0"]
