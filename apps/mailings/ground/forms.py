"""What is said of a ground, and the choice of one for people."""
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.users.models import User

from ..owned_form import one_line
from .models import Ground


class GroundForm(forms.ModelForm):
    """On what ground people are written to."""

    class Meta:
        model = Ground
        fields = ["text", "purpose", "version", "agreed_on", "proof"]
        labels = {
            "text": gettext_lazy("From where, and what they agreed to"),
            "purpose": gettext_lazy("What they are written for"),
            "version": gettext_lazy("Version of that text"),
            "agreed_on": gettext_lazy("When they agreed"),
            "proof": gettext_lazy("Where the proof lies")}
        widgets = {
            "text": forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
            "purpose": forms.Select(attrs={"class": "form-select"}),
            "version": forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
            "agreed_on": forms.DateInput(
                format="%Y-%m-%d", attrs={"class": "form-control", "type": "date"}),
            "proof": forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"})}
        help_texts = {
            "text": gettext_lazy("For example: customers of the shop, ticked “Send me news” when "
                                 "they ordered."),
            "proof": gettext_lazy("For example: the shop's database, a folder of paper forms.")}

    def clean_proof(self) -> str:
        return one_line(self.cleaned_data["proof"])


class GroundChoiceForm(GroundForm):
    """One of the owner's grounds, or a new one."""

    known = forms.ModelChoiceField(
        Ground.objects.none(), required=False, label=gettext_lazy("One that is written down"))
    field_order = ["known"]

    def __init__(self, data: Any = None, *, owner: User, **kwargs: Any) -> None:
        self.owner = owner
        super().__init__(data, instance=Ground(owner=owner), **kwargs)
        known = self.fields["known"]
        assert isinstance(known, forms.ModelChoiceField)
        known.queryset = Ground.objects.owned_by(owner)
        known.empty_label = _("A new one, as written below")
        self.fields["text"].required = False
        self.fields["purpose"].required = False
        if not known.queryset.exists():
            del self.fields["known"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["purpose"] = cleaned.get("purpose") or Ground.Purpose.ADVERTISING
        said = any(cleaned.get(name) for name in ("text", "version", "agreed_on", "proof"))
        if cleaned.get("known") and said:
            self.add_error("known", _("Choose one that is written down, or write a new one, not "
                                      "both."))
        elif not cleaned.get("known") and "known" not in self.errors and not cleaned.get("text"):
            self.add_error("text", _("Say where the addresses come from, and what their people "
                                     "agreed to."))
        return cleaned

    def chosen(self) -> Ground:
        """Return the ground that was chosen, or the new one, which is not saved yet."""
        known = self.cleaned_data.get("known")
        return known if isinstance(known, Ground) else self.instance

    def given(self) -> dict[str, Any]:
        """Return what a job with many recipients is given."""
        from .services import ground_save
        ground = self.chosen()
        if ground.pk is None:
            ground_save(ground=ground)
        return {"ground": ground.pk}
