"""Addresses that letters come from are confirmed: by a link that is sent there.

The link works for who is logged in as the sender's owner alone, so that it tells both: this person
reads that mailbox, and wants to send from it here.
"""
import logging
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.cache import cache
from django.core.mail import send_mail
from django.core.signing import BadSignature, TimestampSigner
from django.db import models, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.audit.services import Action, record
from apps.core.addresses import shown, stored
from apps.users.models import User

from .models import Sender

log = logging.getLogger("vestnik.mailings")
VALID = timedelta(days=3)
MINUTE = 60  # seconds
DAY = 24 * 3600
LETTERS_A_DAY = {"owner": 10, "address": 5}  # nobody's mailbox is filled with them
SIGNER = TimestampSigner(salt="vestnik.sender", sep=".")


class Confirmation(models.TextChoices):
    """What became of the wish to confirm an address."""

    SENT = "sent", gettext_lazy("A letter with a link is on its way to the address. Open the link.")
    CONFIRMED = "confirmed", gettext_lazy("The address is confirmed.")
    TOO_SOON = "too_soon", gettext_lazy(
        "A letter was sent there less than a minute ago. Wait a little.")
    TOO_MANY = "too_many", gettext_lazy(
        "Many such letters were sent today. Try again tomorrow.")


def token_of(sender: Sender) -> str:
    """Return the secret part of the link; another address of the sender makes it void."""
    signed = SIGNER.sign(signed_text(sender))
    return signed.removeprefix(signed_text(sender) + SIGNER.sep)


def is_token_of(sender: Sender, token: str) -> bool:
    """Whether `token` was made of this sender with this address, less than VALID ago."""
    try:
        SIGNER.unsign(f"{signed_text(sender)}{SIGNER.sep}{token}", max_age=VALID)
    except BadSignature:
        return False
    return True


def signed_text(sender: Sender) -> str:
    return f"{sender.pk} {sender.address}"


def confirmation_send(*, sender: Sender) -> Confirmation:
    """Send the link to the sender's address; the owner's own confirmed address needs none.

    Call it when the address is new or changed, and when the owner asks for another letter.
    """
    if sender.confirmed_at or is_own_address(sender.owner, sender.address):
        confirm(sender)
        return Confirmation.CONFIRMED
    if refusal := letter_refusal(sender):
        return refusal
    letter_send(sender)
    return Confirmation.SENT


def is_own_address(user: User, address: str) -> bool:
    """Whether `user` has shown before that this mailbox is theirs: they log in by it."""
    verified = EmailAddress.objects.filter(user=user, verified=True)
    return stored(address) in map(stored, verified.values_list("email", flat=True))


def letter_refusal(sender: Sender) -> Confirmation | None:
    """Return why no letter is sent now; None counts the one that is."""
    if not cache.add(f"sender-letter:{sender.pk}:{sender.address}", True, MINUTE):
        return Confirmation.TOO_SOON
    counted = {"owner": sender.owner_id, "address": stored(sender.address)}
    for what, whose in counted.items():
        if number_today(f"sender-letters:{what}:{whose}") > LETTERS_A_DAY[what]:
            return Confirmation.TOO_MANY
    return None


def number_today(key: str) -> int:
    """Count one more under `key`. Returns how many were counted within a day of the first."""
    cache.add(key, 0, DAY)
    try:
        return int(cache.incr(key))
    except ValueError:  # its day ended just now
        return 1


def letter_send(sender: Sender) -> None:
    """Queue the letter, in the owner's language.

    It says nothing that the owner has written: a stranger may get it.
    """
    with translation.override(sender.owner.language or settings.LANGUAGE_CODE):
        path = reverse("mailings:sender_confirm", args=[sender.pk, token_of(sender)])
        text = render_to_string("mailings/email/sender_confirm_message.txt", {
            "address": shown(sender.address), "owner": shown(sender.owner.email),
            "days": VALID.days, "link": settings.BASE_URL + path, "site": settings.BASE_URL,
        })
        send_mail(_("Confirm the address for your mailings"), text, None, [sender.address])
    log.info("sender %s: a link is sent to its address", sender.pk)


def sender_confirm(*, sender: Sender, token: str) -> bool:
    """Confirm the sender's address by the token of a link. Returns whether it is confirmed.

    The caller has made sure that who asks is logged in as the sender's owner.
    """
    return is_token_of(sender, token) and confirm(sender)


@transaction.atomic
def confirm(sender: Sender) -> bool:
    """Mark the address as confirmed. Returns False where it is another one by now."""
    now = timezone.now()
    same = Sender.objects.filter(pk=sender.pk, address=sender.address)
    if same.filter(confirmed_at=None).update(confirmed_at=now):
        sender.confirmed_at = now
        record(Action.CONFIRM, on=sender, details=sender.address)
    return same.exists()
