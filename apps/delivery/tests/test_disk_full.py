"""A disk that is full: without a durable mark no letter leaves, and nobody is left out."""
import errno
from collections import namedtuple

import pytest

from apps.mailings.models import Attempt, Run
from tests.sending import send, work

from ..engine import journal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def disk(monkeypatch):
    """A disk that has room for `disk.lines` more lines of journals."""
    disk, reserve = type("Disk", (), {"lines": 0}), journal.reserve

    def full(fd, start, length):
        if not disk.lines:
            raise OSError(errno.ENOSPC, "No space left on device")
        disk.lines -= 1
        reserve(fd, start, length)

    monkeypatch.setattr(journal, "STEP", 1)  # room is asked for line by line
    monkeypatch.setattr(journal, "reserve", full)
    return disk


def rests(run, sink, sent):
    """Whether the run rests with the reason, and what has no mark has not left."""
    assert (run.state, run.sent, len(sink.letters)) == (Run.State.RUNNING, sent, sent)
    assert run.hold_until and "No space left on device" in run.server_words
    assert run.total == 3 == run.sent + run.left and Attempt.objects.count() == sent


@pytest.mark.parametrize("lines, sent", [(0, 0), (1, 0), (2, 2)])
def test_a_run_rests_while_the_disk_is_full_and_goes_on_when_it_is_not(
        mailing, sink, disk, monkeypatch, lines, sent):
    monkeypatch.setattr("apps.delivery.engine.claiming.GROUP_LIMIT", 60)
    disk.lines = lines  # the first two lines, then a mark with the room of its answer
    run = send(mailing, connections=1)
    rests(run, sink, sent)
    disk.lines = 1000
    Run.objects.update(hold_until=None)  # the rest is over
    work(run, connections=1)
    assert (run.sent, run.state, run.server_words) == (3, Run.State.FINISHED, "")
    assert len(set(sink.addresses)) == len(sink.letters) == 3


def test_the_page_blames_the_disk_and_not_the_mail_server(mailing, sink, disk, as_owner):
    send(mailing, connections=1)
    page = as_owner.get(mailing.get_absolute_url()).text
    assert "Отправщик не может писать на диск" in page
    assert "На диске не осталось места" in page
    assert "Почтовый сервер сейчас не принимает" not in page


def test_the_page_says_that_the_disk_is_full_where_nothing_can_be_recorded(
        mailing, as_owner, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("apps.delivery.progress.shutil.disk_usage", lambda path: usage(9, 9, 0))
    assert "Диск полон" in as_owner.get(mailing.get_absolute_url()).text
