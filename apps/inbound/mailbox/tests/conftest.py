import pytest

from apps.inbound.handling.incoming import Applied
from apps.mailings.models import BounceMailbox
from tests import dovecot
from tests.factories import BounceMailboxFactory, SenderFactory

from .. import reading


@pytest.fixture(scope="session")
def server():
    """A dovecot; each login that is tried there has a mailbox."""
    if not dovecot.is_there():
        pytest.skip("no dovecot is installed")
    with dovecot.running() as running:
        yield running


@pytest.fixture
def sender(owner):
    return SenderFactory(owner=owner, name="Лавка чая", address="olga@lavka.example",
                         host="smtp.lavka.example", port=465, security="tls", login="olga")


@pytest.fixture
def mailbox(sender, settings):
    settings.SMTP_ALLOW_PRIVATE = True
    mailbox = BounceMailboxFactory(
        sender=sender, address="bounces@lavka.example", host="127.0.0.1", port=1143)
    mailbox.set_password(dovecot.PASSWORD)
    mailbox.save()
    return mailbox


@pytest.fixture
def there(mailbox, server, request):
    """The mailbox, at the real server; no other test has its login."""
    return change(mailbox, port=server.port, login=request.node.name[:60].replace("[", "-"))


@pytest.fixture
def applied(monkeypatch):
    """What was acted on: subjects. Letters whose subject begins with "bounce" are understood.

    One whose subject begins with "bad" breaks what acts on it.
    """
    subjects = []

    def apply(*, report, mailbox, owner, received_at, uid):
        assert mailbox.sender.owner == owner
        subjects.append(report.subject)
        if report.subject.startswith("bad"):
            raise RuntimeError("nobody foresaw it")
        return Applied(understood=report.subject.startswith("bounce"))

    monkeypatch.setattr(reading, "report_apply", apply)
    return subjects


def change(row, **fields):
    """Return the row with other columns, as it is stored."""
    type(row)._base_manager.filter(pk=row.pk).update(**fields)
    row.refresh_from_db()
    return row


def fresh(mailbox):
    return BounceMailbox.objects.select_related("sender__owner").get(pk=mailbox.pk)


def letter_of(subject, body="Text"):
    return (f"From: a@example.com\r\nTo: bounces@lavka.example\r\nSubject: {subject}\r\n\r\n"
            f"{body}\r\n").encode()
