"""Objects for tests; each factory makes the least that is valid."""
from datetime import timedelta

import factory
from django.contrib.auth.hashers import MD5PasswordHasher
from django.utils import timezone

from apps.mailings.models import (
    Attachment, BounceMailbox, Field, Mailing, Message, Picture, Recipient, Segment, Sender, Tag)
from apps.users.models import User

PASSWORD = "correct-horse-7"
HASHED = MD5PasswordHasher().encode(PASSWORD, "salt")


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"user{n}@example.com")
    password = HASHED


class RecipientFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Recipient

    owner = factory.SubFactory(UserFactory)
    email = factory.Sequence(lambda n: f"client{n}@example.com")
    full_name = factory.Sequence(lambda n: f"Клиент {n}")


class MessageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Message

    owner = factory.SubFactory(UserFactory)
    subject = factory.Sequence(lambda n: f"Новости {n}")
    body = "Здравствуйте, {full_name|уважаемый клиент}!"


class MailingFactory(factory.django.DjangoModelFactory):
    """A mailing whose window is open now; `recipients=[…]` fills the list."""

    class Meta:
        model = Mailing
        skip_postgeneration_save = True

    owner = factory.SubFactory(UserFactory)
    message = factory.SubFactory(MessageFactory, owner=factory.SelfAttribute("..owner"))
    starts_at = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=1))
    ends_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=1))

    @factory.post_generation
    def recipients(self, create, extracted, **kwargs):
        if extracted:
            self.recipients.set(extracted)


class TagFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Tag

    owner = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"Метка {n}")


class FieldFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Field

    owner = factory.SubFactory(UserFactory)
    key = factory.Sequence(lambda n: f"поле{n}")
    label = factory.Sequence(lambda n: f"Поле {n}")


class SegmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Segment

    owner = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"Сегмент {n}")
    conditions = factory.LazyFunction(lambda: {"match": "all", "of": []})


class SenderFactory(factory.django.DjangoModelFactory):
    """A sender whose address is confirmed and whose server was checked: letters can go by it."""

    class Meta:
        model = Sender

    owner = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"Лавка {n}")
    address = factory.Sequence(lambda n: f"shop{n}@shop.example")
    host = "127.0.0.1"
    port = 25
    security = Sender.Security.NONE
    confirmed_at = factory.LazyFunction(timezone.now)
    checked_at = factory.LazyFunction(timezone.now)
    verified_at = factory.LazyFunction(timezone.now)


class BounceMailboxFactory(factory.django.DjangoModelFactory):
    """Where a sender's bounces are read; nothing answers there."""

    class Meta:
        model = BounceMailbox

    sender = factory.SubFactory(SenderFactory)
    address = factory.Sequence(lambda n: f"bounces{n}@shop.example")
    host = "127.0.0.1"
    port = 143
    security = Sender.Security.NONE
    login = factory.SelfAttribute("address")


class PictureFactory(factory.django.DjangoModelFactory):
    """A picture's row; its content is in no storage."""

    class Meta:
        model = Picture

    owner = factory.SubFactory(UserFactory)
    digest = factory.Sequence(lambda n: f"{n:064x}")
    name = factory.Sequence(lambda n: f"picture{n}.png")
    content_type = "image/png"
    width = 600
    height = 300
    size = 1000


class AttachmentFactory(factory.django.DjangoModelFactory):
    """An attachment's row; its content is in no storage."""

    class Meta:
        model = Attachment

    message = factory.SubFactory(MessageFactory)
    digest = factory.Sequence(lambda n: f"{n:064x}")
    name = factory.Sequence(lambda n: f"file{n}.pdf")
    content_type = "application/pdf"
    size = 1000
