"""What allauth calls to save accounts, send letters and end sessions."""
from allauth.account.adapter import DefaultAccountAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from apps.audit.services import Action

from . import letters
from .addresses import stored
from .letters import Kind
from .middleware import zone_of
from .models import User
from .services import record_user

# Words of allauth's forms: where they stand here, our Russian goes before its own.
gettext_noop("Email")
gettext_noop("Email address")
gettext_noop("You must type the same password each time.")

CONFIRMED = "confirmed_email"  # in the session: the address with which to log in now


class AccountAdapter(DefaultAccountAdapter):
    """Signs people up in the language in which they came, and writes to them in their own."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "duplicate_email": _("This is your address already."),
        "email_password_mismatch": _("There is no account with this e-mail and this password."),
        "too_many_login_attempts": _(
            "Too many wrong tries. Wait five minutes, or choose a new password."),
        "rate_limited": _("Too many requests. Wait a minute."),
        "incorrect_password": _("This is not your password."),
        "enter_current_password": _("This is not your password."),
        "incorrect_code": _("This code is wrong. Type the one that the app shows now."),
    }

    def save_user(self, request, user, form, commit=True):
        user.language = request.LANGUAGE_CODE
        user.email = form.cleaned_data["email"]
        user.password = form.hashed
        user.save()
        return user

    def clean_email(self, email):
        return stored(email)

    def respond_user_inactive(self, request, user):
        """Tell a blocked person, whose password or letter proved who they are, why and by whom."""
        return render(request, "account/account_inactive.html", {"person": user}, status=403)

    def set_password(self, user, password):
        """Save nothing else: a block meanwhile stays a block."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def render_mail(self, *args, **kwargs):
        self.message = super().render_mail(*args, **kwargs)
        return self.message

    def send_mail(self, template_prefix, email, context):
        """Write in the language of the account; to an address without one, of the page.

        The account is looked for also where the context has it, so that a letter to a known
        address takes as long as one to an unknown.
        """
        known = User.objects.filter(email=email.lower()).first()
        user = context.get("user") or known
        language = getattr(user, "language", "") or translation.get_language()
        with translation.override(language), timezone.override(zone_of(user)):
            super().send_mail(template_prefix, email, context)
        kind = letters.kind_of(template_prefix, self.request)
        letters.remember(self.request, kind, email, self.message)

    def respond_email_verification_sent(self, request, user):
        """Note who waits, as no letter is sent soon after another. The sign-up has noted it."""
        if user and not getattr(request, "signs_up", False):
            letters.expect(request, Kind.CONFIRM, user.email, user.pk)
        return super().respond_email_verification_sent(request, user)

    def get_email_verification_redirect_url(self, email_address):
        """Lead on: to the login with the address filled in, or to where it was changed."""
        if self.request.user.is_authenticated:
            return reverse("account_email")
        self.request.session[CONFIRMED] = email_address.email
        return reverse("account_login")


class SessionsAdapter(DefaultUserSessionsAdapter):
    """Ends sessions, and adds that to the audit."""

    def end_sessions(self, sessions):
        sessions = list(sessions)
        super().end_sessions(sessions)
        if sessions:
            record_user(Action.SESSIONS, sessions[0].user, details=len(sessions))
