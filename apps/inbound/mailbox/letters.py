"""The letter to the owner of a mailbox that could not be read for a day."""
import logging
from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from apps.core.addresses import shown
from apps.mailings.senders.mailboxes import BounceMailbox
from apps.users.middleware import zone_of

from .troubles import Trouble, words_for

log = logging.getLogger("vestnik.inbound")
DAY = timedelta(days=1)


@transaction.atomic
def owner_tell(*, mailbox: BounceMailbox, trouble: Trouble, words: str) -> bool:
    """Write to the owner of a mailbox that is not read for a day. Returns whether it is told.

    It is told once until a reading finds nothing wrong.
    """
    now = timezone.now()
    if trouble is Trouble.FOLDER:
        return False  # it is read all the same
    failing = BounceMailbox.objects.filter(
        pk=mailbox.pk, told_at=None, failing_since__lte=now - DAY)
    if not failing.update(told_at=now):
        return False
    owner = mailbox.sender.owner
    language = owner.language or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(zone_of(owner)):
        link = reverse("inbound:mailbox_edit", args=[mailbox.sender_id])
        text = render_to_string("inbound/email/mailbox_message.txt", {
            "mailbox": mailbox, "said": words_for(trouble, mailbox.host), "words": words,
            "site": settings.BASE_URL, "link": settings.BASE_URL + link})
        subject = _("What comes back is not read: %(address)s") % {
            "address": shown(mailbox.address)}
        send_mail(" ".join(subject.split()), text, None, [owner.email])
    log.info("mailbox %s: its owner is written to: %s", mailbox.pk, trouble)
    return True
