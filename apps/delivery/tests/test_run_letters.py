"""The owner of a scheduled run hears of it when it needs them: once, and in their language."""
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from apps.delivery.engine import transitions
from apps.delivery.run_letters import owners_write
from apps.delivery.services import run_pause, run_start
from apps.mailings.models import Mailing, Run

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def run(mailing):
    return run_start(mailing=mailing, trigger=Run.Trigger.SCHEDULE)


def letters():
    owners_write(now=timezone.now())
    return mail.outbox


def change(run, **fields):
    Run.objects.filter(pk=run.pk).update(**fields)


def finish(run, **figures):
    change(run, state=Run.State.FINISHED, finished_at=timezone.now(), **figures)


def test_a_run_that_the_server_paused_is_told_once_with_a_link(run, owner, settings):
    settings.BASE_URL = "https://vestnik.example"
    transitions.pause(run.pk, Run.Reason.SERVER, "535 5.7.8 Bad password")
    letter, = letters()
    assert letter.to == [owner.email]
    assert letter.subject == f"Приостановлена: {run.mailing.title}"
    assert f"https://vestnik.example{run.mailing.get_absolute_url()}\n" in letter.body
    assert "535 5.7.8 Bad password" in letter.body and "/profile/" in letter.body
    assert len(letters()) == 1


def test_it_is_told_in_the_owners_language(run, owner):
    owner.language = "en"
    owner.save()
    transitions.pause(run.pk, Run.Reason.SERVER)
    letter, = letters()
    assert letter.subject.startswith("Paused: ") and letter.body.startswith("Hello.\n\nThe mailing")
    assert "\n\n\n" not in letter.body


def test_a_run_of_which_nobody_got_a_letter_is_told(run):
    finish(run, failed=3)
    letter, = letters()
    assert letter.subject.startswith("Никто не получил: ")


def test_a_run_that_ends_with_unknown_outcomes_is_told(run):
    finish(run, sent=2, unknown=1)
    letter, = letters()
    assert letter.subject.startswith("Нужно ваше решение: ") and "исход неизвестен 1" in letter.body


def test_a_run_that_the_end_of_its_window_cut_off_is_told(run):
    Mailing.objects.update(ends_at=timezone.now())
    transitions.refresh_runs(timezone.now())
    letter, = letters()
    assert letter.subject.startswith("Нужно ваше решение: ")


def test_a_second_event_of_a_run_is_a_second_letter(run):
    transitions.pause(run.pk, Run.Reason.SERVER)
    letters()
    finish(run, sent=2, unknown=1, reason="")
    assert len(letters()) == 2


@pytest.mark.parametrize("figures", [{"sent": 3}, {"sent": 2, "failed": 1}, {"skipped": 3}])
def test_a_run_that_ends_well_is_not_told(run, figures):
    finish(run, **figures)
    assert letters() == []


def test_a_run_with_letters_left_has_not_ended(run):
    finish(run, unknown=1)
    assert letters() == []


def test_what_the_owner_did_is_not_told(run):
    run_pause(run=run)
    assert letters() == []


def test_a_run_that_a_person_started_is_not_told(run):
    change(run, trigger=Run.Trigger.PAGE, state=Run.State.PAUSED, reason=Run.Reason.SERVER)
    assert letters() == []


@pytest.mark.parametrize("switch", ["wants_run_letters", "is_active"])
def test_who_wants_none_or_is_blocked_gets_none(run, owner, switch):
    setattr(owner, switch, False)
    owner.save()
    transitions.pause(run.pk, Run.Reason.SERVER)
    assert letters() == []


def test_what_is_long_over_is_not_told(run):
    finish(run, failed=3, updated_at=timezone.now() - 25 * HOUR)
    change(run, finished_at=timezone.now() - 25 * HOUR)
    assert letters() == []
