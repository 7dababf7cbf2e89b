"""Where an owner may have test letters sent: to mailboxes that they have shown to be theirs.

These are the account's own, those of confirmed senders, and a few others, each confirmed by a link
that is sent there. The link works for who is logged in as the owner alone.
"""
import logging
from datetime import timedelta
from hashlib import sha256

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from apps.audit.services import Action, record
from apps.core.addresses import shown, stored
from apps.mailings.models import Sender
from apps.users.models import User

from ..models import TestAddress

log = logging.getLogger("vestnik.delivery")
KEPT = 10  # addresses beside the account's and the senders'
VALID = timedelta(days=3)
HOUR = 3600  # seconds
DAY = 24 * HOUR
# So many letters with a link, in so many seconds: a stranger's mailbox is not filled with them.
LETTERS = {"owner": (5, HOUR), "address": (3, DAY)}
SIGNER = TimestampSigner(salt="vestnik.test-address", sep=".")


def addresses_of(owner: User) -> list[str]:
    """Return the confirmed addresses of `owner`, the account's own first, each once."""
    found = [*account_addresses(owner)]
    found += Sender.objects.owned_by(owner).filter(
        confirmed_at__isnull=False).values_list("address", flat=True)
    found += TestAddress.objects.filter(
        owner=owner, confirmed_at__isnull=False).order_by("pk").values_list("email", flat=True)
    return list({stored(address): address for address in reversed(found)}.values())[::-1]


def account_addresses(owner: User) -> list[str]:
    verified = EmailAddress.objects.filter(user=owner, verified=True).order_by("-primary", "pk")
    return list(verified.values_list("email", flat=True))


def address_add(*, owner: User, email: str) -> TestAddress | None:
    """Keep `email`, and send a link there that confirms it; None where it is confirmed already.

    One that is kept and not confirmed gets another link. Raises ValidationError with a sentence.
    """
    if stored(email) in map(stored, addresses_of(owner)):
        return None
    kept = TestAddress.objects.filter(owner=owner)
    address = kept.filter(email__iexact=email).first()
    if address is None and kept.count() >= KEPT:
        raise ValidationError(_("You have %(n)s addresses here already. Remove one first.") % {
            "n": KEPT})
    refuse_many_letters(owner, email)
    with transaction.atomic():
        if address is None:
            address = TestAddress.objects.get_or_create(owner=owner, email=email)[0]
        letter_send(address)
    return address


def refuse_many_letters(owner: User, email: str) -> None:
    """Count a letter that is to be sent. Raises ValidationError where there were many."""
    address = sha256(stored(email).encode()).hexdigest()  # keys of a cache are short
    whose = {"owner": str(owner.pk), "address": address}
    for what, (most, seconds) in LETTERS.items():
        if number_lately(f"test-address:{what}:{whose[what]}", seconds) > most:
            raise ValidationError(
                _("Many letters with a link were sent lately. Try again in an hour.")
                if what == "owner" else
                _("Several letters with a link were sent to this address today. Look for them "
                  "there, also among spam."))


def number_lately(key: str, seconds: int) -> int:
    """Count one more under `key`. Returns how many were counted in that time since the first."""
    cache.add(key, 0, seconds)
    try:
        return int(cache.incr(key))
    except ValueError:  # its time ended just now
        return 1


def letter_send(address: TestAddress) -> None:
    """Queue the letter, in the owner's language. It says nothing that the owner has written."""
    owner = address.owner
    with translation.override(owner.language or settings.LANGUAGE_CODE):
        path = reverse("delivery:address_confirm", args=[address.pk, token_of(address)])
        text = render_to_string("delivery/email/test_address_message.txt", {
            "address": shown(address.email), "owner": shown(owner.email), "days": VALID.days,
            "link": settings.BASE_URL + path, "site": settings.BASE_URL})
        send_mail(_("Confirm the address for test letters"), text, None, [address.email])
    log.info("test address %s: a link is sent to it", address.pk)


def token_of(address: TestAddress) -> str:
    """Return the secret part of the link."""
    return SIGNER.sign(signed_text(address)).removeprefix(signed_text(address) + SIGNER.sep)


def is_token_of(address: TestAddress, token: str) -> bool:
    """Whether `token` was made of this address, less than VALID ago."""
    try:
        SIGNER.unsign(f"{signed_text(address)}{SIGNER.sep}{token}", max_age=VALID)
    except BadSignature:
        return False
    return True


def signed_text(address: TestAddress) -> str:
    return f"{address.pk} {address.email}"


@transaction.atomic
def address_confirm(*, address: TestAddress, token: str) -> bool:
    """Confirm the address by the token of a link. Returns whether it is confirmed.

    The caller has made sure that who asks is logged in as its owner.
    """
    if not is_token_of(address, token):
        return False
    unconfirmed = TestAddress.objects.filter(pk=address.pk, confirmed_at=None)
    if unconfirmed.update(confirmed_at=timezone.now()):
        record(Action.CONFIRM, on=address)
    return TestAddress.objects.filter(pk=address.pk).exists()
