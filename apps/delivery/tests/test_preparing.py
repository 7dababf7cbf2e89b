"""A big run: who is in is fixed after the click, and its ledger is made in batches."""
import contextlib

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.delivery import audience, preparing
from apps.delivery.services import RunRefused, run_count_unknown, run_pause, run_start, run_stop
from apps.mailings.models import Delivery, Recipient, Run
from apps.mailings.runs import Preparation, RunAudience
from apps.mailings.services import mailing_disable, owned_delete
from apps.statistics import counting
from apps.statistics.models import StaleRecipient
from tests.factories import RecipientFactory

from ..engine import bell, ledger, recovery, runnable, transitions

pytestmark = pytest.mark.django_db
State = Delivery.State


@pytest.fixture(autouse=True)
def each_mailing_is_big(monkeypatch):
    monkeypatch.setattr(audience, "DEAR", 0)


def start(mailing, **options):
    return run_start(mailing=mailing, trigger=Run.Trigger.PAGE, **options)


@pytest.fixture
def run(mailing):
    return start(mailing)


def prepare(run, rows=1):
    """Take all steps of the run's preparation that can be taken."""
    while preparing.step(run.pk, rows) is not None:
        pass
    counting.fold()
    run.refresh_from_db()


def states(run):
    return sorted(run.deliveries.values_list("state", flat=True))


def emails(run):
    return sorted(run.deliveries.values_list("email", flat=True))


def adds_up(run):
    """Whether the run's figures tell what its ledger has, with what is still to be made as left."""
    counting.fold()
    run.refresh_from_db()
    ledger_has = states(run)
    unmade = RunAudience.objects.filter(run=run).count()
    set_aside = ledger_has.count("skipped") + ledger_has.count("cancelled")
    waiting = sum(map(ledger_has.count, Delivery.OPEN))
    return (run.total, run.skipped, run.left) == (
        len(ledger_has) + unmade, set_aside, waiting + unmade)


# The click, and the moment.


def test_the_click_writes_as_much_for_ten_more_recipients(mailing, owner, as_owner):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            as_owner.post(reverse("delivery:start", args=[mailing.pk]), {"confirm": 1})
        run = mailing.runs.latest("pk")
        assert run.prepared_at is None and not run.deliveries.exists()
        Run.objects.update(state="finished")
        return len(captured)

    queries()  # the first start of all makes the guard
    few = queries()
    mailing.recipients.add(*RecipientFactory.create_batch(10, owner=owner))
    assert queries() == few


def test_the_page_says_that_the_list_is_being_made(mailing, as_owner):
    answer = as_owner.post(
        reverse("delivery:start", args=[mailing.pk]), {"confirm": 1}, follow=True)
    assert "список получателей составляется" in answer.content.decode()


def test_who_is_in_is_who_was_in_at_the_moment(mailing, owner, run):
    mailing.recipients.add(RecipientFactory(owner=owner, email="before@example.com"))
    preparing.step(run.pk, 1)
    mailing.recipients.add(RecipientFactory(owner=owner, email="after@example.com"))
    mailing.recipients.remove(Recipient.objects.get(email="boris@example.com"))
    prepare(run)
    assert emails(run) == [
        "anna@example.com", "before@example.com", "boris@example.com", "vera@example.com"]
    assert run.total == 4 and adds_up(run)


def test_a_changed_address_is_written_to_as_it_is_when_its_row_is_made(run):
    preparing.step(run.pk, 1)
    Recipient.objects.filter(email="vera@example.com").update(email="new@example.com")
    prepare(run)
    assert emails(run) == ["anna@example.com", "boris@example.com", "new@example.com"]


def test_a_step_asks_as_much_for_more_rows(mailing, owner):
    mailing.recipients.add(*RecipientFactory.create_batch(20, owner=owner))
    run = start(mailing)
    preparing.step(run.pk, 1)
    with CaptureQueriesContext(connection) as few:
        preparing.step(run.pk, 2)
    with CaptureQueriesContext(connection) as many:
        preparing.step(run.pk, 12)
    assert len(few) == len(many)


def test_another_number_than_the_person_was_told_stops_the_run_before_a_letter_leaves(
        mailing, owner):
    run = start(mailing, expected=3)
    mailing.recipients.add(RecipientFactory(owner=owner))
    prepare(run)
    assert (run.state, run.reason, run.total) == ("stopped", "audience", 0)
    assert run.prepared_at and not RunAudience.objects.exists() and not states(run)
    run = start(mailing, expected=4)
    prepare(run)
    assert run.state == "running" and run.total == 4


def test_the_number_that_a_person_is_told_does_not_count_who_has_bounced(mailing):
    mailing.recipients.filter(email="boris@example.com").update(bounced_at=timezone.now())
    run = start(mailing, expected=2)
    prepare(run)
    assert run.state == "running" and run.total == 3


def test_a_run_that_finds_nobody_says_so(mailing, run, as_owner):
    prepare(run)
    run.deliveries.update(state=State.SENT)
    Run.objects.update(state="finished", sent=3)
    rest = start(mailing)
    prepare(rest)
    assert (rest.state, rest.reason, rest.total) == ("stopped", "nobody", 0)
    page = as_owner.get(reverse("delivery:progress", args=[mailing.pk]), follow=True)
    assert "Ничего не отправлено" in page.content.decode()


# Rows.


def test_a_run_with_all_its_rows_sent_goes_on_while_others_are_to_be_made(run):
    preparing.step(run.pk, 1)
    preparing.step(run.pk, 1)
    run.deliveries.update(state=State.SENT)
    counting.add(run.pk, {"sent": 1}, {})
    recovery.recover()
    run.refresh_from_db()
    assert (run.state, run.total, run.left) == ("running", 3, 2)
    assert run.has_letters_now()


def test_a_run_before_its_moment_does_not_finish(run):
    recovery.recover()
    run.refresh_from_db()
    assert (run.state, run.total) == ("running", 0)


def test_a_step_that_fails_leaves_no_trace(run, monkeypatch):
    preparing.step(run.pk, 1)
    preparing.step(run.pk, 1)
    with monkeypatch.context() as broken:
        broken.setattr(bell, "ring", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            preparing.step(run.pk, 1)
    assert len(states(run)) == 1 and RunAudience.objects.count() == 2 and adds_up(run)
    prepare(run)
    assert states(run) == ["pending"] * 3 and adds_up(run)


def test_the_preparation_is_gone_when_the_last_row_is_made(run):
    prepare(run)
    assert run.prepared_at
    assert not Preparation.objects.exists() and not RunAudience.objects.exists()


def test_a_recipient_that_was_deleted_meanwhile_has_a_row(run):
    preparing.step(run.pk, 1)
    owned_delete(owned=Recipient.objects.get(email="vera@example.com"))
    prepare(run)
    assert len(states(run)) == 3 and adds_up(run)
    assert [row.gone for row in ledger.claim(run.pk, 9, "token")] == ["", "", "deleted"]


@pytest.mark.parametrize("state", ["pending", "skipped"])
def test_who_takes_the_address_of_a_deleted_one_gets_the_letter(run, state):
    preparing.step(run.pk, 1)
    preparing.step(run.pk, 1)
    anna = Recipient.objects.get(email="anna@example.com")
    owned_delete(owned=anna)
    run.deliveries.update(state=state)
    counting.add(run.pk, {"skipped": int(state == "skipped")}, {})
    vera = Recipient.objects.get(email="vera@example.com")
    vera.email = "Anna@example.com"
    vera.save()
    prepare(run)
    assert states(run) == ["pending", "pending"] and adds_up(run)
    assert run.deliveries.get(recipient=vera).email == "Anna@example.com"
    assert StaleRecipient.objects.filter(recipient_id=vera.pk).exists()  # her list shows it


def test_two_that_share_an_address_by_now_get_one_letter(run):
    preparing.step(run.pk, 1)
    preparing.step(run.pk, 1)
    Recipient.objects.filter(email="anna@example.com").update(email="moved@example.com")
    Recipient.objects.filter(email="vera@example.com").update(email="anna@example.com")
    prepare(run)
    assert emails(run) == ["anna@example.com", "boris@example.com"]
    assert run.total == 2 and adds_up(run)


# What people do meanwhile.


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


# What pages show.


@pytest.mark.parametrize("steps, words", [
    (0, "Готовим список"), (1, "Готовим список: 0 из 3"), (2, "Готовим список: 1 из 3")])
def test_the_panel_tells_how_far_the_list_is(run, mailing, as_owner, steps, words):
    for _ in range(steps):
        preparing.step(run.pk, 1)
    url = reverse("delivery:progress", args=[mailing.pk])
    panel = as_owner.get(url, headers={"hx-request": "true"}).content.decode()
    assert words in " ".join(panel.split())
    assert ("Готовим список:" in panel) == (steps > 0)


def test_a_list_of_mailings_says_that_the_list_is_being_made(run, as_owner):
    page = as_owner.get(reverse("mailings:mailing_list")).content.decode()
    assert "Готовим список" in page
