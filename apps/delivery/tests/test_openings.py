"""A sender's limit of connections, over all workers."""
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.delivery.models import OpenConnection
from tests.factories import SenderFactory

from ..engine import openings, recovery
from ..engine.journal import Journal

pytestmark = pytest.mark.django_db
AGO = timedelta(minutes=1)


@pytest.fixture
def sender(owner):
    return SenderFactory(owner=owner, connections=2)


def used(asking=""):
    """Return how many living connections each sender has beside the `asking` one."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {openings.USED[connection.vendor]} AS used",
                       {"token": asking})
        return dict(cursor.fetchall())


def die(token):
    """Let the row look as that of a worker which was killed a while ago."""
    OpenConnection.objects.filter(token=token).update(until=timezone.now() - AGO)


def test_a_sender_gets_no_more_connections_than_its_limit(sender):
    assert openings.take("a", sender.pk, 2)
    assert openings.take("b", sender.pk, 2)
    assert not openings.take("c", sender.pk, 2)
    assert used() == {sender.pk: 2}


def test_a_connection_does_not_count_for_itself(sender):
    openings.take("a", sender.pk, 2)
    openings.take("b", sender.pk, 2)
    assert used("a") == {sender.pk: 1}


def test_a_connection_may_take_its_own_sender_again(sender):
    assert openings.take("a", sender.pk, 1)
    assert openings.take("a", sender.pk, 1)


def test_a_connection_that_goes_to_another_sender_leaves_its_place(sender, owner):
    other = SenderFactory(owner=owner)
    openings.take("a", sender.pk, 1)
    openings.take("a", other.pk, None)
    assert openings.take("b", sender.pk, 1)
    assert used() == {sender.pk: 1, other.pk: 1}


def test_a_connection_that_is_refused_keeps_what_it_had(sender):
    openings.take("a", sender.pk, 1)
    openings.take("b", None, None)
    assert not openings.take("b", sender.pk, 1)
    assert used() == {sender.pk: 1, None: 1}


def test_the_service_itself_has_no_limit(sender):
    assert all(openings.take(token, None, None) for token in "abcdef")


def test_a_killed_workers_connections_stop_counting(sender):
    openings.take("a", sender.pk, 1)
    die("a")
    assert openings.take("b", sender.pk, 1)
    assert used() == {sender.pk: 1}


def test_a_heartbeat_keeps_connections_counting(sender):
    openings.take("a", sender.pk, 1)
    die("a")
    openings.renew(["a"])
    assert not openings.take("b", sender.pk, 1)


def test_a_released_connection_counts_no_more(sender):
    openings.take("a", sender.pk, 1)
    openings.release("a")
    assert openings.take("b", sender.pk, 1)


def test_rows_of_the_dead_are_deleted_after_a_while(sender):
    openings.take("a", sender.pk, None)
    openings.take("b", sender.pk, None)
    die("a")
    openings.forget_dead()
    assert OpenConnection.objects.get().token == "b"


def test_recovery_of_a_dead_workers_journal_frees_its_place(sender, data_dir):
    journal = Journal()
    openings.take(journal.token, sender.pk, 1)
    journal.close(forget=False)
    recovery.recover_journals()
    assert not OpenConnection.objects.exists()
