"""The form of an owner's branding."""
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.users.models import User

from ..blocks.fields import AddressField
from ..blocks.kinds import NETWORK_LABELS, NETWORKS
from ..media.fields import PictureField
from ..media.models import Picture
from ..owned_form import one_line
from .colours import LARGE, SMALL, contrast
from .models import Branding

COLOURS = ("accent", "text_colour", "background", "paper")
SOCIAL = "social-"  # before the name of a network


class BrandingForm(forms.ModelForm):
    """Colours, font, logo, requisites, and the addresses of networks."""

    site = forms.URLField(label=gettext_lazy("Site"), required=False, assume_scheme="https")

    class Meta:
        model = Branding
        fields = [*COLOURS, "font", "company", "site", "requisites"]
        widgets = {"requisites": forms.Textarea(attrs={"rows": 4}),
                   **{name: forms.TextInput(attrs={"type": "color"}) for name in COLOURS}}

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner
        self.fields["logo"] = PictureField(owner, label=_("Logo"))
        self.initial["logo"] = self.instance.logo.digest if self.instance.logo else ""
        for network in NETWORKS:
            self.fields[SOCIAL + network] = AddressField(label=str(NETWORK_LABELS[network]))
            self.initial[SOCIAL + network] = self.instance.social.get(network, "")

    def clean_company(self) -> str:
        return one_line(self.cleaned_data["company"])

    @property
    def branding(self) -> Branding:
        """The branding as the valid form has it, not saved."""
        branding: Branding = self.instance
        digest = self.cleaned_data["logo"]
        branding.logo = None
        if digest:
            branding.logo = Picture.all_objects.get(owner=self.owner, digest=digest)
        addresses = {name: self.cleaned_data[SOCIAL + name] for name in NETWORKS}
        branding.social = {name: address for name, address in addresses.items() if address}
        return branding

    def groups(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """Return the fields in groups: heading, class, fields."""
        social = [self[SOCIAL + name] for name in NETWORKS]
        return [
            (_("Colours and font"), "app-colours", [self[name] for name in (*COLOURS, "font")]),
            (_("Shop"), "", [self[name] for name in ("logo", "company", "site", "requisites")]),
            (_("Social links"), "app-colours", social)]


def hints_of(branding: Branding) -> list[str]:
    """Return what is hard to read, or to see, in these colours."""
    hints = []
    if contrast(branding.text_colour, branding.paper) < SMALL:
        hints.append(_("The text is hard to read on the colour of the letter: take a darker or a "
                       "lighter one."))
    if contrast(branding.accent, branding.paper) < LARGE:
        hints.append(_("Buttons hardly stand out from the colour of the letter. Links are made "
                       "darker or lighter by themselves, so that they can be read."))
    return hints
