"""The file that keeps who has left: whole after crashes, full disks and many writers."""
import errno
import multiprocessing
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from apps.core.loading import NotReady
from apps.mailings.models import Machine, Recipient, Suppression
from tests.factories import RecipientFactory

from .. import merging, on_disk
from ..services import address_leave

ANNA = "anna@example.com"
WRITERS, TIMES = 4, 25


@pytest.fixture(autouse=True)
def disk(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    on_disk.waiting.clear()


def leave(owner, email=ANNA):
    return address_leave(owner=owner, email=email, scope=Suppression.Scope.ALL,
                         reason=Suppression.Reason.UNSUBSCRIBED)


def line(number):
    return on_disk.Line(
        datetime(2026, 1, 1, tzinfo=UTC), "+", "all", "0" * 32, f"{number:032x}", "unsubscribed")


def known():
    """Return who is in the file."""
    return [int(one.digest, 16) for one in on_disk.lines(0, on_disk.size())]


def write(first):
    on_disk.os.fsync = lambda file: None
    for number in range(TIMES):
        on_disk.append([line(first + number)])


def test_processes_that_write_at_once_tear_no_line():
    fork = multiprocessing.get_context("fork")
    writers = [fork.Process(target=write, args=(n * TIMES,)) for n in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(known()) == list(range(WRITERS * TIMES))


@pytest.mark.parametrize("octets", [1, 20, 60, 98])
def test_a_line_that_a_crash_has_torn_hides_no_other(octets):
    on_disk.append([line(1)])
    with on_disk.path().open("ab") as file:
        file.write(line(2).octets()[:octets])
    start, end = on_disk.append([line(3)])
    assert known() == [1, 3]
    assert [int(one.digest, 16) for one in on_disk.lines(start, end)] == [3]


def test_noise_in_the_file_hides_no_other_line():
    on_disk.append([line(1)])
    with on_disk.path().open("ab") as file:
        file.write(b"\0" * 5000 + b"\n" + "письмо\n".encode())
        file.write(line(3).octets().replace(b"2026-01", b"2026-99"))
    on_disk.append([line(2)])
    assert known() == [1, 2]


def full(*args):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("name, what", [
    ("write", full), ("fsync", full), ("write", lambda file, octets: len(octets) // 2)],
    ids=["nothing", "later", "a part"])
@pytest.mark.django_db
def test_on_a_full_disk_the_person_has_left_and_the_log_says_where_it_is(
        owner, monkeypatch, caplog, name, what):
    leave(owner, "boris@example.com")
    there = on_disk.path().read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(on_disk.os, name, what)
        assert leave(owner)
    assert Suppression.objects.filter(email=ANNA).exists()
    assert "in the database alone" in caplog.text
    assert on_disk.path().read_bytes() == there
    assert Machine.objects.get().written == len(there)
    leave(owner, "vera@example.com")  # there is room again: the line that waited goes with it
    assert len(known()) == 3 and Machine.objects.get().written == on_disk.size()


@pytest.mark.django_db
def test_a_merge_that_was_killed_goes_on(owner, monkeypatch):
    people = RecipientFactory.create_batch(5, owner=owner)
    for person in people:
        leave(owner, person.email)
    leave(owner, "nobody@example.com")
    everybody = set(Suppression.objects.values_list("email", flat=True))
    Suppression.objects.all().delete()
    monkeypatch.setattr(merging, "AT_ONCE", 2)
    real, calls = merging.suppress, []

    def killed(*args):
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(*args)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(merging, "suppress", killed)
        merging.merge(0, on_disk.size())
    assert Suppression.objects.count() == 2
    merging.merge(0, on_disk.size())
    assert Recipient.objects.filter(
        email__in=Suppression.objects.values("email")).count() == len(people)
    assert Suppression.objects.count() == len(everybody)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="its dumps are loaded row by row")
@pytest.mark.django_db
def test_while_a_dump_is_loaded_nobody_leaves_twice(owner):
    leave(owner)
    with pytest.raises(NotReady), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or the table could not be altered
            cursor.execute("ALTER TABLE mailings_machine DROP CONSTRAINT mailings_machine_pkey")
        leave(owner, "boris@example.com")
    assert Suppression.objects.count() == 1
