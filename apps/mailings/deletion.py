"""Delete and bring back: what recipients, messages and mailings share."""
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.core.access import for_writing
from apps.core.htmx import done, refused

from .models import Mailing, Message, Recipient
from .services import OwnedRefused, owned_delete, owned_restore


def delete(request, owned, name):
    """Delete `owned` and offer to bring it back; or say why it stays."""
    noun = owned._meta.model_name
    try:
        owned_delete(owned=owned)
    except OwnedRefused as reason:
        return refused(request, str(reason), to=owned)
    return done(request, _("Deleted: %(name)s") % {"name": name}, to=f"mailings:{noun}_list",
                changed=f"{noun}s:changed",
                undo=reverse(f"mailings:{noun}_restore", args=[owned.pk]))


def restore(request, owned, name):
    """Bring `owned` back; or say why it stays deleted."""
    noun = owned._meta.model_name
    try:
        owned_restore(owned=owned)
    except OwnedRefused as reason:
        return refused(request, str(reason), to=f"mailings:{noun}_list")
    return done(request, _("It is back: %(name)s") % {"name": name}, to=owned,
                changed=f"{noun}s:changed")


@require_POST
def recipient_restore(request, pk):
    recipient = for_writing(request.user, Recipient.all_objects, pk)
    return restore(request, recipient, recipient.full_name)


@require_POST
def message_restore(request, pk):
    message = for_writing(request.user, Message.all_objects, pk)
    return restore(request, message, message.subject)


@require_POST
def mailing_restore(request, pk):
    mailing = for_writing(request.user, Mailing.all_objects.select_related("message"), pk)
    return restore(request, mailing, mailing.message.subject)
