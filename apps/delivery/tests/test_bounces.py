"""What the server's "there is no such mailbox" does to later letters."""
import pytest

from apps.mailings.models import Attempt, Delivery, Recipient
from tests.factories import MailingFactory
from tests.sending import send
from tests.smtp import sink_server

from ..wire.outcome import Outcome, Phase

pytestmark = pytest.mark.django_db(transaction=True)
GONE = {"boris": "550 5.1.1 User unknown", "vera": "552 5.2.2 Mailbox full"}


@pytest.fixture
def bounced(mailing, settings):
    """Boris, of whom the server said in a first mailing that he is not there."""
    with sink_server(settings, rcpt=GONE):
        send(mailing)
    return Recipient.objects.get(email="boris@example.com")


def test_only_a_mailbox_that_is_not_there_is_marked(bounced):
    marked = Recipient.objects.exclude(bounced_at=None)
    assert list(marked) == [bounced]


def test_another_mailing_skips_the_address_and_says_why(bounced, mailing, sink):
    other = MailingFactory(owner=mailing.owner, recipients=mailing.recipients.all())
    run = send(other)
    assert (run.sent, run.skipped) == (2, 1) and len(sink.letters) == 2
    assert "bounced" in run.deliveries.get(state=Delivery.State.SKIPPED).answer
    assert not Attempt.objects.filter(mailing=other, recipient=bounced).exists()


def test_the_rest_leaves_out_who_was_told_to_have_bounced(bounced, mailing, sink):
    run = send(mailing)
    assert (run.total, run.sent) == (1, 1) and sink.addresses == ["vera@example.com"]


@pytest.mark.parametrize("phase, text, marks", [
    (Phase.RCPT, "5.1.1 <b@example.com>: User unknown", True),
    (Phase.RCPT, "5.1.10 null MX", True), (Phase.RCPT, "5.1.18 other", False),
    (Phase.RCPT, "5.2.2 full", False), (Phase.RCPT, "no such user", True),
    (Phase.DOT, "5.1.1 said after the letter", True), (Phase.MAIL, "5.1.1 User unknown", False),
    (Phase.RCPT, "5.1.1 <shop@example.org>: User unknown", False),
])
def test_what_the_answer_says_of_the_mailbox(phase, text, marks):
    assert Outcome(phase, 550, text).verdict("b@example.com").marks == marks
