"""Fixtures of the tests of senders."""
import pytest

from apps.jobs.models import Job
from apps.mailings.senders.services import CHECK
from tests.factories import SenderFactory


@pytest.fixture
def checks(db):
    """The checks that were asked for: none is made."""
    return Job.objects.filter(kind=CHECK)


@pytest.fixture
def lavka(owner, checks):
    sender = SenderFactory(
        owner=owner, name="Лавка чая", address="olga@lavka.example", host="mx.example.com",
        port=587, security="starttls", login="olga", is_default=True)
    sender.set_password("5ecret")
    sender.save()
    return sender
