"""All that is known of one person, as a file that their owner hands to them.

It is a page, not data for programs: whoever asks what is known of them opens it with a click, on
a telephone too, reads it, and prints it.
"""
from functools import lru_cache

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from apps.audit.services import Action, record
from apps.core.access import for_writing
from apps.core.htmx import Request

from ..models import Recipient
from .known import sections_of
from .sections import sources


@require_safe
def recipient_dossier(request: Request, pk: int) -> HttpResponse:
    rows = Recipient.objects.select_related("owner", "added_by", "ground")
    recipient = for_writing(request.user, rows, pk)
    if request.method == "GET":
        record(Action.DOSSIER, on=recipient)
    sections = [*sections_of(recipient), *(source(recipient) for source in sources)]
    response = render(request, "mailings/_dossier.html", {
        "recipient": recipient, "sections": sections, "now": timezone.now(),
        "style": style()})
    response["Content-Disposition"] = f'attachment; filename="dossier-{recipient.pk}.html"'
    return response


@lru_cache(maxsize=1)
def style() -> SafeString:
    """Return the style of the file, which has nothing beside it where it is opened."""
    css = (settings.BASE_DIR / "static" / "css" / "dossier.css").read_text()
    return mark_safe(f"<style>\n{css}</style>")  # nosec B308 B703  # it is a file of ours
