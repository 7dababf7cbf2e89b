"""«Send it to myself»: the page of a test, what comes of it, and the addresses it may go to."""
from typing import cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from apps.core.access import for_writing
from apps.core.addresses import shown
from apps.core.htmx import FORM_METHODS, Request, is_partial, render_form, render_page
from apps.mailings.fields.values import labels_of
from apps.mailings.messages.merge_fields import unknown_fields
from apps.mailings.models import Message, Run
from apps.mailings.senders.readiness import sender_refusal
from apps.users.models import User

from ..before_start import has_no_server
from ..models import TestAddress, worker_alive
from ..services import RunRefused
from ..waits import wait_words
from . import addresses, services
from .forms import TestAddressForm, TestLetterForm
from .shown import progress_of

CHANGED = "tests:changed"  # by it pages learn of a test that has begun or ended


@FORM_METHODS
def test_letter(request: Request, pk: int) -> HttpResponse:
    """Ask where a test goes and as whom it is filled; a POST sends it and shows its progress."""
    message = for_writing(request.user, Message.objects.select_related("owner"), pk)
    owner = cast(User, request.user)
    data = request.POST if request.method == "POST" else None
    form = TestLetterForm(data, owner=owner, message=message, to=request.GET.get("to", ""))
    if form.is_bound and form.is_valid():
        try:
            return started(request, send(form))
        except RunRefused as reason:
            form.add_error(None, str(reason))
    return render_form(request, "delivery/test_letter.html", {
        "form": form, "heading": _("Send a test to yourself"), **page_context(form)})


def send(form: TestLetterForm) -> Run:
    """Start the test that a valid form describes. Raises RunRefused."""
    chosen = form.cleaned_data
    return services.test_start(
        message=form.message, by=form.owner, emails=chosen["emails"], sender=chosen["sender"],
        recipient=chosen["whom"])


def started(request: Request, run: Run) -> HttpResponse:
    if not is_partial(request):
        return redirect("delivery:test_letter_run", run.message_id, run.pk)
    response = render(request, "delivery/test_letter_run.html#modal", {
        **progress_of(run), "heading": _("Test letter"), "in_modal": True})
    return trigger_client_event(response, CHANGED)


def page_context(form: TestLetterForm) -> dict[str, object]:
    """Return what the form's page tells before anything is sent."""
    message = form.message
    sender = None
    if "sender" in form.fields:
        senders = form.fields["sender"].queryset  # type: ignore[attr-defined]
        chosen = [one for one in senders if str(one.pk) == str(form["sender"].value())]
        sender = chosen[0] if chosen else None
    others = TestAddress.objects.filter(owner=form.owner).order_by("pk")
    return {
        "message": message, "others": others, "most": services.AT_ONCE,
        "unknown_fields": unknown_fields(message, labels_of(message.owner_id)),
        "sender": sender, "sender_reason": sender_refusal(sender),
        "limit": wait_words(sender, timezone.now()), "no_worker": not worker_alive(),
        "no_server": has_no_server(sender)}


@require_safe
def test_letter_run(request: Request, pk: int, run_pk: int) -> HttpResponse:
    """Show what has become of a test, also of a message that was deleted since."""
    message = for_writing(request.user, Message.all_objects, pk)
    tests = Run.objects.filter(test=True, message=message).select_related("sender", "message")
    run = get_object_or_404(tests, pk=run_pk)
    context = {**progress_of(run), "heading": _("Test letter")}
    response = render_page(
        request, "delivery/test_letter_run.html", context, partial="progress")
    if not context["under_way"]:
        trigger_client_event(response, CHANGED)
    return response


@require_safe
def test_letter_last(request: Request, pk: int) -> HttpResponse:
    """The part of a page that tells of the last test; with `check`, of the page before sending."""
    message = for_writing(request.user, Message.objects, pk)
    if not is_partial(request):
        return redirect("delivery:test_letter", pk)
    template = "delivery/_test_check.html" if "check" in request.GET \
        else "delivery/_test_letter.html"
    return render(request, template, {"message": message})


@FORM_METHODS
def address_create(request: Request) -> HttpResponse:
    """Ask for one more address for test letters, and send a link there."""
    owner = cast(User, request.user)
    form = TestAddressForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            return added(request, addresses.address_add(
                owner=owner, email=form.cleaned_data["email"]))
        except ValidationError as why:
            form.add_error("email", why)
    others = TestAddress.objects.filter(owner=owner).order_by("pk")
    return render(request, "delivery/test_addresses.html", {
        "form": form, "others": others, "own": addresses.addresses_of(owner)},
        status=422 if form.errors else 200)


def added(request: Request, address: TestAddress | None) -> HttpResponse:
    text = _("This address is confirmed already.")
    if address:
        text = _("A letter with a link is on its way to %(address)s. Open the link.") % {
            "address": shown(address.email)}
    messages.success(request, text)
    return redirect("delivery:address_create")


@require_POST
def address_delete(request: Request, pk: int) -> HttpResponse:
    address = get_object_or_404(TestAddress, pk=pk, owner=request.user)
    address.delete()
    messages.success(request, _("Removed: %(name)s") % {"name": address})
    return redirect("delivery:address_create")


@FORM_METHODS
def address_confirm(request: Request, pk: int, token: str) -> HttpResponse:
    """Confirm an address by the link of a letter: a button, for programs follow links too."""
    address = get_object_or_404(TestAddress, pk=pk, owner=request.user)
    if not addresses.is_token_of(address, token):
        messages.error(request, _("This link is not valid any more. Have another letter sent."))
        return redirect("delivery:address_create")
    if request.method == "POST" or address.confirmed_at:
        addresses.address_confirm(address=address, token=token)
        messages.success(request, _("The address is confirmed."))
        return redirect("delivery:address_create")
    return render_form(request, "ui/form_page.html", {
        "form": None, "heading": _("Confirm the address?"), "intro": str(address),
        "submit_label": _("Confirm"), "consequences": [
            _("Test letters of your messages can go to this address then.")]})
