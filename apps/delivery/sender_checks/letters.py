"""The letter to the owner of a sender that can send no more: nobody may be looking when it is."""
import logging

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from apps.mailings.models import Run
from apps.mailings.senders.advice import words_for
from apps.mailings.senders.models import Sender
from apps.mailings.senders.troubles import PASSING, Trouble
from apps.users.middleware import zone_of

log = logging.getLogger("vestnik.delivery")
MOST_RUNS = 20  # that the letter names


@transaction.atomic
def owner_tell(*, sender: Sender, trouble: Trouble, words: str) -> bool:
    """Write to the owner that a sender which was fine has `trouble`. Returns whether it is told.

    It is told once until a check finds nothing wrong; what passes by itself is not.
    """
    if trouble in PASSING or not sender.verified_at or not sender.owner.is_active:
        return False
    if not Sender.objects.filter(pk=sender.pk, told_at=None).update(told_at=timezone.now()):
        return False
    owner = sender.owner
    language = owner.language or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(zone_of(owner)):
        said = words_for(trouble, sender.host)
        text = render_to_string("delivery/email/sender_message.txt", {
            "sender": sender, "said": said, "words": words, "titles": titles(sender),
            "site": settings.BASE_URL, "link": settings.BASE_URL + sender.get_absolute_url(),
        })
        subject = _("No letters leave: %(name)s") % {"name": sender.name}
        send_mail(" ".join(subject.split()), text, None, [owner.email])
    log.info("sender %s: its owner is written to: %s", sender.pk, trouble)
    return True


def titles(sender: Sender) -> list[str]:
    """Return what the mailings are called that wait for this sender."""
    runs = Run.objects.of_mailings().filter(
        sender=sender.pk, state=Run.State.PAUSED,
        reason__in=[Run.Reason.SENDER, Run.Reason.SERVER])
    waiting = runs.without_letter().select_related("mailing__message").order_by("pk")[:MOST_RUNS]
    return [" ".join(run.mailing.title.split()) for run in waiting]
