"""The form of a sender's bounce mailbox."""
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.addresses import domain_shown, shown
from apps.core.hosts import IMAP_PORTS, is_port_allowed, named_host
from apps.mailings.owned_form import one_line
from apps.mailings.recipients.addresses import normalized
from apps.mailings.senders.mailboxes import BounceMailbox
from apps.mailings.senders.models import Sender
from apps.mailings.senders.providers import provider_of_address, provider_of_host

from .account import is_password_lost, shares_password
from .presets import proposed

# The ports are those of mailboxes, not of sending.
SECURITY = [
    (Sender.Security.TLS, gettext_lazy("TLS from the first octet (993)")),
    (Sender.Security.STARTTLS, gettext_lazy("STARTTLS (143)")),
    (Sender.Security.NONE, Sender.Security.NONE.label),
]
NOT_IN_FOLDERS = "%*"  # they stand for many folders (RFC 3501, 6.3.8)


class MailboxForm(forms.ModelForm):
    """Name the mailbox or change it. What was typed as the password is never shown again."""

    address = forms.CharField(
        label=gettext_lazy("Address"), max_length=320,
        help_text=gettext_lazy("What comes back of this sender's letters goes there."),
        widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off"}))
    shares = forms.BooleanField(
        label=gettext_lazy("The same login and password as the sender's"), required=False)
    login = forms.CharField(
        label=gettext_lazy("Login"), max_length=254, required=False, strip=False,
        help_text=gettext_lazy("Leave it empty where it is the address itself."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}))
    new_password = forms.CharField(
        label=gettext_lazy("Password"), max_length=1000, required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    is_on = forms.BooleanField(
        label=gettext_lazy("Read it every five minutes"), required=False, initial=True)

    class Meta:
        model = BounceMailbox
        fields = ["address", "login", "host", "port", "security", "folder", "is_on"]
        widgets = {
            "host": forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"})}

    field_order = ["address", "shares", "login", "new_password", "host", "port", "security",
                   "folder", "is_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sender: Sender = self.instance.sender
        self.fields["security"].choices = SECURITY  # type: ignore[attr-defined]
        self.fields["folder"].help_text = _(
            "What was understood is moved there; the rest stays where it is. Nothing is deleted.")
        if self.instance.pk is None:
            self.initial.update(proposed(self.sender))
        else:
            self.initial["shares"] = not self.instance.password
        self.initial["address"] = shown(self.initial["address"])
        self.initial["host"] = domain_shown(self.initial["host"])
        if self.initial["login"] == self.initial["address"]:
            self.initial["login"] = ""
        if self.instance.password and not is_password_lost(self.instance):
            self.fields["new_password"].help_text = _(
                "The password is stored. Leave this empty to keep it.")
        if not self.sender.password:
            del self.fields["shares"]

    def clean_address(self) -> str:
        return str(normalized(self.cleaned_data["address"]))

    def clean_host(self) -> str:
        return str(named_host(self.cleaned_data["host"]))

    def clean_port(self) -> int:
        port = int(self.cleaned_data["port"])
        if not is_port_allowed(port, IMAP_PORTS):
            raise ValidationError(_("Mailboxes are not read at this port. It is one of %(ports)s.")
                                  % {"ports": ", ".join(map(str, IMAP_PORTS))})
        return port

    def clean_security(self) -> str:
        security = str(self.cleaned_data["security"])
        if security == Sender.Security.NONE and not settings.SMTP_ALLOW_PRIVATE:
            raise ValidationError(_(
                "The password would cross the network for everybody to read. Choose encryption."))
        return security

    def clean_login(self) -> str:
        return one_line(self.cleaned_data["login"]).strip()

    def clean_new_password(self) -> str:
        return one_line(self.cleaned_data["new_password"])

    def clean_folder(self) -> str:
        folder = one_line(self.cleaned_data["folder"]).strip().strip("/")
        if not folder or folder.upper() == "INBOX":
            raise ValidationError(_("Name another folder than the one where letters come in."))
        if any(sign in folder for sign in NOT_IN_FOLDERS):
            raise ValidationError(_(
                "An asterisk or a percent sign can not stand in a folder's name."))
        return folder

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "address" in cleaned and "host" in cleaned and "login" in cleaned:
            self.check_login(cleaned)
            self.check_address(cleaned)
        return cleaned

    def check_login(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("shares"):
            cleaned["login"] = cleaned["login"] or cleaned["address"]
            return
        cleaned["login"] = self.sender.login
        if not shares_password(self.sender, cleaned["host"]):
            self.add_error("shares", _(
                "The sender's password is not given to another house's server: enter that of this "
                "mailbox."))

    def check_address(self, cleaned: dict[str, Any]) -> None:
        """Refuse an address that may be somebody else's: what comes back would go to them."""
        if not is_of_sender(self.sender, cleaned["address"], cleaned["login"], cleaned["host"]):
            self.add_error("address", _(
                "It has to be the sender's own address or one of its domain, or the login of a "
                "mailbox at a known mail service: what comes back must go to nobody else."))

    def ask_password_again(self) -> None:
        """Say that the password is not on the page that shows what is wrong."""
        if self.data.get("new_password") and "new_password" not in self.errors:
            self.add_error("new_password", _(
                "Enter the password again: it is not kept on a page."))


def is_of_sender(sender: Sender, address: str, login: str, host: str) -> bool:
    """Whether `address` is surely of the sender's owner."""
    if address == sender.address:
        return True
    domain = address.rpartition("@")[2]
    own = sender.address.rpartition("@")[2]
    is_related = domain == own or domain.endswith(f".{own}") or own.endswith(f".{domain}")
    if is_related and provider_of_address(address) is None:
        return True
    # The login proves it: nobody else makes logins there.
    return provider_of_host(host) is not None and login.lower() == address.lower()
