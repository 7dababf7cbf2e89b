"""What the page says of whom: the language, the name of the shop, the address but for its letters.
"""
from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

from apps.core.addresses import shown
from apps.mailings.branding.services import branding_of
from apps.mailings.messages.language import letter_language
from apps.mailings.models import Sender
from apps.users.models import User

from .links import Leaver

HIDDEN = "•••"


def language_of(leaver: Leaver) -> str:
    """Return the language of the letter; of a lost one, its owner's."""
    if leaver.delivery:
        run = leaver.delivery.run
        return letter_language(run.subject, run.body or run.html)
    return leaver.owner.language or settings.LANGUAGE_CODE


def language_asked(request: HttpRequest) -> str:
    """Return the language that a browser asks for where nothing else tells one."""
    return translation.get_language_from_request(request)


def shop_of(leaver: Leaver) -> str:
    """Return who wrote the letter, as its recipients know them; "" where nothing tells."""
    run = leaver.delivery.run if leaver.delivery else None
    sender = run.sender if run else default_sender(leaver.owner)
    return (run and run.from_name or sender and sender.name
            or branding_of(leaver.owner).company or leaver.owner.get_full_name())


def default_sender(owner: User) -> Sender | None:
    sender: Sender | None = Sender.objects.owned_by(owner).filter(is_default=True).first()
    return sender


def masked(address: str) -> str:
    """Return an address that its owner knows again, and nobody else learns."""
    local, _at, domain = shown(address).rpartition("@")
    return f"{local[:1]}{HIDDEN}@{domain}"
