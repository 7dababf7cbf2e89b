"""What became of a letter that this session asked for; sending it again; another address for it."""
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.email_verification import (
    handle_verification_email_rate_limit,
    send_verification_email_to_address,
)
from allauth.core.ratelimit import consume
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.core.htmx import FORM_METHODS, Request, is_partial, refused, render_form

from . import letters
from .account_forms import AddressForm
from .letters import Kind, Told
from .models import User
from .services import email_replace


def told_or_404(request: Request, kind: str) -> Told:
    told = letters.told(request, kind)
    if told is None:
        raise Http404
    return told


@login_not_required
@require_safe
def letter(request: Request, kind: str) -> HttpResponse:
    """Show the fate of the session's newest letter of this kind."""
    told = told_or_404(request, kind)
    if not is_partial(request):
        return redirect(told.page)
    return render(request, "users/_letter.html#fate", {"told": told})


@login_not_required
@require_POST
def letter_again(request: Request, kind: str) -> HttpResponse:
    """Send the same letter once more, not sooner than a minute after the last one."""
    told = told_or_404(request, kind)
    if not told.is_sendable_again:
        return refused(request, _("This letter is still on its way."), to=told.page)
    if not consume(request, action="letter_again", key=told.email):
        text = _("A letter can be sent again once a minute. Wait a little.")
        return refused(request, text, to=told.page)
    if not letters.send_again(request, kind):
        text = _("This letter is no longer here. Ask for a new one.")
        return refused(request, text, to=told.page)
    return redirect(told.page)


@login_not_required
@FORM_METHODS
def address_edit(request: Request) -> HttpResponse:
    """Let somebody who logged in with an address that is not confirmed write to another one."""
    told = told_or_404(request, Kind.CONFIRM)
    user = User.objects.filter(pk=told.user_id, is_active=True).first()
    if user is None:
        raise Http404
    form = AddressForm(request.POST or None, initial={"email": told.email})
    if form.is_valid():
        return address_form_valid(request, form, user, told.email)
    return address_form(request, form)


def address_form(request: Request, form: AddressForm) -> HttpResponse:
    return render_form(request, "ui/form_page.html", {
        "form": form, "heading": _("Another address"), "submit_label": _("Send the letter"),
        "back": reverse("account_email_verification_sent"),
    })


def address_form_valid(
        request: Request, form: AddressForm, user: User, told_of: str) -> HttpResponse:
    """Send the letter to the new address. Whose is taken is told so there, and not here.

    Only so often: else an account that confirms nothing would send letters to anybody.
    """
    email = form.cleaned_data["email"]
    if user.emailaddress_set.filter(verified=True).exists():
        messages.success(request, _("Your address is confirmed already. Log in."))
        return redirect("account_login")
    if email == told_of:
        return redirect("account_email_verification_sent")
    if not consume(request, action="address", key=str(user.pk)):
        form.add_error("email", _("Too many addresses in an hour. Try again later."))
        return address_form(request, form)
    address = email_replace(user=user, email=email)
    if address:
        send_verification_email_to_address(request, address)
    elif handle_verification_email_rate_limit(request, email):
        get_adapter().send_account_already_exists_mail(email)
    letters.expect(request, Kind.CONFIRM, email, user.pk)
    return redirect("account_email_verification_sent")
