"""What one connection claims where senders have limits."""
import pytest
from django.db import transaction

from apps.delivery.models import Throttle
from apps.delivery.services import run_start
from apps.mailings.models import Run
from tests.factories import MailingFactory, RecipientFactory, SenderFactory

from ..engine import ledger
from ..engine.connection import Connection
from ..engine.engine import Engine

pytestmark = pytest.mark.django_db


@pytest.fixture
def claims(settings, data_dir):
    settings.SMTP_ALLOW_PRIVATE = True
    return Connection(Engine(connections=2), 0).claims


def run_by(owner, **limits):
    """Return a run of two letters by a sender of its own."""
    sender = SenderFactory(owner=owner, **limits)
    clients = RecipientFactory.create_batch(2, owner=owner)
    mailing = MailingFactory(owner=owner, recipients=clients, sender=sender)
    return run_start(mailing=mailing, trigger=Run.Trigger.PAGE)


def claimed(claims):
    with transaction.atomic():
        group = claims.next()
    claims.committed(group.run)
    return group


@pytest.mark.parametrize("limits", [{"per_hour": 5}, {"connections": 1}])
def test_no_transaction_locks_the_limits_of_two_senders(owner, claims, limits, monkeypatch):
    runs = [run_by(owner, **limits) for _ in range(2)]
    with monkeypatch.context() as patched:  # others were quicker
        patched.setattr(ledger, "claim", lambda *claim: [])
        claimed(claims)
    assert Throttle.objects.count() == 1
    assert claims.settle()  # so that it looks again
    group = claimed(claims)
    assert group.claimed
    assert {group.run, *runs} == set(runs)
    assert Throttle.objects.filter(sender=group.run.sender).exists()
