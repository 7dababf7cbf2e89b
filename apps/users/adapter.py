"""What allauth calls to save accounts, send letters and end sessions."""
from allauth.account.adapter import DefaultAccountAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.shortcuts import render
from django.utils import timezone, translation

from apps.audit.services import Action

from .middleware import zone_of
from .models import User
from .services import record_user


class AccountAdapter(DefaultAccountAdapter):
    """Signs people up in the language in which they came, and writes to them in their own."""

    def save_user(self, request, user, form, commit=True):
        user.language = request.LANGUAGE_CODE
        return super().save_user(request, user, form, commit)

    def respond_user_inactive(self, request, user):
        """Tell a blocked person, whose password or letter proved who they are, why and by whom."""
        return render(request, "account/account_inactive.html", {"person": user}, status=403)

    def set_password(self, user, password):
        """Save nothing else: a block meanwhile stays a block."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def send_mail(self, template_prefix, email, context):
        """Write in the language of the account; to an address without one, of the page."""
        user = context.get("user") or User.objects.filter(email=email.lower()).first()
        language = getattr(user, "language", "") or translation.get_language()
        with translation.override(language), timezone.override(zone_of(user)):
            super().send_mail(template_prefix, email, context)


class SessionsAdapter(DefaultUserSessionsAdapter):
    """Ends sessions, and adds that to the audit."""

    def end_sessions(self, sessions):
        sessions = list(sessions)
        super().end_sessions(sessions)
        if sessions:
            record_user(Action.SESSIONS, sessions[0].user, details=len(sessions))
