"""A big run: who is in is fixed after the click, and its ledger is made in batches."""
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.delivery import audience, preparing
from apps.mailings.models import Delivery, Recipient, Run
from apps.mailings.preparations import Preparation, RunAudience
from apps.statistics import counting
from tests.factories import RecipientFactory

from ..engine import bell, recovery
from .big_runs import adds_up, emails, prepare, start, states

pytestmark = pytest.mark.django_db
State = Delivery.State


@pytest.fixture(autouse=True)
def each_mailing_is_big(monkeypatch):
    monkeypatch.setattr(audience, "DEAR", 0)


@pytest.fixture
def run(mailing):
    return start(mailing)


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
