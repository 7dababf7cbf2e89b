"""A bounce at a real server, from its octets to the event of its delivery."""
import pytest

from apps.delivery.wire.return_path import return_address
from apps.mailings.models import Bounce, Delivery, Run
from tests.factories import MailingFactory, RecipientFactory

from ..reading import Reading
from .conftest import fresh, letter_of

pytestmark = [pytest.mark.django_db, pytest.mark.torture]
REPORT = """\
From: MAILER-DAEMON@mx.example.com
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

<{email}>: host mx.example.com said: 550 5.1.1 User unknown

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; {email}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <{email}>: User unknown

--b--
"""


@pytest.fixture
def delivery(owner, sender):
    recipient = RecipientFactory(owner=owner, email="gone@example.com")
    mailing = MailingFactory(owner=owner, sender=sender, recipients=[recipient])
    run = Run.objects.create(
        mailing=mailing, owner=owner, sender=sender, trigger=Run.Trigger.PAGE, total=1,
        subject="s", body="b", from_address=sender.address)
    return Delivery.objects.create(
        run=run, recipient=recipient, email=recipient.email, state=Delivery.State.SENT)


def test_a_bounce_finds_its_delivery_and_goes_to_the_folder(there, server, delivery):
    to = return_address(there.address, delivery.pk, delivery.run.seed)
    forged = return_address(there.address, delivery.pk, "0" * 32)
    reports = [REPORT.format(to=address, email=delivery.email).replace("\n", "\r\n").encode()
               for address in (to, forged, to)]
    server.put(there.login, *reports[:2], letter_of("Re: tea"))
    found = Reading(fresh(there)).hold()
    assert found.trouble is None and found.sums.bounces == 1
    bounce = Bounce.objects.get()
    assert bounce.delivery == delivery and bounce.outcome == Bounce.Outcome.GONE
    assert len(server.subjects(there.login, "Vestnik")) == 1
    assert len(server.subjects(there.login)) == 2
    server.put(there.login, reports[2])
    assert Reading(fresh(there)).hold().sums.bounces == 0
    assert len(server.subjects(there.login, "Vestnik")) == 2
