"""What people do while a big run's ledger is made."""
import contextlib

import pytest
from django.utils import timezone

from apps.delivery import audience, preparing
from apps.delivery.services import RunRefused, run_count_unknown, run_pause, run_stop
from apps.mailings.models import Recipient, Run
from apps.mailings.services import mailing_disable, owned_delete
from apps.statistics import counting

from ..engine import ledger, recovery, runnable, transitions
from .big_runs import adds_up, emails, prepare, start, states

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def each_mailing_is_big(monkeypatch):
    monkeypatch.setattr(audience, "DEAR", 0)


@pytest.fixture
def run(mailing):
    return start(mailing)


# Recipients.


def test_who_changes_address_after_the_moment_is_written_to_at_the_one_of_the_moment(run):
    preparing.step(run.pk, 1)
    Recipient.objects.filter(email="vera@example.com").update(email="new@example.com")
    prepare(run)
    assert emails(run) == ["anna@example.com", "boris@example.com", "vera@example.com"]


def test_an_address_that_has_the_letter_gets_no_second_one_for_who_takes_it_after_the_moment(
        run, mailing):
    prepare(run)
    run.deliveries.filter(email="anna@example.com").update(state="sent")
    counting.add(run.pk, {"sent": 1}, {})
    run_stop(run=run)
    anna = Recipient.objects.get(email="anna@example.com")
    owned_delete(owned=anna)
    rest = start(mailing)
    preparing.step(rest.pk, 1)
    vera = Recipient.objects.get(email="vera@example.com")
    vera.email = "Anna@example.com"
    vera.save()
    prepare(rest)
    assert emails(rest) == ["boris@example.com", "vera@example.com"] and adds_up(rest)


def test_a_recipient_that_was_deleted_meanwhile_has_a_row(run):
    preparing.step(run.pk, 1)
    owned_delete(owned=Recipient.objects.get(email="vera@example.com"))
    prepare(run)
    assert len(states(run)) == 3 and adds_up(run)
    assert [row.gone for row in ledger.claim(run.pk, 9, "token")] == ["", "", "deleted"]


@pytest.mark.parametrize("steps", [1, 2])
def test_each_is_written_to_once_when_two_change_addresses_between_them(run, steps):
    for _ in range(steps):
        preparing.step(run.pk, 1)
    anna = Recipient.objects.get(email="anna@example.com")
    vera = Recipient.objects.get(email="vera@example.com")
    Recipient.objects.filter(pk=anna.pk).update(email="moved@example.com")
    Recipient.objects.filter(pk=vera.pk).update(email="anna@example.com")
    prepare(run)
    assert run.deliveries.get(email="anna@example.com").recipient == anna
    assert run.deliveries.get(email="vera@example.com").recipient == vera
    assert run.total == 3 and adds_up(run)


def test_who_takes_the_address_of_a_deleted_one_gets_the_letter_at_their_own(run):
    preparing.step(run.pk, 1)
    owned_delete(owned=Recipient.objects.get(email="anna@example.com"))
    vera = Recipient.objects.get(email="vera@example.com")
    Recipient.objects.filter(pk=vera.pk).update(email="Anna@example.com")
    prepare(run)
    gone = {row.email: row.gone for row in ledger.claim(run.pk, 9, "token")}
    assert gone == {
        "anna@example.com": "deleted", "boris@example.com": "", "vera@example.com": ""}


def test_the_total_is_without_who_was_taken_out_of_the_database_meanwhile(run, mailing):
    preparing.step(run.pk, 1)
    vera = Recipient.objects.filter(email="vera@example.com")
    mailing.recipients.remove(vera.get())
    vera._raw_delete(vera.db)
    prepare(run)
    assert states(run) == ["pending", "pending"] and adds_up(run)


# The run and its mailing.


def test_a_stopped_run_has_the_rest_of_its_rows_cancelled(run):
    preparing.step(run.pk, 1)
    preparing.step(run.pk, 1)
    run_stop(run=run)
    assert adds_up(run) and run.left == 2
    prepare(run)
    assert states(run) == ["cancelled"] * 3
    assert (run.state, run.skipped, run.left) == ("stopped", 3, 0)


def test_a_run_that_is_stopped_before_its_moment_has_nobody(run):
    run_stop(run=run)
    prepare(run)
    assert (run.state, run.total) == ("stopped", 0) and run.prepared_at


def test_the_click_on_stop_cancels_some_and_a_worker_the_others(run, monkeypatch):
    prepare(run)
    monkeypatch.setattr(transitions.cancel_some, "__defaults__", (1,))
    run_stop(run=run)
    assert states(run) == ["cancelled", "pending", "pending"] and adds_up(run)
    assert list(transitions.stopped_with_waiting(Run.objects.all())) == [run]
    assert transitions.cancel_some(run.pk, 9) == 2
    assert adds_up(run) and not run.left
    assert not transitions.stopped_with_waiting(Run.objects.all())


def test_the_next_run_waits_until_the_stopped_one_is_wound_up(run, mailing, monkeypatch):
    prepare(run)
    monkeypatch.setattr(transitions.cancel_some, "__defaults__", (1,))
    run_stop(run=run)
    monkeypatch.setattr(audience, "DEAR", 5000)
    rest = start(mailing)
    assert preparing.step(rest.pk, 9) is None and not rest.prepared_at
    transitions.cancel_some(run.pk, 9)
    prepare(rest)
    assert rest.total == 3


def test_a_paused_run_goes_on_being_prepared_and_sends_nothing(run):
    run_pause(run=run)
    prepare(run)
    assert states(run) == ["pending"] * 3 and run.state == "paused"
    assert not runnable.runs_with_letters()


def test_a_disabled_mailing_is_paused_while_its_run_is_prepared(run, manager):
    mailing_disable(mailing=run.mailing, by=manager, disabled=True)
    recovery.recover()
    prepare(run)
    assert (run.state, run.reason, run.left) == ("paused", "disabled", 3)


def test_the_end_of_the_window_cancels_what_is_not_made(run, mailing):
    preparing.step(run.pk, 1)
    preparing.step(run.pk, 1)
    mailing.ends_at = timezone.now()
    mailing.save(update_fields=["ends_at"])
    recovery.recover()
    prepare(run)
    assert (run.state, run.reason, run.skipped) == ("stopped", "window", 3)


def test_a_mailing_has_one_run_at_a_time_while_one_is_prepared(run, mailing):
    with pytest.raises(RunRefused):
        start(mailing)


def test_after_a_restore_also_what_had_no_row_yet_is_unknown(run, owner, monkeypatch):
    preparing.step(run.pk, 1)
    preparing.step(run.pk, 1)
    Run.objects.update(state="paused", reason="restore")
    run.refresh_from_db()
    with hidden_step(monkeypatch):
        assert run_count_unknown(run=run, by=owner) == 3
    assert not runnable.runs_with_letters()
    prepare(run)
    assert states(run) == ["unknown"] * 3
    assert (run.state, run.unknown, run.left) == ("finished", 3, 0)


@contextlib.contextmanager
def hidden_step(monkeypatch):
    """The click takes no step itself, as if the run were too big for it."""
    with monkeypatch.context() as patch:
        patch.setattr("apps.delivery.services.preparing.step", lambda *args: None)
        yield
