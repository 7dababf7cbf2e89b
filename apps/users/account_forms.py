"""Forms of allauth that work as long for a known address as for an unknown one."""
from allauth.account import forms as allauth
from allauth.account.internal.flows.email_verification import get_address_for_user
from allauth.account.internal.flows.signup import complete_signup, prevent_enumeration
from allauth.account.models import EmailAddress
from allauth.account.utils import get_next_redirect_url, has_verified_email
from django import forms
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from apps.core.addresses import shown

from . import letters
from .adapter import CONFIRMED, AccountAdapter
from .addresses import stored
from .letters import Kind
from .models import User
from .services import Taken


class SignupForm(allauth.SignupForm):
    """Makes an account and its letter, or neither.

    Where the address has an account, one under a made-up address is made and taken back, so that
    nobody learns from the time whether there is one.
    """

    def try_save(self, request: HttpRequest) -> tuple[None, HttpResponse]:
        # Hashing takes half a second: the database is not kept waiting for it.
        self.hashed = make_password(self.cleaned_data["password1"])
        request.signs_up = True
        email = self.cleaned_data["email"]
        with transaction.atomic():
            user = self.new_user(request)
            if user:
                target = get_next_redirect_url(request)
                response = complete_signup(request, user=user, redirect_url=target)
            else:
                response = prevent_enumeration(request, email=email)
        letters.expect(request, Kind.CONFIRM, email)
        return None, response

    def new_user(self, request: HttpRequest) -> User | None:
        """Return a new account; None where there is one, or another request has just made it."""
        is_taken = self.account_already_exists
        email = self.cleaned_data["email"]
        if is_taken:
            self.cleaned_data["email"] = f"{get_random_string(len(email))}@example.invalid"
            self.account_already_exists = False  # allauth saves nobody while it is set
        try:
            with transaction.atomic():
                user = self.save(request)
                if is_taken:
                    look_as_allauth_does(user)
                    raise Taken
        except (IntegrityError, Taken):
            return None
        finally:
            self.cleaned_data["email"] = email
        return user


def look_as_allauth_does(user: User) -> None:
    """Ask the database what allauth asks of a new account before it writes to it."""
    has_verified_email(user)
    address = get_address_for_user(user)
    User.objects.get(pk=address.user_id)


class LoginForm(allauth.LoginForm):
    """Has the address filled in that was confirmed just now."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = format_html(
            '<a href="{}">{}</a>', reverse("account_reset_password"), _("Forgot your password?"))
        self.confirmed = self.request.session.get(CONFIRMED, "")
        self.fields["login"].initial = shown(self.confirmed)

    def clean_login(self):
        return stored(super().clean_login())

    def login(self, request, redirect_url=None):
        request.session.pop(CONFIRMED, None)
        return super().login(request, redirect_url)


class AddEmailForm(allauth.AddEmailForm):

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New address")


class ResetPasswordForm(allauth.ResetPasswordForm):
    """Looks into both tables whatever it finds: allauth is quicker with a known address."""

    def clean_email(self):
        email = stored(self.cleaned_data["email"])
        addresses = list(EmailAddress.objects.filter(email=email).select_related("user"))
        people = set(User.objects.filter(email=email))
        verified = {address.user for address in addresses if address.verified}
        people.update(address.user for address in addresses)
        self.users = [person for person in verified or people if person.is_active]
        return email


class AddressForm(forms.Form):
    """Another address for an account that has confirmed none."""

    email = allauth.EmailField(label=_("E-mail"))

    def clean_email(self):
        return AccountAdapter().clean_email(self.cleaned_data["email"])
