"""Machines that send together have the same files and the same key, or nothing is sent."""
import threading
import uuid
from datetime import timedelta

import pytest
from django.core.checks import run_checks
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from apps.delivery.models import LastingKey
from apps.mailings.models import Machine, Run
from tests.sending import until

from ..drivers.local import SendingProcess
from ..drivers.merging import MergingChore
from ..engine import refusals, sharing
from ..services import RunRefused, run_start
from ..wire.lasting_key import keys

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def machine(settings, tmp_path):
    """Go to a machine by its name: its own DATA_DIR, and by default the shared storage."""

    def go(name, storage="shared"):
        settings.DATA_DIR = tmp_path / name
        settings.MEDIA_ROOT = tmp_path / storage
        for folder in settings.DATA_DIR, settings.MEDIA_ROOT:
            folder.mkdir(exist_ok=True)
        keys.cache_clear()
        refusals.catch_up()
        Machine.objects.filter(pk=sharing.token()).update(host=name)

    return go


def errors():
    found = run_checks(databases=["default"])
    return [str(error.msg) for error in found if error.id == "delivery.E007"]


def test_a_machine_alone_lacks_nothing(machine):
    machine("web1")
    assert sharing.fault() == ""


def test_machines_that_share_files_and_key_start_runs(machine, mailing):
    for name in "web1", "web2", "web1":
        machine(name)
        sharing.tell()
        assert sharing.fault() == "" and errors() == []
    assert run_start(mailing=mailing, trigger=Run.Trigger.PAGE).total == 3


def test_no_run_starts_from_a_machine_that_does_not_see_the_files_of_another(machine, mailing):
    machine("web1")
    sharing.tell()
    machine("web2", storage="own")
    sharing.tell()
    assert errors() and "web1" in errors()[0]
    with pytest.raises(RunRefused, match="web1"):
        run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    assert not Run.objects.exists()


def test_a_machine_with_another_secret_key_is_told_so(machine, settings):
    machine("web1")
    sharing.tell()
    machine("web2")
    settings.SECRET_KEY = "another"
    keys.cache_clear()
    assert "SECRET_KEY" in sharing.fault()


def test_a_machine_that_signs_by_a_key_of_its_own_disk_is_told_so(machine, settings):
    machine("web1")
    sharing.tell()
    machine("web2")
    (settings.DATA_DIR / "keys").write_text("ab" * 32)
    settings.SECRET_KEY = "another"
    sharing.tell()
    assert "web1" in sharing.fault() and "SECRET_KEY" in sharing.fault()


def test_a_machine_that_was_not_seen_for_long_or_is_given_up_does_not_count(machine, owner):
    machine("web1")
    sharing.tell()
    web1 = Machine.objects.get()
    machine("web2", storage="own")
    sharing.tell()
    Machine.objects.filter(pk=web1.pk).update(seen_at=timezone.now() - timedelta(hours=1))
    assert sharing.fault() == ""
    Machine.objects.filter(pk=web1.pk).update(seen_at=timezone.now(), gone_at=timezone.now())
    assert sharing.fault() == ""


def test_a_machine_says_now_and_then_that_it_is_at_work(machine):
    machine("web1")
    Machine.objects.update(seen_at=timezone.now() - timedelta(hours=1))
    MergingChore().step()
    assert timezone.now() - Machine.objects.get().seen_at < timedelta(minutes=1)
    assert default_storage.exists(sharing.name_of(sharing.token()))


def test_a_storage_that_can_not_be_read_is_told(machine, monkeypatch):
    machine("web1")
    sharing.tell()
    machine("web2")

    def away(*_args):
        raise OSError("the mount is gone")

    monkeypatch.setattr(default_storage, "open", away, raising=False)
    assert "the mount is gone" in sharing.fault()


def test_a_note_of_an_older_key_is_written_anew(machine):
    machine("web1")
    default_storage.save(sharing.name_of(sharing.token()), ContentFile(b"of an older key"))
    sharing.tell()
    assert sharing.read(sharing.name_of(sharing.token())) == sharing.mark()
    assert len(default_storage.listdir(sharing.FOLDER)[1]) == 1


def test_a_sender_waits_for_the_files_of_the_others_and_then_sends(
        machine, mailing, sink, monkeypatch):
    monkeypatch.setattr("apps.delivery.drivers.heartbeat.BETWEEN_LOOKS", 0.05)
    machine("sender")
    Machine.objects.create(token=uuid.uuid4().hex, host="web1")
    process = SendingProcess(keep_clock=False, connections=1)
    thread = threading.Thread(target=process.run)
    thread.start()
    try:
        until(lambda: default_storage.exists(sharing.name_of(sharing.token())))
        assert not process.engine.connections
        Machine.objects.filter(host="web1").update(gone_at=timezone.now())
        until(lambda: process.engine.connections)
        run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
        until(lambda: len(sink.letters) == 3)
    finally:
        process.stopping.set()
        thread.join()


def test_a_sender_that_waits_for_files_can_be_stopped(machine):
    machine("sender")
    Machine.objects.create(token=uuid.uuid4().hex, host="web1")
    process = SendingProcess(keep_clock=False, connections=1)
    thread = threading.Thread(target=process.run)
    thread.start()
    until(lambda: LastingKey.objects.exists())
    process.stopping.set()
    thread.join(10)
    assert not thread.is_alive()
