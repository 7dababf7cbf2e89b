"""Fixtures for every test: the cast, and a client for each of them."""
import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.template import Template
from django.test import Client
from django.utils import timezone

from apps.delivery.models import TestAddress
from apps.delivery.wire.lasting_key import keys
from apps.inbound.models import InboundLetter
from apps.jobs.models import Job
from apps.mailings.models import (
    Delivery, Field, Ground, Import, Run, Segment, Suppression, Tag, Tagging)
from apps.users.forms import ProfileForm
from tests.factories import (
    AttachmentFactory, BounceMailboxFactory, MailingFactory, MessageFactory, PictureFactory,
    RecipientFactory, SenderFactory, UserFactory)

MARK = "OWNERSMARK"  # stands in everything that is the owner's


@pytest.fixture(scope="session")
def common_data_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("var")


@pytest.fixture(autouse=True)
def fast_and_clean(settings, common_data_dir):
    """Nothing of a test reaches the data of who runs it, and nothing of one the next."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.DATA_DIR = common_data_dir
    settings.MEDIA_ROOT = common_data_dir / "media"
    for name in "generation", "keys", "refusals", "machines":  # the database starts afresh too
        (common_data_dir / name).unlink(missing_ok=True)
    keys.cache_clear()
    cache.clear()


@pytest.fixture
def owner(db):
    return UserFactory(email="owner@example.com")


@pytest.fixture
def other(db):
    return UserFactory(email="other@example.com")


@pytest.fixture
def manager(db):
    user = UserFactory(email="manager@example.com")
    user.user_permissions.set(Permission.objects.filter(codename__in=[
        "view_all_users", "block_user", "view_all_recipients", "view_all_messages",
        "view_all_mailings", "disable_mailing"]))
    return user


@pytest.fixture
def blocked(db):
    return UserFactory(email="blocked@example.com", is_active=False, blocked_at=timezone.now())


def client_of(user, **headers):
    """Return a test client where `user` is logged in; Russian, as the service speaks."""
    client = Client(headers=headers)
    client.force_login(user, backend="apps.users.backends.ModelBackend")
    return client


@pytest.fixture
def as_owner(owner):
    return client_of(owner)


@pytest.fixture
def as_other(other):
    return client_of(other)


@pytest.fixture
def as_manager(manager):
    return client_of(manager)


@pytest.fixture
def htmx(owner):
    """The owner's browser, as htmx asks."""
    return client_of(owner, hx_request="true")


def book_of(user, mark):
    """Return the ids of what belongs to a user's address book beside recipients, new ones."""
    everybody = {"match": "all", "of": []}
    return {
        "tag": Tag.objects.create(owner=user, name=f"{mark} tag of the book").pk,
        "field": Field.objects.create(owner=user, key="mark", label=f"{mark} field").pk,
        "segment": Segment.objects.create(
            owner=user, name=f"{mark} segment", conditions=everybody).pk,
        "ground": Ground.objects.create(owner=user, text=f"{mark} ground").pk,
        "block": MessageFactory(
            owner=user, subject=f"{mark} blocks", kind="blocks", body=f"{mark} text").pk,
        "picture": PictureFactory(owner=user, name=f"{mark}.png", alt=f"{mark} alt").pk,
        "sender": SenderFactory(
            owner=user, name=f"{mark} sender", address=f"{mark.lower()}@shop.example").pk,
        "mailbox": BounceMailboxFactory(
            sender__owner=user, sender__name=f"{mark}-read-sender",
            address=f"bounces.{mark.lower()}@shop.example").sender_id,
        "import": Import.objects.create(
            owner=user, name=f"{mark}.csv", stage=Import.Stage.DROPPED).pk,
        "address": TestAddress.objects.create(
            owner=user, email=f"tests.{mark.lower()}@example.com").pk,
        "bulk": Job.objects.create(kind="bulk", owner=user, state=Job.State.DONE).pk,
        "incoming": InboundLetter.objects.create(
            owner=user, key="1", kind="reply", subject=f"{mark} subject", text=f"{mark} text",
            from_address=f"writer.{mark.lower()}@example.com").pk,
    }


@pytest.fixture
def pks(owner):
    """The ids of the owner's objects, one of each kind; the mailing has an active run."""
    message = MessageFactory(owner=owner, subject=f"{MARK} subject", body=f"{MARK} body")
    recipient = RecipientFactory(owner=owner, full_name=f"{MARK} name", comment=f"{MARK} comment",
                                 email=f"{MARK.lower()}@example.com")
    mailing = MailingFactory(owner=owner, message=message, recipients=[recipient])
    tag = Tag.objects.create(owner=owner, name=f"{MARK} tag")
    Tagging.objects.create(tag=tag, recipient=recipient)
    run = Run.objects.create(mailing=mailing, owner=owner, trigger=Run.Trigger.PAGE, total=1,
                             subject=message.subject, body=message.body)
    delivery = Delivery.objects.create(
        run=run, recipient=recipient, email=recipient.email, full_name=recipient.full_name)
    return {"message": message.pk, "letter": message.pk, "recipient": recipient.pk,
            "mailing": mailing.pk, "report": mailing.pk, "user": UserFactory().pk, "run": run.pk,
            "delivery": delivery.pk, "job": Job.objects.create(kind=MARK, owner=owner).pk,
            **book_of(owner, MARK), "tag": tag.pk, "test": message.pk,
            "attachment": AttachmentFactory(message=message, name=f"{MARK}.pdf").pk,
            "suppression": Suppression.objects.create(
                owner=owner, email=f"not.{MARK.lower()}@example.com", note=f"{MARK} note").pk}


@pytest.fixture
def superuser(db):
    return UserFactory(is_superuser=True, is_staff=True)


class Cast(dict):
    """A client for each role, made when it is first asked for."""

    def __init__(self, user_of):
        super().__init__(anonymous=Client())
        self.user_of = user_of

    def __missing__(self, role):
        self[role] = client_of(self.user_of(role))
        return self[role]


@pytest.fixture
def cast(db, request):
    """A client for each role of the access matrix; the blocked one was logged in before."""
    return Cast(request.getfixturevalue)


@pytest.fixture
def bare_pages(monkeypatch):
    """Pages without the copies of their contexts that tests keep: no `response.context`."""
    monkeypatch.setattr(Template, "_render", lambda self, context: self.nodelist.render(context))


@pytest.fixture
def few_choices(monkeypatch):
    """A profile's form without its 400 time zones and 250 countries."""
    country = ProfileForm.base_fields["country"]
    monkeypatch.setattr(country, "choices", [("", ""), ("RU", "Russia"), ("KZ", "Kazakhstan")])
    monkeypatch.setattr("apps.users.forms.zones", lambda: [("Asia/Almaty", "Almaty")])


@pytest.fixture
def others(other):
    """Somebody else's own objects, so that their addresses can be asked for."""
    message, recipient = MessageFactory(owner=other), RecipientFactory(owner=other)
    mailing = MailingFactory(owner=other, message=message, recipients=[recipient])
    run = Run.objects.create(mailing=mailing, owner=other, trigger=Run.Trigger.PAGE, total=1,
                             unknown=1, state=Run.State.FINISHED)
    return {"message": message.pk, "letter": message.pk, "recipient": recipient.pk,
            "mailing": mailing.pk, "report": mailing.pk, "user": other.pk, "run": run.pk,
            "job": Job.objects.create(kind="theirs", owner=other).pk,
            **book_of(other, "Their"), "test": message.pk,
            "attachment": AttachmentFactory(message=message).pk,
            "suppression": Suppression.objects.create(owner=other, email="not@example.com").pk}
