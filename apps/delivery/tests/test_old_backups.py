"""Restores that are hard to see, and what only looks like a restore."""
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from apps.delivery.models import LettersTaken
from apps.delivery.services import run_start
from apps.mailings.models import Attempt, Delivery, Mailing, Run
from tests.sending import until, work

from .. import schedule
from ..engine import restore, transitions
from ..engine.engine import Engine
from .test_restore_in_a_run import backup, held, killed

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_worker_that_is_stopped_right_after_a_restore_leaves_what_tells_of_it(mailing, sink):
    """leave() must not raise the restored database's number and delete the journal that tells.

    As in `restore; systemctl restart sender` within the 4 s of a heartbeat.
    """
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    living = Engine(connections=1, run_ids=[run.pk], patient=True)
    with backup():
        living.start()
        until(lambda: Attempt.objects.count() == 3)
        until(lambda: living.waiting)
    living.stop()
    assert living.join(10)
    work(run)
    assert len(sink.letters) == 3 and held(run)


def test_a_backup_of_letters_in_hand_is_older_than_their_answers(mailing, sink, monkeypatch):
    """A connection's last group: claimed before the backup, sent after it, with none claimed since.

    Its journal is empty, which must not pass for a proof that the group was not sent.
    """
    taken = []
    write = restore.write_letters_taken
    monkeypatch.setattr(restore, "write_letters_taken",
                        lambda *words: (taken.append(words), write(*words)))
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    dying = Engine(connections=1, run_ids=[run.pk], patient=True)
    dying.start()
    until(lambda: dying.waiting)
    killed(dying)
    (token, before), (_, letters), *_ = taken  # the backup is of the commit that claimed the rest
    last = list(Delivery.objects.order_by("pk").values_list("pk", flat=True)[before:])
    Attempt.objects.filter(pk__in=Attempt.objects.order_by("pk")[before:]).delete()
    Run.objects.update(state=Run.State.RUNNING, finished_at=None, sent=before)
    Delivery.objects.filter(pk__in=last).update(
        state="claimed", lease_token=token, answer="",
        lease_until=timezone.now() + timezone.timedelta(seconds=30))
    LettersTaken.objects.update(letters=letters)
    work(run)
    assert len(sink.letters) == 3


def test_a_run_that_was_paused_in_the_backup_tells_of_the_restore_too(mailing, sink):
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    transitions.pause(run.pk, Run.Reason.PERSON)
    with backup():
        Run.objects.update(state=Run.State.RUNNING)
        work(run)
    assert restore.check()
    assert len(sink.letters) == 3 and held(run)


def test_a_mailing_that_was_started_before_its_time_waits_after_a_restore(mailing, sink):
    """Its owner sent it early, after the backup; the clock must not send it once more."""
    soon = timezone.now() + timezone.timedelta(minutes=5)
    Mailing.objects.update(starts_at=soon)
    restore.increase_number()
    with backup():
        work(run_start(mailing=mailing, trigger=Run.Trigger.PAGE))
    assert len(sink.letters) == 3 and restore.check()
    Mailing.objects.update(starts_at=timezone.now())  # its time has come
    assert schedule.start_due() == []


def test_a_new_database_beside_an_old_data_dir_can_be_used(mailing):
    """The file was deleted, or the database made anew, and migrated, which makes its guard."""
    restore.write_or_log(7)
    make_guard = import_module("apps.delivery.migrations.0005_guard_is_there").make_guard
    make_guard(apps, None)
    assert run_start(mailing=mailing, trigger=Run.Trigger.PAGE).total == 3
    assert not restore.check()


def test_on_a_full_disk_a_journal_stays_until_the_number_is_kept(mailing, sink, monkeypatch):
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    with backup():
        monkeypatch.setattr(restore.os, "replace", lambda *_: (_ for _ in ()).throw(OSError(28)))
        work(run, connections=1)
        monkeypatch.undo()
    work(run)
    assert len(sink.letters) == 3


def test_journals_that_may_not_be_read_are_no_error_of_the_page(mailing, settings, monkeypatch):
    """The web and the worker run as two users: journals are 0600."""
    folder = settings.DATA_DIR / "journal"
    folder.mkdir()
    (folder / "lost+found").mkdir()
    run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
