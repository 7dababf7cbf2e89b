"""What is asked before a test letter leaves: where to, from whom, and as whom it is filled."""
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.core.access import ids_in
from apps.core.addresses import shown
from apps.core.reasons import OfferingInput
from apps.mailings.models import Message, Recipient, Sender
from apps.mailings.recipients.addresses import normalized
from apps.users.models import User

from .addresses import account_addresses, addresses_of

OFFERED = 20  # clients


class TestLetterForm(forms.Form):
    """Choose among the owner's own; what is typed by hand leads to nobody else's."""

    __test__ = False  # no tests for pytest

    emails = forms.MultipleChoiceField(
        label=gettext_lazy("Send to"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one address.")})
    sender = forms.ModelChoiceField(
        Sender.objects.none(), label=pgettext_lazy("of letters", "From whom"), empty_label=None)
    whom = forms.CharField(
        label=gettext_lazy("As which client gets it"), required=False, max_length=320,
        help_text=gettext_lazy(
            "A part of a name or an address. Their name and fields are filled in; the letter "
            "goes to you."))

    def __init__(self, data: Any, *, owner: User, message: Message, to: str = "") -> None:
        super().__init__(data, auto_id="test-%s")
        self.owner = owner
        self.message = message
        self.people = Recipient.objects.owned_by(owner)
        self.offer_addresses()
        self.offer_senders()
        self.offer_people(to)

    def offer_addresses(self) -> None:
        addresses = addresses_of(self.owner)
        self.fields["emails"].choices = [  # type: ignore[attr-defined]
            (address, shown(address)) for address in addresses]
        ticked = [*account_addresses(self.owner), *addresses]
        self.initial.setdefault("emails", ticked[:1])

    def offer_senders(self) -> None:
        """Offer the owner's senders, the default one first; without any it is the service's."""
        senders = Sender.objects.owned_by(self.owner)
        if not senders.exists():
            del self.fields["sender"]
            return
        self.fields["sender"].queryset = senders  # type: ignore[attr-defined]
        first = senders.first()
        self.initial.setdefault("sender", first and first.pk)

    def offer_people(self, to: str) -> None:
        """Offer the first clients; the letter is for the one whose id is `to`, or the first."""
        chosen = self.people.filter(pk__in=ids_in([to]))
        offers = [*chosen, *self.people[:OFFERED]]
        self.named: dict[str, Recipient] = {
            str(recipient): recipient for recipient in reversed(offers)}
        if offers:
            self.initial.setdefault("whom", str(offers[0]))
        self.fields["whom"].widget = OfferingInput(reversed(self.named))

    def clean_whom(self) -> Recipient:
        """Return the client who is meant; the first one, or a sample, where nobody is named."""
        text = self.cleaned_data["whom"]
        if text in self.named:
            return self.named[text]
        text = text.replace("<", " ").replace(">", " ").strip()
        found = self.people.matching(text) if text else self.people
        recipient: Recipient | None = found.first()
        if recipient:
            return recipient
        if text:
            raise ValidationError(_("There is no such client among your recipients."))
        return Recipient(full_name=_("Anna Smirnova"), email="anna@example.com")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned.setdefault("sender", None)
        return cleaned


class TestAddressForm(forms.Form):
    """One more mailbox for test letters."""

    __test__ = False  # no tests for pytest

    email = forms.CharField(
        label=gettext_lazy("E-mail"), max_length=320,
        help_text=gettext_lazy("A letter with a link is sent there; by the link it is confirmed."),
        widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off"}))

    def clean_email(self) -> str:
        return str(normalized(self.cleaned_data["email"]))
