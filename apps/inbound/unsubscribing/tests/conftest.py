"""Somebody with a letter of a mailing of advertising, and the link that is in it."""
import pytest

from apps.delivery.wire.tokens import unsubscribe_token
from apps.mailings.models import Delivery, Run
from tests.factories import MailingFactory, RecipientFactory, SenderFactory


@pytest.fixture
def anna(owner):
    return RecipientFactory(owner=owner, email="Anna@example.com", full_name="Анна Ли")


@pytest.fixture
def letter(owner, anna):
    """Anna's delivery of a run."""
    return letter_to(anna)


def letter_to(recipient, **of_run):
    """Return a delivery of a run of its own to `recipient`."""
    owner = recipient.owner
    sender = SenderFactory(owner=owner, name="Лавка чая")
    mailing = MailingFactory(owner=owner, recipients=[recipient], sender=sender)
    values = {"subject": "Новости", "body": "Здравствуйте", "from_name": "Лавка чая", **of_run}
    run = Run.objects.create(
        mailing=mailing, owner=owner, trigger=Run.Trigger.PAGE, sender=sender, **values)
    return Delivery.objects.create(
        run=run, recipient=recipient, email=recipient.email, full_name=recipient.full_name)


def token_of(delivery):
    return unsubscribe_token(
        delivery.run.owner_id, delivery.recipient_id, delivery.pk, delivery.email)


def link_of(delivery):
    return f"/u/{token_of(delivery)}/"


@pytest.fixture
def link(letter):
    return link_of(letter)
