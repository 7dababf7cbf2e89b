"""Connections come and go while others look for a restore: nobody sees one."""
import threading

import pytest
from django.db import transaction

from ..engine import restore
from ..engine.journal import Journal
from .test_deadlocks import at_once

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.mark.torture
def test_connections_that_come_and_go_are_no_restore():
    over, seen = threading.Event(), []
    restore.increase_number()

    def come_and_go():
        for _ in range(150):
            journal = Journal()
            for _ in range(3):
                with transaction.atomic():
                    restore.verify()
                    restore.write_letters_taken(journal.token, journal.letters + 5)
                journal.clear(5)
            assert restore.replace_journal()
            journal.close(forget=True)
            restore.forget(journal.token)

    def look():
        while not over.is_set():
            seen.append(restore.database_is_behind())

    def all_come_and_go():
        errors.extend(at_once(*[(come_and_go,)] * 4))
        over.set()

    errors = []
    errors += at_once((all_come_and_go,), (look,), (look,))
    assert errors == [] and True not in seen
