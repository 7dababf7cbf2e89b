"""A sender's bounce mailbox: its form, taking it away, having it read now, its state."""
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from apps.core.htmx import FORM_METHODS, Request, done, is_partial, refused, render_form
from apps.mailings.senders.mailboxes import BounceMailbox
from apps.mailings.senders.models import Sender

from . import services
from .forms import MailboxForm
from .presets import preset_of
from .shown import panel

CHANGED = "mailboxes:changed"
SECRET = sensitive_post_parameters("new_password")  # it stands in no report of an error


def own_sender(request: Request, pk: int) -> Sender:
    """Return a sender of the person's own; a manager sees nothing of mailboxes."""
    found: Sender = get_object_or_404(Sender.objects.owned_by(request.user), pk=pk)
    return found


def own_mailbox(request: Request, pk: int) -> BounceMailbox:
    sender = own_sender(request, pk)
    return get_object_or_404(BounceMailbox.objects.select_related("sender__owner"),
                             sender=sender.pk)


@FORM_METHODS
@SECRET
def mailbox_edit(request: Request, pk: int) -> HttpResponse:
    """Name the mailbox where what comes back of a sender's letters is read, or change it."""
    sender = own_sender(request, pk)
    mailbox = BounceMailbox.objects.filter(sender=sender.pk).first()
    if mailbox is None and sender.uses_service:
        return refused(request, _(
            "Letters of this sender go from the service's own address: what comes back goes "
            "there too."), to=sender)
    if mailbox is None:
        mailbox = BounceMailbox()
    mailbox.sender = sender
    form = MailboxForm(request.POST if request.method == "POST" else None, instance=mailbox)
    if form.is_bound:
        if saved(form):
            messages.success(request, _("Saved. The mailbox is being read."))
            return redirect(sender)
        form.ask_password_again()
    return render(request, "inbound/mailbox_form.html", {
        "form": form, "sender": sender, "is_new": mailbox.pk is None,
        "hint": preset_of(sender).hint,
    }, status=422 if form.errors else 200)


def saved(form: MailboxForm) -> bool:
    """Save the mailbox; False when the form is not valid."""
    if not form.is_valid():
        return False
    try:
        services.mailbox_save(
            mailbox=form.instance, password=form.cleaned_data["new_password"],
            shares=form.cleaned_data.get("shares", False))
    except ValidationError as why:
        form.add_error(None, why)
        return False
    return True


@FORM_METHODS
def mailbox_delete(request: Request, pk: int) -> HttpResponse:
    """Take the mailbox away after a question that names what follows."""
    mailbox = own_mailbox(request, pk)
    sender = mailbox.sender
    if request.method == "POST":
        services.mailbox_delete(mailbox=mailbox)
        return done(request, _("The mailbox is not read any more."), to=sender, changed=CHANGED)
    return render_form(request, "ui/form_page.html", {
        "form": None, "danger": True, "heading": _("Read this mailbox no more?"),
        "intro": mailbox.address, "submit_label": _("Read it no more"),
        "back": sender.get_absolute_url(), "crumb": sender.name,
        "consequences": [
            _("Letters that come back are not noticed: addresses that are gone are written to "
              "again."),
            _("All letters in the mailbox stay there; what they had told stays here."),
            _("The password is forgotten.")]})


@require_POST
def mailbox_read(request: Request, pk: int) -> HttpResponse:
    """Have the mailbox read now; the sender's page tells what comes of it."""
    mailbox = own_mailbox(request, pk)
    sender = mailbox.sender
    if not mailbox.is_on:
        return refused(request, _("The reading of this mailbox is switched off."), to=sender)
    if not services.mailbox_read_ask(mailbox=mailbox):
        return refused(request, _("Many logins were tried within an hour. Try again later."),
                       to=sender)
    if is_partial(request):
        return render(request, "inbound/_mailbox.html", panel(sender))
    return done(request, _("The mailbox is being read."), to=sender)


@require_safe
def mailbox_state(request: Request, pk: int) -> HttpResponse:
    """The part of the sender's page about the mailbox; it asks for itself while it is read."""
    sender = own_sender(request, pk)
    if is_partial(request):
        return render(request, "inbound/_mailbox.html", panel(sender))
    return redirect(sender)
