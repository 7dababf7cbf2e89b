"""Ask whether a person is to be wiped, and do it."""
from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.access import for_writing
from apps.core.htmx import FORM_METHODS, Request, done, is_partial, refused, render_form

from ..deletion import is_on_page_of
from ..models import Recipient
from . import services


class SureForm(forms.Form):
    """Nothing takes it back, so it is asked for twice."""

    sure = forms.BooleanField(
        label=gettext_lazy("I know that this can not be taken back"))


@FORM_METHODS
def recipient_wipe(request: Request, pk: int) -> HttpResponse:
    recipient = for_writing(request.user, Recipient.objects, pk)
    form = SureForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return wipe(request, recipient)
    return render_form(request, "ui/form_page.html", {
        "form": form, "danger": True, "heading": _("Wipe this person for good?"),
        "intro": str(recipient), "submit_label": _("Wipe for good"), "consequences": [
            _("The name, the address, the comment, fields, tags, replies and what mail servers "
              "said of them are wiped everywhere, also in rows and files of imports."),
            _("Letters to them stay in the figures of mailings and reports, without a name and an "
              "address."),
            _("Of the address we keep a code that can not be turned back: when it is added or "
              "imported again, no letters go to it."),
            _("Backups that were made before still have them, until you throw those away."),
        ], "back": recipient.get_absolute_url(), "crumb": recipient.title})


def wipe(request: Request, recipient: Recipient) -> HttpResponse:
    text = _("Everything about this person is wiped.")
    page = recipient.get_absolute_url()
    try:
        services.recipient_wipe(recipient=recipient)
    except services.WipeRefused as reason:
        return refused(request, str(reason), to=page)
    if is_partial(request) and is_on_page_of(request, recipient):  # that is gone now
        messages.success(request, text)
        return HttpResponse(status=204, headers={"HX-Redirect": recipient.list_url})
    return done(request, text, to=reverse("mailings:recipient_list"), changed=recipient.changed)
