"""After a restore nothing is sent until each machine has said who has left since."""
import os
import signal

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse

from apps.audit.models import Entry
from apps.core.loading import NotReady
from apps.delivery.models import RestoreGuard
from apps.mailings.models import Machine, Run, Suppression
from apps.mailings.suppression import on_disk
from apps.mailings.suppression.services import address_leave
from tests.conftest import client_of
from tests.factories import MailingFactory, RecipientFactory
from tests.sending import work

from ..drivers.merging import MergingChore, WebLook
from ..engine import refusals, restore
from ..services import RunRefused, run_resume, run_start

pytestmark = pytest.mark.django_db(transaction=True)
VERA = "vera@example.com"


@pytest.fixture(autouse=True)
def disk(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    on_disk.waiting.clear()


def leave(owner):
    address_leave(owner=owner, email=VERA, scope=Suppression.Scope.ALL,
                  reason=Suppression.Reason.UNSUBSCRIBED)


def forget():
    """Have the database as it was before somebody left."""
    Suppression.objects.all().delete()
    Machine.objects.update(written=0)


def test_who_left_after_the_backup_gets_no_letter_of_a_run_that_starts_then(mailing, sink):
    leave(mailing.owner)
    forget()
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    work(run)
    assert (run.sent, run.skipped) == (2, 1) and VERA not in sink.addresses


def test_no_run_starts_before_every_machine_has_merged_or_is_given_up(mailing, owner):
    refusals.catch_up()
    web2 = Machine.objects.create(token="2" * 32, host="web2")
    restore.increase_number()
    restore.hold()
    with pytest.raises(RunRefused, match="web2"):
        run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    assert [machine.pk for machine in refusals.waited_for()] == [web2.pk]
    assert refusals.machine_give_up(machine=web2, by=owner)
    assert Entry.objects.filter(action=Entry.Action.MACHINE_GONE, who_id=owner.pk).exists()
    assert run_start(mailing=mailing, trigger=Run.Trigger.PAGE).total == 3


def test_a_paused_run_does_not_go_on_before_that_either(mailing):
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    Machine.objects.create(token="2" * 32, host="web2")
    restore.hold()
    with pytest.raises(RunRefused, match="web2"):
        run_resume(run=run)


def test_the_command_says_which_machine_it_waits_for(mailing, capsys):
    restore.increase_number()
    restore.hold()
    Machine.objects.create(token="2" * 32, host="web2")
    with pytest.raises(SystemExit) as ended:
        call_command("send", str(mailing.pk), "--no-progress")
    assert ended.value.code == 2 and "web2" in capsys.readouterr().err


def test_a_machine_that_came_after_the_backup_is_waited_for(mailing):
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    Machine.objects.create(token="2" * 32, host="web2")
    refusals.catch_up()
    Machine.objects.all().delete()
    refusals.catch_up()
    run.refresh_from_db()
    assert (run.state, run.reason) == (Run.State.PAUSED, Run.Reason.RESTORE)
    assert [machine.host for machine in refusals.waited_for()] == ["web2"]


def test_no_run_starts_before_what_this_disk_remembers_was_heard(mailing):
    Machine.objects.create(token="2" * 32, host="web2")
    refusals.catch_up()
    Machine.objects.all().delete()
    with pytest.raises(RunRefused, match="web2"):
        run_start(mailing=mailing, trigger=Run.Trigger.PAGE)


def test_a_new_machine_is_not_waited_for(mailing):
    restore.increase_number()
    restore.hold()
    refusals.catch_up()
    assert RestoreGuard.objects.get().restores == 1 and not refusals.waited_for()


def test_a_jobs_process_merges_too(mailing):
    leave(mailing.owner)
    forget()
    MergingChore().step()
    assert Suppression.objects.get().email == VERA


def test_a_worker_of_a_preloaded_web_process_looks_though_a_look_went_on_at_the_fork(monkeypatch):
    looked = []
    monkeypatch.setattr(refusals, "catch_up", lambda: looked.append(1))
    look = WebLook()
    look.turn.acquire()
    look.look()
    assert not looked
    look.begin_anew()
    look.look()
    look.turn.acquire()  # once the thread has ended
    assert looked


def test_a_process_that_was_forked_during_a_merge_keeps_nobody_from_the_next(db):
    with refusals.merging(wait=False) as mine:
        child = os.fork()
        if not child:
            signal.pause()
            os._exit(0)
        with refusals.merging(wait=False) as others:
            assert mine and not others
    try:
        with refusals.merging(wait=False) as mine:
            assert mine
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_the_first_process_has_the_guard_so_that_the_first_backup_has_it(mailing):
    RestoreGuard.objects.all().delete()
    refusals.catch_up()
    assert RestoreGuard.objects.get().identity == restore.identity()


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="a loaded dump has new tables")
def test_a_backup_made_before_any_letter_shows_too(mailing):
    RestoreGuard.objects.update(identity="")
    refusals.catch_up()
    Machine.objects.create(token="2" * 32, host="web2")
    RestoreGuard.objects.update(identity="of the tables that were dropped")
    with pytest.raises(RunRefused, match="web2"):
        run_start(mailing=mailing, trigger=Run.Trigger.PAGE)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="its dumps are loaded row by row")
@pytest.mark.parametrize("table", ["mailings_machine", "delivery_restoreguard"])
def test_while_a_dump_is_loaded_nothing_is_added_that_may_come_with_it(mailing, table):
    RestoreGuard.objects.all().delete()
    with pytest.raises(NotReady), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey")
        refusals.catch_up()
    assert not Machine.objects.exists()


def give_up(superuser, machine, **more):
    return client_of(superuser).post(reverse("admin:mailings_machine_changelist"), {
        "action": "give_up", "_selected_action": machine.pk, **more}, follow=True)


def test_a_machine_is_given_up_after_a_question(superuser):
    machine = Machine.objects.create(token="2" * 32, host="web2")
    asked = give_up(superuser, machine)
    machine.refresh_from_db()
    assert machine.gone_at is None and "web2" in asked.text and 'name="sure"' in asked.text
    give_up(superuser, machine, sure="yes")
    machine.refresh_from_db()
    assert machine.gone_by == superuser
    give_up(superuser, machine, sure="yes")  # it says that nobody waits
    assert Entry.objects.filter(action=Entry.Action.MACHINE_GONE).count() == 1


def test_nobody_else_gives_a_machine_up(manager):
    machine = Machine.objects.create(token="2" * 32, host="web2")
    give_up(manager, machine, sure="yes")
    machine.refresh_from_db()
    assert machine.gone_at is None


@pytest.mark.parametrize("is_superuser", [True, False])
def test_the_pages_lead_a_superuser_to_the_machines(owner, superuser, is_superuser):
    user = superuser if is_superuser else owner
    mailing = MailingFactory(owner=user, recipients=[RecipientFactory(owner=user)])
    refusals.catch_up()
    Machine.objects.create(token="2" * 32, host="web2")
    restore.hold()
    for page in (mailing.get_absolute_url(), reverse("delivery:start", args=[mailing.pk])):
        text = client_of(user).get(page).text
        assert "web2" in text
        assert (reverse("admin:mailings_machine_changelist") in text) == is_superuser
