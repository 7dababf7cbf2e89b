"""The form of a sender: whose mailbox, what recipients see, and the account."""
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.addresses import domain_shown, shown
from apps.core.hosts import checked_port, named_host

from ..owned_form import OwnedForm, one_line
from ..recipients.addresses import normalized
from .models import Sender, is_service_offered
from .presets import LIMITS, OWN, PRESETS, SERVICE, Preset, preset_of_address, preset_of_host

TYPED = ("name", "address", "reply_to", "login", "_version")  # what a preset leaves as it is
MOST_LETTERS = 10_000_000  # of a limit


class SenderForm(OwnedForm):
    """Add or change a sender. What was typed as the password is never shown again."""

    preset = forms.ChoiceField(
        label=gettext_lazy("Whose mailbox is it"), widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose where the mailbox is.")})
    address = forms.CharField(
        label=gettext_lazy("Address"), max_length=320,
        widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off"}))
    reply_to = forms.CharField(
        label=gettext_lazy("Answers go to"), max_length=320, required=False,
        help_text=gettext_lazy("Leave it empty where they go to the same address."),
        widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off"}))
    login = forms.CharField(
        label=gettext_lazy("Login"), max_length=254, required=False, strip=False,
        help_text=gettext_lazy("Leave it empty where it is the address itself."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}))
    new_password = forms.CharField(
        label=gettext_lazy("Password"), max_length=1000, required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    class Meta:
        model = Sender
        fields = ["preset", "name", "address", "reply_to", "login", "host", "port", "security",
                  *LIMITS]
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "organization"}),
            "host": forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["preset"].choices = [  # type: ignore[attr-defined]
            (preset.key, preset.label) for preset in self.presets]
        self.fields["port"].required = False
        self.fields["security"].required = False
        for limit in LIMITS:
            self.fields[limit].widget.attrs |= {"min": 1, "placeholder": _("no limit")}
        if self.instance.pk:
            self.initial["address"] = shown(self.instance.address)
            self.initial["reply_to"] = shown(self.instance.reply_to)
            self.initial["host"] = domain_shown(self.instance.host)
            if self.instance.login == self.instance.address:
                self.initial["login"] = ""
            if self.instance.password and not self.instance.is_password_lost:
                self.fields["new_password"].help_text = _(
                    "The password is stored. Leave this empty to keep it.")
        else:
            self.propose()

    def propose(self) -> None:
        """Fill a new sender's form with what is known of its owner."""
        key = preset_of_address(self.owner.email)
        self.initial.update(PRESETS[key or OWN].server)
        self.initial.update(
            preset=key, name=self.owner.get_full_name(), address=shown(self.owner.email))

    @property
    def presets(self) -> list[Preset]:
        """Those that the form offers."""
        return [preset for preset in PRESETS.values()
                if preset.key != SERVICE or is_service_offered() or self.instance.uses_service]

    @property
    def is_known_server(self) -> bool:
        """Whether host, port and encryption need not be looked at."""
        wrong = {"host", "port", "security"}.intersection(self.errors)
        return self["preset"].value() not in (OWN, "", None) and not wrong

    @property
    def has_limits(self) -> bool:
        return any(self[limit].value() or limit in self.errors for limit in LIMITS)

    def clean_preset(self) -> str:
        key = str(self.cleaned_data["preset"])
        if key == SERVICE and not is_service_offered():
            raise ValidationError(_("The service's own server is not offered any more."))
        return key

    def clean_name(self) -> str:
        return " ".join(one_line(self.cleaned_data["name"]).split())

    def clean_address(self) -> str:
        return str(normalized(self.cleaned_data["address"]))

    def clean_reply_to(self) -> str:
        text = self.cleaned_data["reply_to"]
        return str(normalized(text)) if text else ""

    def clean_host(self) -> str:
        text = self.cleaned_data["host"].strip()
        return named_host(text) if text else ""

    def clean_login(self) -> str:
        return one_line(self.cleaned_data["login"]).strip()

    def clean_new_password(self) -> str:
        return one_line(self.cleaned_data["new_password"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("preset") == SERVICE:
            self.forget_account(cleaned)
            return cleaned
        self.check_limits(cleaned)
        if "preset" in cleaned and "host" in cleaned:
            self.check_server(cleaned)
            self.check_password(cleaned)
        return cleaned

    def forget_account(self, cleaned: dict[str, Any]) -> None:
        """Take no notice of what is hidden where the service's own server is chosen."""
        for name in ("reply_to", "login", "host", "port", "security", *LIMITS):
            self.errors.pop(name, None)
            cleaned.pop(name, None)
        self.errors.pop("new_password", None)
        cleaned["new_password"] = ""

    def check_limits(self, cleaned: dict[str, Any]) -> None:
        for limit in LIMITS:
            number = cleaned.get(limit)
            most = 1000 if limit == "connections" else MOST_LETTERS
            if number is not None and not 1 <= number <= most:
                self.add_error(limit, _("From 1 to %(most)s, or nothing.") % {"most": most})

    def check_server(self, cleaned: dict[str, Any]) -> None:
        """Take the server of a known mail service where none, or another service's, is named."""
        preset = PRESETS[cleaned["preset"]]
        host = cleaned["host"]
        if preset.host and host not in preset.hosts:
            if host and not preset_of_host(host):
                cleaned["preset"] = OWN
            else:
                cleaned |= {"host": preset.host, "port": preset.port, "security": preset.security}
        if not cleaned["host"]:
            self.add_error("host", _("Name the mail server."))
        if "port" not in self.errors:
            cleaned["port"] = cleaned.get("port") or preset.port
            self.check_port(cleaned["port"])
        cleaned["security"] = cleaned.get("security") or preset.security

    def check_port(self, port: int) -> None:
        try:
            checked_port(port)
        except ValidationError as why:
            self.add_error("port", why)

    def check_password(self, cleaned: dict[str, Any]) -> None:
        """Take the address for the login; ask for a password where one is needed."""
        if {"login", "new_password"}.intersection(self.errors):
            return
        kept = self.instance.password and not self.instance.is_password_lost
        has_password = bool(cleaned.get("new_password") or kept)
        preset = PRESETS[cleaned["preset"]]
        if not cleaned["login"] and preset.login_from:
            self.add_error("login", _("Here the login is not the address: enter it."))
            return
        if not cleaned["login"] and (has_password or preset.key != OWN):
            cleaned["login"] = cleaned.get("address", "")
        if not has_password and (cleaned["login"] or preset.key != OWN):
            self.add_error("new_password", _("Enter the password."))
        if cleaned["login"] and cleaned["security"] == Sender.Security.NONE \
                and not settings.SMTP_ALLOW_PRIVATE:
            self.add_error("security", _(
                "The password would cross the network for everybody to read. Choose encryption."))

    def ask_password_again(self) -> None:
        """Say that the password is not on the page that shows what is wrong."""
        if self.data.get("new_password") and "new_password" not in self.errors:
            self.add_error("new_password", _(
                "Enter the password again: it is not kept on a page."))


def with_preset(data: Any, owner: Any, sender: Sender) -> SenderForm:
    """Return the form with what was typed, the server being that of the chosen preset."""
    preset = PRESETS.get(data.get("preset", ""), PRESETS[OWN])
    form = SenderForm(owner=owner, instance=sender)
    form.initial.update({name: data.get(name, "") for name in TYPED})
    form.initial.update(preset.server, preset=preset.key)
    host = data.get("host", "")
    if preset.key == OWN and not preset_of_host(host):
        form.initial["host"] = host
    return form
