"""What people do on a sender's page with its runs."""
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from apps.core.access import for_writing
from apps.core.htmx import Request, refused
from apps.mailings.senders.models import Sender

from ..services import RunRefused
from .services import sender_runs_resume


@require_POST
def sender_resume(request: Request, pk: int) -> HttpResponse:
    """Go on with the mailings that this sender's trouble has paused."""
    sender = for_writing(request.user, Sender.objects, pk)
    try:
        number = sender_runs_resume(sender=sender)
    except RunRefused as refusal:
        return refused(request, str(refusal), to=sender)
    if not number:
        return refused(request, _("No mailing of this sender can go on now."), to=sender)
    messages.success(request, ngettext(
        "%(n)s mailing goes on.", "%(n)s mailings go on.", number) % {"n": number})
    return redirect(sender)
