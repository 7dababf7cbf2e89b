"""The database comes back from a backup: what was sent since is not in it."""
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from apps.delivery.models import RestoreGuard
from apps.delivery.services import run_resume, run_start
from apps.mailings.models import Mailing, Run
from tests.factories import MailingFactory, RecipientFactory
from tests.sending import work

from .. import schedule
from ..drivers.local import SendingProcess
from ..engine import refusals, restore

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(mailing):
    """An open run, as the backup has it; later runs moved the number on the disk."""
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    backup = RestoreGuard.objects.get().number
    restore.increase_number()
    RestoreGuard.objects.update(number=backup)
    return run


def test_after_a_restore_open_runs_rest_until_their_owner_resumes_them(run, sink):
    process = SendingProcess(keep_clock=False, connections=1, run_ids=[run.pk])
    process.start()
    assert process.engine.join(30) and process.finish()
    run.refresh_from_db()
    assert (run.state, run.reason) == (Run.State.PAUSED, Run.Reason.RESTORE)
    assert not sink.letters
    run_resume(run=run)
    work(run)
    assert run.sent == len(sink.letters) == 3


def test_after_a_restore_the_clock_leaves_alone_what_was_due_by_then(run, owner):
    due = MailingFactory(owner=owner, recipients=[RecipientFactory(owner=owner)])
    later = MailingFactory(owner=owner, recipients=[RecipientFactory(owner=owner)])
    assert schedule.start_due() == []
    Mailing.objects.filter(pk=later.pk).update(
        starts_at=RestoreGuard.objects.get().restored_at + timedelta(microseconds=1))
    assert [run.mailing_id for run in schedule.start_due()] == [later.pk]
    assert run_start(mailing=due, trigger=Run.Trigger.PAGE).total == 1


def test_the_page_says_why_a_due_mailing_has_not_started(run, owner, as_owner):
    due = MailingFactory(owner=owner, recipients=[RecipientFactory(owner=owner)])
    refusals.catch_up()
    assert "восстановлена из резервной копии" in as_owner.get(due.get_absolute_url()).text


def test_a_start_by_a_person_does_not_hide_the_restore(run, owner):
    other = MailingFactory(owner=owner, recipients=[RecipientFactory(owner=owner)])
    started = run_start(mailing=other, trigger=Run.Trigger.PAGE)
    run.refresh_from_db()
    assert run.reason == Run.Reason.RESTORE and started.state == Run.State.RUNNING


def test_a_database_that_was_not_restored_is_left_alone(mailing):
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    for _ in range(3):
        restore.increase_number()
        assert not restore.check()
    run.refresh_from_db()
    assert run.state == Run.State.RUNNING


def test_a_restore_is_seen_once(run):
    assert restore.check() and not restore.check()


def test_a_number_that_can_not_be_read_or_written_stops_nothing(mailing, settings):
    restore.path().write_text("nonsense")
    assert not restore.check()
    settings.DATA_DIR = settings.DATA_DIR / "not there"
    restore.increase_number()
    assert not restore.check()


def test_an_operator_may_say_that_the_database_was_restored(mailing, capsys):
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    call_command("hold_restored")
    run.refresh_from_db()
    assert run.reason == Run.Reason.RESTORE
    assert RestoreGuard.objects.get().restored_at <= timezone.now()


def test_a_restore_is_not_forgotten_by_a_crash_before_the_runs_are_held(run, monkeypatch):
    with monkeypatch.context() as patch, pytest.raises(OSError):
        patch.setattr(restore, "hold", lambda: (_ for _ in ()).throw(OSError))
        restore.check()
    assert restore.check()
    run.refresh_from_db()
    assert run.state == Run.State.PAUSED
