"""A mailing of the owner's that went to Anna, and the mailbox where its reports come in."""
import pytest
from django.utils import timezone

from apps.delivery.wire import tokens
from apps.inbound.handling.services import report_apply
from apps.inbound.reports.report import Event, Kind, Outcome, Report
from apps.mailings.attempts.faults import Meaning
from apps.mailings.models import Delivery, Run
from tests.factories import (
    BounceMailboxFactory, MailingFactory, RecipientFactory, SenderFactory)

GONE = Event(Outcome.GONE, "anna@example.com", Meaning.NO_MAILBOX, "5.1.1", "550 No such user")


def sent(recipient, **fields):
    """Return a delivery of a mailing that is over."""
    owner = recipient.owner
    run = Run.objects.create(
        **{"mailing": MailingFactory(owner=owner), "owner": owner, "trigger": Run.Trigger.PAGE,
           "subject": "Новости", "body": "Чай", "total": 1, "sent": 1,
           "state": Run.State.FINISHED, **fields})
    return Delivery.objects.create(
        run=run, recipient=recipient, email=recipient.email, full_name=recipient.full_name,
        state=Delivery.State.SENT)


def path_of(delivery):
    return tokens.return_token(delivery.pk, delivery.run.seed)


def id_of(delivery):
    return f"{tokens.message_token(delivery.pk, delivery.run.seed)}@shop.example"


def link_of(delivery):
    return tokens.unsubscribe_token(
        delivery.run.owner_id, delivery.recipient_id or 0, delivery.pk, delivery.email)


def bounce(*events, **fields):
    return Report(Kind.BOUNCE, events or (GONE,), **fields)


@pytest.fixture
def anna(owner):
    return RecipientFactory(owner=owner, full_name="Анна", email="anna@example.com")


@pytest.fixture
def delivery(anna):
    return sent(anna)


@pytest.fixture
def theirs(other):
    """A delivery of somebody else's mailing, to the same address."""
    return sent(RecipientFactory(owner=other, email="anna@example.com"))


@pytest.fixture
def mailbox(owner):
    return BounceMailboxFactory(sender=SenderFactory(owner=owner))


@pytest.fixture
def come(mailbox, owner):
    """Have a report come into the owner's mailbox. Returns what came of it."""
    def come(report, **where):
        where = {"mailbox": mailbox, "owner": owner, "received_at": timezone.now(), **where}
        return report_apply(report=report, **where)
    return come
