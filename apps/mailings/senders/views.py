"""Senders: list, detail with what the check says, create, edit, delete, bring back, confirm."""
from typing import cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from apps.core.access import for_reading, for_writing
from apps.core.addresses import domain_shown
from apps.core.htmx import (
    FORM_METHODS,
    Request,
    done,
    is_partial,
    refused,
    render_form,
    render_list,
    render_page,
)
from apps.core.listing import search_text, sorted_page
from apps.users.models import User

from ..deletion import told_deleted
from ..models import Mailing, Run
from . import confirming, ending, services
from .advice import address_hint
from .forms import SenderForm, with_preset
from .models import Sender
from .shown import (
    account_state,
    checked_now,
    is_check_late,
    name_hint,
    sender_states,
    unconfirmed_state,
    wants_password,
)

CHANGED = "senders:changed"
SECRET = sensitive_post_parameters("new_password")  # it stands in no report of an error
LISTED = 10  # mailings on a sender's page


@require_safe
def sender_list(request: Request) -> HttpResponse:
    """The person's senders; a manager finds everybody's, and may look."""
    user = cast(User, request.user)
    q = search_text(request)
    rows = Sender.objects.visible_to(user).select_related("owner").order_by()
    if q:
        rows = rows.filter(name__icontains=q) | rows.filter(address__icontains=q)
    listing = sorted_page(request, rows, {"name": "name"}, "name")
    checked = checked_now(user.pk)
    for sender in listing["page"]:
        sender.states = sender_states(sender, is_being_checked=sender.pk in checked)
    return render_list(request, "mailings/sender_list.html", {**listing, "q": q})


@require_safe
def sender_detail(request: Request, pk: int) -> HttpResponse:
    """A sender, and what the check says; the part of it asks for itself while it is checked."""
    sender = for_reading(request.user, Sender.objects.select_related("owner"), pk)
    if is_partial(request):
        return state_part(request, sender)
    return render_page(request, "mailings/sender_detail.html", {
        **state_of(sender), "host": domain_shown(sender.host),
        "mailings": mailings_of(sender)})


def state_part(request: Request, sender: Sender) -> HttpResponse:
    return render(request, "mailings/sender_detail.html#state", state_of(sender))


def state_of(sender: Sender) -> dict[str, object]:
    """Return what the part of the page shows that follows the check."""
    is_being_checked = sender.pk in checked_now(sender.owner_id)
    account = account_state(sender, is_being_checked=is_being_checked)
    context: dict[str, object] = {
        "sender": sender, "is_being_checked": is_being_checked, "account": account,
        "is_fine": account.colour == "green",
        "hints": list(filter(None, [address_hint(sender), name_hint(sender.name)])),
        "is_stopped": is_stopped(sender), "wants_password": wants_password(sender),
        "is_late": is_being_checked and is_check_late(sender)}
    if not sender.confirmed_at:
        context["unconfirmed"] = unconfirmed_state(sender)
    return context


def is_stopped(sender: Sender) -> bool:
    """Whether runs of the sender stand, perhaps because its server did not let us in."""
    return Run.objects.of_mailings().filter(
        sender=sender, state=Run.State.PAUSED,
        reason__in=[Run.Reason.SENDER, Run.Reason.SERVER]).exists()


def mailings_of(sender: Sender) -> list[Mailing]:
    return list(Mailing.objects.filter(sender=sender).select_related("message")[:LISTED])


@FORM_METHODS
@SECRET
def sender_create(request: Request) -> HttpResponse:
    return form_page(request, Sender(owner=cast(User, request.user)), _("New sender"))


@FORM_METHODS
@SECRET
def sender_edit(request: Request, pk: int) -> HttpResponse:
    return form_page(request, for_writing(request.user, Sender.objects, pk), _("Edit sender"))


def form_page(request: Request, sender: Sender, heading: str) -> HttpResponse:
    """Show the form, fill in the server of the chosen preset, or save."""
    owner = cast(User, request.user)
    name = sender.name
    if "_preset" in request.POST:
        form = with_preset(request.POST, owner, sender)
    else:
        posted = request.POST if request.method == "POST" else None
        form = SenderForm(posted, owner=owner, instance=sender)
    if form.is_bound:
        if saved(form):
            return done(request, _("Saved: %(name)s") % {"name": sender.name}, to=sender)
        form.ask_password_again()
    return render(request, "mailings/sender_form.html", {
        "heading": heading, "form": form, "sender": sender, "sender_name": name,
    }, status=422 if form.errors else 200)


def saved(form: SenderForm) -> bool:
    """Save the sender; False when the form is not valid, or another window was quicker."""
    if not form.is_valid():
        return False
    try:
        return form.saved(services.sender_save, sender=form.instance,
                          password=form.cleaned_data["new_password"])
    except ValidationError as why:
        form.add_error(None, why)
        return False


@require_POST
@SECRET
def sender_server(request: Request) -> HttpResponse:
    """The part of the form with the mail server and the limits, as the chosen preset has them."""
    owner = cast(User, request.user)
    form = with_preset(request.POST, owner, Sender(owner=owner))
    return render(request, "mailings/sender_form.html#server", {"form": form})


@FORM_METHODS
def sender_delete(request: Request, pk: int) -> HttpResponse:
    """Delete a sender after a question that names what goes with it."""
    sender = for_writing(request.user, Sender.objects, pk)
    if request.method == "POST":
        ending.sender_delete(sender=sender)
        return told_deleted(request, sender)
    return render_form(request, "ui/form_page.html", {
        "form": None, "danger": True, "heading": _("Delete sender?"), "intro": str(sender),
        "submit_label": _("Delete"), "back": sender.get_absolute_url(), "crumb": sender.name,
        "consequences": ending.consequences(sender)})


@require_POST
def sender_restore(request: Request, pk: int) -> HttpResponse:
    sender = for_writing(request.user, Sender.all_objects, pk)
    try:
        ending.sender_restore(sender=sender)
    except ending.SenderRefused as reason:
        return refused(request, str(reason), to=sender.list_url)
    return done(request, _("It is back: %(name)s") % {"name": sender.name}, to=sender,
                changed=CHANGED)


@require_POST
def sender_check(request: Request, pk: int) -> HttpResponse:
    """Have the sender's server spoken to; its page tells what comes of it."""
    sender = for_writing(request.user, Sender.objects, pk)
    if not services.sender_check_ask(sender=sender):
        return refused(request, _("Many checks were asked for within an hour. Try again later."),
                       to=sender)
    if is_partial(request):
        return state_part(request, sender)
    return redirect(sender)


@require_POST
def sender_default(request: Request, pk: int) -> HttpResponse:
    sender = for_writing(request.user, Sender.objects, pk)
    services.sender_default(sender=sender)
    return done(request, _("New mailings come from: %(name)s") % {"name": sender.name}, to=sender,
                changed=CHANGED)


@require_POST
def sender_letter(request: Request, pk: int) -> HttpResponse:
    """Send the link that confirms the address once more."""
    sender = for_writing(request.user, Sender.objects, pk)
    outcome = confirming.confirmation_send(sender=sender)
    if outcome in (confirming.Confirmation.SENT, confirming.Confirmation.CONFIRMED):
        return done(request, str(outcome.label), to=sender)
    return refused(request, str(outcome.label), to=sender)


@FORM_METHODS
def sender_confirm(request: Request, pk: int, token: str) -> HttpResponse:
    """Confirm the address by the link of a letter: a button, for programs follow links too."""
    sender = get_object_or_404(Sender.objects.owned_by(request.user), pk=pk)
    if request.method == "POST":
        is_good = confirming.sender_confirm(sender=sender, token=token)
    else:
        is_good = confirming.is_token_of(sender, token)
    if not is_good:
        messages.error(request, _("This link is not valid any more. Have another letter sent."))
        return redirect(sender)
    if request.method == "POST" or sender.confirmed_at:
        messages.success(request, confirming.Confirmation.CONFIRMED.label)
        return redirect(sender)
    return render_form(request, "ui/form_page.html", {
        "form": None, "heading": _("Confirm the address?"), "intro": str(sender),
        "submit_label": _("Confirm"), "back": sender.get_absolute_url(), "crumb": sender.name,
        "consequences": [_("Letters of your mailings can come from this address then.")]})
