"""Each write does all that follows from it, whoever asks for it."""
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from apps.mailings.messages.services import message_save
from apps.mailings.models import Mailing, Message, Recipient
from apps.mailings.picks.choice import Choice
from apps.mailings.services import TAKEN, mailing_save, recipient_save
from apps.mailings.services import recipients_bounce_mark
from tests.factories import MailingFactory, MessageFactory, RecipientFactory

pytestmark = pytest.mark.django_db


def test_an_address_that_the_book_has_is_an_error_at_the_field(owner):
    RecipientFactory(owner=owner, email="Anna@example.com")
    with pytest.raises(ValidationError) as refused:
        recipient_save(recipient=Recipient(owner=owner, email="anna@example.com"))
    assert refused.value.message_dict == {"email": [TAKEN]}
    assert Recipient.objects.count() == 1


def test_an_edit_that_takes_somebodys_address_is_an_error_at_the_field(owner):
    RecipientFactory(owner=owner, email="anna@example.com")
    recipient = RecipientFactory(owner=owner, email="vera@example.com")
    recipient.email = "ANNA@example.com"
    with pytest.raises(ValidationError):
        recipient_save(recipient=recipient, fields=["email"])
    recipient.refresh_from_db()
    assert recipient.email == "vera@example.com"


def test_what_else_the_database_refuses_is_no_duplicate(owner):
    with pytest.raises(IntegrityError):
        recipient_save(recipient=Recipient(owner=owner, email="a@example.com", full_name=None))


@pytest.mark.parametrize("email, marked", [
    ("vera@example.com", False), ("ANNA@example.com", True)])
@pytest.mark.parametrize("fields", [None, ["email"]])
def test_another_address_loses_the_mark_that_the_old_one_bounced(owner, email, marked, fields):
    recipient = RecipientFactory(owner=owner, email="anna@example.com")
    recipients_bounce_mark(replies={recipient.pk: (recipient.email, "550 5.1.1 no such user")})
    recipient = Recipient.objects.get()
    recipient.email = email
    recipient_save(recipient=recipient, fields=fields)
    stored = Recipient.objects.get()
    assert stored.email == email and (stored.bounced_at is not None) == marked
    assert bool(stored.bounced_reply) == bool(stored.bounced_key) == marked


def test_no_more_is_written_than_was_asked_for(owner):
    message = MessageFactory(owner=owner, body="Тело")
    Message.objects.update(body="Другое тело")
    message.subject = "Новая тема"
    assert message_save(message=message, fields=["subject"]) == message
    message.refresh_from_db()
    assert (message.subject, message.body) == ("Новая тема", "Другое тело")


def test_a_mailings_status_follows_its_window(owner):
    mailing = MailingFactory(owner=owner)
    recipient = RecipientFactory(owner=owner)
    mailing.ends_at = timezone.now() - timedelta(minutes=1)
    mailing_save(mailing=mailing, choice=Choice(ids=(recipient.pk,)), fields=["ends_at"])
    assert Mailing.objects.get().status == Mailing.Status.COMPLETED
    assert list(Mailing.objects.get().recipients.all()) == [recipient]
