"""Test letters: a message as it stands now, sent by the engine to its writer's own mailboxes.

A test is a run without a mailing. Nothing counts it, and nobody is marked by what comes of it: its
letters have no recipient and no attempts, and the ledger's rows keep the server's words.
"""
import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.audit.services import Action, record
from apps.core.addresses import stored
from apps.mailings.fields.values import fields_of, letter_values
from apps.mailings.models import Delivery, Message, Recipient, Run, Sender
from apps.mailings.runs import TEST_FOR
from apps.mailings.senders.readiness import sender_refusal
from apps.users.models import User

from ..engine import bell, restore
from ..letter_values import letter_snapshot
from ..services import RunRefused, letter_refusal, locked
from ..wire.from_whom import snapshot_of, way_back_of
from .addresses import addresses_of

log = logging.getLogger("vestnik.delivery")
AT_ONCE = 5  # addresses
AN_HOUR = 30  # letters of one owner
LONGEST_SUBJECT = 255


@transaction.atomic
def test_start(*, message: Message, by: User, emails: Sequence[str], sender: Sender | None,
               recipient: Recipient) -> Run:
    """Send `message` to `emails` as `recipient` would get it, who need not be stored.

    Returns the run. Raises RunRefused with the reason.
    """
    emails = list({stored(email): email for email in emails}.values())
    restore.check()
    locked(User.objects.filter(pk=by.pk)).get()  # one counts their letters at a time
    now = timezone.now()
    if reason := test_refusal(message, by, emails, sender, now):
        raise RunRefused(reason)
    letter = letter_snapshot(message) | {"subject": subject_of(message)}
    run = Run.objects.create(
        test=True, message=message, owner=message.owner, started_by=by,
        trigger=Run.Trigger.PAGE, restores=restore.restores(), total=len(emails),
        **letter, **snapshot_of(sender), **way_back_of(sender))
    own = [field for field in fields_of(message.owner_id) if field.key in (run.fields or ())]
    values = letter_values(own, recipient.fields) if own else None
    Delivery.objects.bulk_create([
        Delivery(run=run, email=email, full_name=recipient.full_name, values=values)
        for email in emails])
    restore.increase_number()
    bell.ring()
    record(Action.TEST, on=message, by=by, details=len(emails))
    log.info("run %s: a test of message %s to %s addresses", run.pk, message.pk, len(emails),
             extra={"run": run.pk})
    return run


def test_refusal(message: Message, by: User, emails: Sequence[str], sender: Sender | None,
                 now: datetime) -> str:
    """Return why no such test can be sent now; "" when it can."""
    if not emails:
        return _("Choose at least one address.")
    if len(emails) > AT_ONCE:
        return ngettext("A test goes to %(n)s address at most.",
                        "A test goes to %(n)s addresses at most.", AT_ONCE) % {"n": AT_ONCE}
    own = set(map(stored, addresses_of(by)))
    if not own.issuperset(map(stored, emails)):
        return _("Test letters go to your own confirmed addresses alone.")
    return (letter_refusal(message) or sender_refusal(sender)
            or hour_refusal(by, len(emails), now))


def hour_refusal(owner: User, letters: int, now: datetime) -> str:
    """Return why so many test letters are too many within an hour; "" when they are not."""
    left = max(AN_HOUR - sent_lately(owner, now), 0)
    if letters <= left:
        return ""
    limit = ngettext("%(n)s test letter an hour may be sent.",
                     "%(n)s test letters an hour may be sent.", AN_HOUR) % {"n": AN_HOUR}
    more = ngettext("%(n)s more can be sent now.", "%(n)s more can be sent now.", left)
    return f"{limit} {more % {'n': left}}"


def sent_lately(owner: User, now: datetime) -> int:
    tests = Run.objects.filter(owner=owner, test=True, started_at__gt=now - TEST_FOR)
    return tests.aggregate(letters=Sum("total"))["letters"] or 0


def subject_of(message: Message) -> str:
    """Return the subject of a test, marked as one in the reader's language, with its fields.

    One that is too long by the mark is cut before a field, not within it.
    """
    mark = _("[Test]")
    subject = f"{mark} {message.subject}"[:LONGEST_SUBJECT]
    if subject.rfind("{") > subject.rfind("}"):
        subject = subject[:subject.rfind("{")]
    return subject
