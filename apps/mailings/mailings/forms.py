"""The mailing's form: a window of time, a message, and recipients by the thousand."""
from datetime import UTC, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.access import ids_in

from ..models import Mailing, Message, Recipient
from ..owned_form import OwnedForm

SHOWN = 50  # chosen recipients shown by name; candidates shown at once
YEARS = range(2000, 2101)
WAITS = {"starts_at": timedelta(hours=2), "ends_at": timedelta(days=3)}  # in a new form


class MomentField(forms.DateTimeField):
    """A date and time in the person's zone; a time that the clocks skip is an error."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value):
        try:
            moment = super().to_python(value)
        except ValidationError as error:
            if error.code != "ambiguous_timezone":
                raise
            moment = around_a_change(error.params["datetime"])
        if moment and moment.year not in YEARS:
            raise ValidationError(_("Choose a year from 2000 to 2100."))
        return moment


def around_a_change(naive):
    """Return the earlier of two moments when clocks go back; refuse one they skip."""
    zone = timezone.get_current_timezone()
    early = naive.replace(tzinfo=zone)
    late = early.replace(fold=1)
    if early.utcoffset() > late.utcoffset():
        return early
    # Each is shifted by the offset from the other side of the gap.
    before = late.astimezone(UTC).astimezone(zone)
    after = early.astimezone(UTC).astimezone(zone)
    raise ValidationError(
        _("The clocks skip this time. The nearest ones are %(before)s and %(after)s."),
        params={"before": f"{before:%H:%M}", "after": f"{after:%H:%M}"})


def ids_sent(data, name):
    """Return the ids in repeated fields `name`, or many in one with commas between, as texts."""
    return list(filter(str.strip, ",".join(data.getlist(name)).split(",")))


class IdsInput(forms.SelectMultiple):
    """Ids as `ids_sent` reads them."""

    def value_from_datadict(self, data, files, name):
        return ids_sent(data, name)


class RecipientsField(forms.ModelMultipleChoiceField):
    """Recipients by id: any number of them, in two queries."""

    widget = IdsInput

    def clean(self, value):
        ids = ids_in(value)
        found = self.queryset.filter(pk__in=ids)
        if len(ids) < len(value) or len(found) < len(set(ids)):
            raise ValidationError(_("Some of the chosen recipients are not in your list."))
        return found


class MailingForm(OwnedForm):
    """Make or edit a mailing. `everyone` stands for all of the owner's recipients."""

    starts_at = MomentField(label=_("First send"))
    ends_at = MomentField(label=_("End of sending"))
    recipients = RecipientsField(Recipient.objects.none(), label=_("Recipients"), required=False)
    everyone = forms.BooleanField(label=_("All recipients"), required=False)

    class Meta:
        model = Mailing
        fields = ["message", "starts_at", "ends_at", "recipients"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["message"].queryset = Message.objects.owned_by(self.owner)
        self.fields["message"].empty_label = _("Choose a message")
        self.book = Recipient.objects.owned_by(self.owner)
        self.fields["recipients"].queryset = self.book
        if self.instance.pk is None:
            start = timezone.localtime().replace(minute=0, second=0, microsecond=0)
            for name, wait in WAITS.items():
                self.initial[name] = self.initial.get(name) or start + wait

    def clean_ends_at(self):
        ends_at = self.cleaned_data["ends_at"]
        starts_at = self.cleaned_data.get("starts_at")
        if starts_at and ends_at <= starts_at:
            raise ValidationError(_("The end must be later than the first send."))
        if self.instance.pk is None and ends_at <= timezone.now():
            raise ValidationError(_("The end is in the past."))
        return ends_at

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("everyone"):
            cleaned["recipients"] = self.book
            self.errors.pop("recipients", None)
        if "recipients" not in self.errors and not cleaned.get("recipients"):
            self.add_error("recipients", _("Choose at least one recipient."))
        return cleaned

    def picked(self):
        """Return what the picker shows: names, the ids of those not named, and how many in all."""
        ids = ids_in(map(str, self["recipients"].value() or []))
        chosen = self.book.filter(pk__in=ids)
        rest = chosen.values_list("pk", flat=True)[SHOWN:]
        return {"named": chosen[:SHOWN], "rest": ",".join(map(str, rest)),
                "rest_count": len(rest), "count": chosen.count()}
