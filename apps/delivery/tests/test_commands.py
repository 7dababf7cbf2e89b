import io
import threading
from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.core.management import CommandError, call_command
from django.db import InterfaceError, OperationalError
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from apps.delivery import schedule
from apps.delivery.management.commands.send import Command
from apps.delivery.services import run_stop
from apps.mailings.models import Mailing, Recipient, Run
from tests.factories import MailingFactory
from tests.smtp import sink_server

pytestmark = pytest.mark.django_db(transaction=True)


def send(*args, **options):
    """Run `manage.py send`; return its exit status and what it said."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("send", *map(str, args), no_progress=True, stdout=out, stderr=err, **options)
    return end.value.code, out.getvalue() + err.getvalue()


def test_send_sends_and_exits_0(mailing, sink):
    status, said = send(mailing.pk)
    assert status == 0 and "3 sent, 0 failed" in said
    assert len(sink.letters) == 3
    assert Run.objects.get().trigger == Run.Trigger.COMMAND


def test_the_progress_bar_shows_every_fate(mailing, settings, capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with sink_server(settings, rcpt={"boris": "550 no"}), pytest.raises(SystemExit):
        call_command("send", str(mailing.pk))
    bar = capsys.readouterr().err
    assert "3/3" in bar and "sent=2, failed=1, unknown=0, skipped=0, left=0" in bar


def test_a_failed_letter_makes_it_exit_1(mailing, settings):
    with sink_server(settings, rcpt={"boris": "550 5.1.1 User unknown"}):
        assert send(mailing.pk)[0] == 1


def test_a_database_that_is_away_for_a_while_is_waited_for(mailing, sink, monkeypatch, caplog):
    look, away = Run.refresh_from_db, [OperationalError("gone"), InterfaceError("closed")]

    def refresh(run, **options):
        if away and threading.current_thread() is threading.main_thread():
            raise away.pop()
        return look(run, **options)

    monkeypatch.setattr(Run, "refresh_from_db", refresh)
    monkeypatch.setattr("apps.core.outage.PAUSE", 0)
    status, said = send(mailing.pk)
    assert status == 0 and "3 sent" in said and not away
    assert "the database does not answer" in caplog.text


def test_a_database_that_does_not_answer_is_said_in_a_line(monkeypatch):
    monkeypatch.setattr("apps.delivery.management.commands.send.due",
                        Mock(side_effect=OperationalError("connection refused")))
    with pytest.raises(CommandError, match="does not answer: connection refused") as end:
        call_command("send", all_due=True)
    assert end.value.returncode == 2


def test_temporary_refusals_are_left_to_the_worker_and_said(mailing, settings):
    with sink_server(settings, rcpt={"boris": "450 4.2.0 Greylisted"}):
        status, said = send(mailing.pk)
    assert status == 1 and "1 left" in said and "manage.py sender" in said


def mark_bounced(*names):
    Recipient.objects.filter(email__in=[f"{name}@example.com" for name in names]).update(
        bounced_at=timezone.now())


def test_who_was_skipped_is_said_and_is_no_failure(mailing, sink):
    mark_bounced("boris")
    status, said = send(mailing.pk)
    assert status == 0 and "3 letters, 2 sent" in said and "Skipped: 1 letter to" in said


def test_where_everybody_was_skipped_nothing_could_be_sent(mailing, sink):
    mark_bounced("anna", "boris", "vera")
    status, said = send(mailing.pk)
    assert status == 2 and "3 skipped" in said and not sink.letters


def test_one_letter_is_no_letters(mailing, sink):
    mailing.recipients.set(mailing.recipients.all()[:1])
    assert ": 1 letter, 1 sent" in send(mailing.pk)[1]


def test_the_rest_of_a_paused_run_waits_for_a_person_and_not_for_the_sender(mailing, settings):
    denied = "550 5.7.1 relay not permitted"
    with sink_server(settings, rcpt={"anna": denied, "boris": denied, "vera": denied}):
        status, said = send(mailing.pk)
    assert Run.objects.get().state == Run.State.PAUSED
    assert status == 1 and "manage.py sender" not in said and "3 left" in said
    assert "Paused (the mail server refuses to work with us)" in said
    assert f"{settings.BASE_URL}/mailings/{mailing.pk}/" in said


def test_a_run_that_was_stopped_says_what_was_not_sent(mailing, monkeypatch):
    def stop(command, runs):
        run_stop(run=runs[0])

    monkeypatch.setattr(Command, "send", stop)
    status, said = send(mailing.pk)
    assert "Stopped (by a person). Not sent: 3 letters." in said and status == 2
    assert "Skipped" not in said


@pytest.mark.parametrize("command, status", [
    ("send", 2), ("sender", 1), ("recount", 1), ("create_managers_group", 1), ("hold_restored", 1),
])
def test_a_database_that_is_not_up_to_date_is_said_with_what_to_do(monkeypatch, command, status):
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *_: ["something"])
    with pytest.raises(CommandError, match="not up to date. Run: manage.py migrate") as end:
        call_command(command)
    assert end.value.returncode == status


def test_a_dry_run_says_who_would_get_a_letter_and_sends_nothing(mailing, sink):
    status, said = send(mailing.pk, dry_run=True)
    assert status == 0 and "3 would get a letter" in said
    assert not sink.letters and not Run.objects.exists()


@pytest.mark.parametrize("text", ["0", "-1", "999", "9" * 20, "abc", "٣", ""])
def test_an_unknown_mailing_is_said_and_exits_2(db, text):
    assert send("--", text)[0] == 2


def test_one_of_several_that_can_not_be_sent_makes_it_exit_1(mailing, owner, sink):
    assert send(mailing.pk, 999999)[0] == 1
    ended = MailingFactory(owner=owner, ends_at=timezone.now() - timedelta(minutes=1))
    assert send(mailing.pk, ended.pk, again=True)[0] == 1


def test_a_mailing_that_is_named_and_due_is_sent_once(mailing, sink):
    status, said = send(mailing.pk, all_due=True)
    assert status == 0 and said.count("3 sent") == 1 and len(sink.letters) == 3


def test_no_id_at_all_exits_2(db):
    assert send()[0] == 2


@pytest.mark.parametrize("change", ["ended", "disabled", "empty", "blocked"])
def test_a_mailing_that_may_not_be_sent_says_why_and_exits_2(mailing, change):
    if change == "ended":
        Mailing.objects.update(starts_at=timezone.now() - timedelta(days=2),
                               ends_at=timezone.now() - timedelta(days=1))
    elif change == "disabled":
        Mailing.objects.update(disabled_at=timezone.now())
    elif change == "empty":
        mailing.recipients.clear()
    else:
        mailing.owner.is_active = False
        mailing.owner.save()
    status, said = send(mailing.pk)
    assert status == 2 and f"Mailing {mailing.pk}:" in said


def test_sent_once_there_is_nobody_left_but_again_sends_anew(mailing, sink):
    status, said = send(mailing.pk)
    assert status == 0, said
    assert send(mailing.pk)[0] == 2
    assert send(mailing.pk, again=True)[0] == 0
    assert len(sink.letters) == 6


def test_an_unreachable_server_leaves_all_and_gives_its_words(mailing, settings):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    status, said = send(mailing.pk)
    assert status == 1 and "refused" in said and "3 left" in said


def test_all_due_starts_what_is_due_and_never_ran(mailing, sink, owner):
    MailingFactory(owner=owner, starts_at=timezone.now() + timedelta(hours=1))
    assert send(all_due=True)[0] == 0
    assert Run.objects.get().mailing == mailing
    assert send(all_due=True) == (0, "Nothing is due.\n")


def test_the_clock_starts_a_due_mailing_once_and_not_after_its_end(mailing, owner):
    over = MailingFactory(owner=owner, starts_at=timezone.now() - timedelta(days=2),
                          ends_at=timezone.now() - timedelta(days=1))
    assert [run.mailing for run in schedule.start_due()] == [mailing]
    assert schedule.start_due() == []
    over.refresh_from_db()
    assert over.status == Mailing.Status.COMPLETED and not over.runs.exists()


def test_one_worker_at_a_time_keeps_the_clock(db):
    first, second = schedule.Clock(), schedule.Clock()
    assert first.hold() and not second.hold() and first.hold()
    schedule.Lease.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert second.hold() and not first.hold()
