"""Where allauth asks us."""
from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Signs people up in the language in which they came."""

    def save_user(self, request, user, form, commit=True):
        user.language = request.LANGUAGE_CODE
        return super().save_user(request, user, form, commit)
