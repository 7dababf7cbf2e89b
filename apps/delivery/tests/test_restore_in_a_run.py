"""A backup is made in the middle of a run, letters leave after it, and it is restored."""
import contextlib

import pytest
from django.db import connection, connections
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import Entry
from apps.core.outage import SameFile
from apps.delivery.models import LettersTaken, RestoreGuard
from apps.delivery.services import RunRefused, run_count_unknown, run_start
from apps.mailings.models import Attempt, Delivery, Run
from apps.statistics.models import DomainTally, Increment, MinuteTally, Tally
from tests.sending import until, work

from ..engine import recovery, restore
from ..engine.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True)
TABLES = [RestoreGuard, LettersTaken, Run, Delivery, Attempt, Increment, Tally, MinuteTally,
          DomainTally]


@contextlib.contextmanager
def backup():
    """What happens inside is not in the database afterwards: a dump of before is restored."""
    kept = [(table, list(table.objects.all())) for table in TABLES]
    yield
    for table, _ in reversed(kept):
        table.objects.all()._raw_delete("default")
    for table, rows in kept:
        table.objects.bulk_create(rows)


def killed(engine):
    """End an engine as SIGKILL does: its journals stay on the disk, and nobody holds them."""
    for thread in engine.connections:
        thread.leave = lambda own=thread: own.journal.close(forget=False)
    engine.stop()
    assert engine.join(10)


@pytest.fixture
def run(mailing, sink):
    """A run with all its letters sent; the database that was restored has none of them."""
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    with backup():
        work(run, connections=1)
    run.refresh_from_db()
    assert (run.sent, len(sink.letters)) == (0, 3)
    return run


def held(run):
    run.refresh_from_db()
    return (run.state, run.reason) == (Run.State.PAUSED, Run.Reason.RESTORE)


def test_a_worker_that_starts_notices_that_letters_left_after_the_backup(run, sink):
    assert restore.check()
    work(run)
    assert held(run) and len(sink.letters) == 3


def test_a_worker_that_lived_through_the_restore_claims_nothing(mailing, sink):
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    living = Engine(connections=1, run_ids=[run.pk], patient=True)
    with backup():
        living.start()
        until(lambda: Run.objects.filter(state=Run.State.FINISHED).exists())  # nothing is written
    living.wake_up()
    until(lambda: held(run))
    living.stop()
    assert living.join(10) and len(sink.letters) == 3


def test_a_worker_that_was_killed_after_the_backup_left_its_journal_to_tell(mailing, sink):
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    with backup():
        dying = Engine(connections=1, run_ids=[run.pk], patient=True)
        dying.start()
        until(lambda: Attempt.objects.count() == 3)
        killed(dying)
    work(run)
    assert held(run) and len(sink.letters) == 3
    recovery.recover()  # its journal goes, and nothing is held anew
    assert not restore.check()


def test_a_run_that_is_loaded_after_the_restore_was_noticed_does_not_go_on(run, sink):
    rows = list(Delivery.objects.all())
    for table in (Delivery, Run):
        table.objects.all()._raw_delete("default")
    assert restore.check()
    run.save(force_insert=True)
    Delivery.objects.bulk_create(rows)
    work(run)
    assert held(run) and len(sink.letters) == 3


def test_while_a_dump_is_loaded_nothing_is_written_and_nothing_is_sent(run):
    RestoreGuard.objects.all().delete()
    with pytest.raises(restore.NotReady):
        restore.check()
    assert not RestoreGuard.objects.exists()


def test_the_page_tells_how_old_the_backup_is_and_that_letters_left_since(run, as_owner):
    Run.objects.update(updated_at=timezone.now())
    restore.check()
    guard = RestoreGuard.objects.get()
    assert guard.dumped_at <= guard.restored_at and guard.left_at
    RestoreGuard.objects.update(dumped_at=guard.left_at - timezone.timedelta(hours=2))
    page = as_owner.get(run.mailing.get_absolute_url()).text
    assert "Копия сделана" in page and "2\xa0часа" in page and "После этого уходили письма" in page
    assert "Считать неизвестными" in page and "Отправить ещё раз" in page


def test_taken_for_unknown_nobody_gets_the_letter_twice(run, owner, as_owner, sink):
    restore.check()
    as_owner.post(reverse("delivery:count_unknown", args=[run.mailing_id]))
    run.refresh_from_db()
    assert (run.state, run.unknown, run.left) == (Run.State.FINISHED, 3, 0)
    work(run)
    assert len(sink.letters) == 3
    told = Entry.objects.get(action=Entry.Action.COUNT_UNKNOWN)
    assert (told.who, told.details) == (owner, "3")
    with pytest.raises(RunRefused):
        run_count_unknown(run=run, by=owner)


def test_to_send_again_is_asked_about_and_then_done(run, as_owner, htmx, sink):
    restore.check()
    url = reverse("delivery:resume", args=[run.mailing_id])
    assert "дважды" in as_owner.get(url).text
    assert as_owner.post(url).status_code == 200 and held(run)
    assert htmx.post(url).status_code == 409 and held(run)
    as_owner.post(url, {"confirm": "1"})
    work(run)
    assert run.sent == 3 and len(sink.letters) == 6


def test_a_second_machine_that_notices_the_same_restore_holds_nothing_anew(run, as_owner):
    restore.check()
    as_owner.post(reverse("delivery:resume", args=[run.mailing_id]), {"confirm": "1"})
    RestoreGuard.objects.update(number=0)  # this disk is another machine's, which was away
    restore.check()
    assert not held(run) and not restore.check()


def test_a_file_of_sqlite_that_another_one_took_the_place_of_is_opened_anew(tmp_path):
    if connection.vendor != "sqlite":
        pytest.skip("a server's files are its own")
    place, backup_file = tmp_path / "database", tmp_path / "backup"
    for path in (place, backup_file):
        path.write_bytes(b"")
    own = connections["default"].copy()
    own.settings_dict["NAME"] = str(place)
    look = SameFile(own)
    look.look()
    own.connect()
    look.look()
    assert own.connection is not None
    backup_file.replace(place)
    look.look()
    assert own.connection is None
