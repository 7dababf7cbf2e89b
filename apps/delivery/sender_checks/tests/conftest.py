import pytest

from apps.mailings.models import Run, Sender
from tests.factories import MailingFactory, SenderFactory


@pytest.fixture
def sender(owner):
    """A sender that was fine until now."""
    sender = SenderFactory(owner=owner, name="Лавка чая", address="olga@lavka.example",
                           host="smtp.yandex.ru", port=465, security="tls", login="olga")
    sender.set_password("correct-horse")
    sender.save()
    return sender


@pytest.fixture
def run_of():
    """Return a function that makes a run of a sender."""
    def make(sender, **fields):
        mailing = MailingFactory(owner=sender.owner, sender=sender)
        fields = {"state": Run.State.RUNNING, "total": 1, "subject": "s", "body": "b", **fields}
        return Run.objects.create(mailing=mailing, owner=sender.owner, sender=sender,
                                  trigger=Run.Trigger.PAGE, from_address=sender.address, **fields)
    return make


def fresh(row):
    """Return the row as it is stored now."""
    model = type(row)
    rows = model.all_objects if model is Sender else model.objects
    return rows.get(pk=row.pk)
