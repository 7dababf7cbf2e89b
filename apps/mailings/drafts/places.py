"""Which form a draft is of, and what its page offers to bring back."""
import re

from django.urls import reverse

from apps.core.htmx import Request

from ..owned import Owned
from .models import Draft

PLACE = re.compile("(?P<noun>mailing|message):(?P<pk>new|[0-9]{1,18})")
KEY = re.compile("[0-9a-z]{8,32}")
OFFERED = 5  # drafts of one form


def place_of(owned: Owned) -> str:
    return f"{owned._meta.model_name}:{owned.pk or 'new'}"


def address_of(place: str) -> str:
    """Return where the form of a place is."""
    noun, _colon, pk = place.partition(":")
    if pk == "new":
        return reverse(f"mailings:{noun}_create")
    return reverse(f"mailings:{noun}_edit", args=[pk])


def offers(request: Request, place: str, opened: str = "") -> list[Draft]:
    """Return the person's drafts of a form; `opened` is the key of one that it holds already."""
    drafts = Draft.objects.owned_by(request.user).kept().filter(place=place)
    return list(drafts.exclude(key=opened)[:OFFERED])


def asked_for(request: Request, owned: Owned) -> Draft | None:
    """Return the draft that `?draft=` brings back into the form of `owned`."""
    key = request.GET.get("draft", "")
    if not KEY.fullmatch(key):
        return None
    drafts = Draft.objects.owned_by(request.user).kept()
    return drafts.filter(place=place_of(owned), key=key).first()
