"""The mailing's form: a window of time, a message, and recipients by the thousand."""
from datetime import UTC, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from ..models import Mailing, Message, Recipient
from ..owned_form import OwnedForm

LARGEST_ID = 2 ** 63 - 1
SHOWN = 50  # chosen recipients shown by name; candidates shown at once
YEARS = range(2000, 2101)


class MomentField(forms.DateTimeField):
    """A date and time in the person's zone; a time that the clocks skip is an error."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value):
        try:
            moment = super().to_python(value)
        except ValidationError as error:
            if error.error_list[0].code != "ambiguous_timezone":
                raise
            moment = self.around_a_change(error.error_list[0].params["datetime"])
        if moment and moment.year not in YEARS:
            raise ValidationError(_("Choose a year from 2000 to 2100."))
        return moment

    @staticmethod
    def around_a_change(naive):
        """Return the earlier of two moments when clocks go back; refuse one they skip."""
        zone = timezone.get_current_timezone()
        early, late = (naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
        if early.utcoffset() > late.utcoffset():
            return early
        times = sorted(moment.astimezone(UTC).astimezone(zone) for moment in (early, late))
        raise ValidationError(
            _("The clocks skip this time. The nearest ones are %(before)s and %(after)s."),
            params={"before": formats.date_format(times[0], "H:i"),
                    "after": formats.date_format(times[1], "H:i")})


class IdsInput(forms.SelectMultiple):
    """Ids as repeated fields, or many in one field with commas between."""

    def value_from_datadict(self, data, files, name):
        values = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
        return [text for value in values for text in str(value).split(",") if text.strip()]


class RecipientsField(forms.ModelMultipleChoiceField):
    """Recipients by id: any number of them, in two queries."""

    widget = IdsInput

    def clean(self, value):
        ids = self.ids(value or [])
        found = self.queryset.filter(pk__in=ids)
        if len(found) != len(ids):
            raise ValidationError(_("Some of the chosen recipients are not in your list."))
        return found

    @staticmethod
    def ids(values):
        """Return the set of ids in `values` (str or int); ValidationError for no id."""
        ids = {int(text) if str(text).isascii() and str(text).isdigit() and len(str(text)) < 20
               else LARGEST_ID + 1 for text in values}
        if any(number > LARGEST_ID for number in ids):
            raise ValidationError(_("Some of the chosen recipients are not in your list."))
        return ids


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
        self.book = self.fields["recipients"].queryset = Recipient.objects.owned_by(self.owner)
        if self.instance.pk is None:
            start = timezone.localtime().replace(minute=0, second=0, microsecond=0)
            for name, wait in (("starts_at", timedelta(hours=2)), ("ends_at", timedelta(days=3))):
                self.initial[name] = self.initial.get(name) or start + wait

    def clean_ends_at(self):
        ends_at, starts_at = self.cleaned_data["ends_at"], self.cleaned_data.get("starts_at")
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

    def picked_ids(self):
        """The ids chosen so far, whatever of them can be read."""
        values = self["recipients"].value() or []
        texts = [str(getattr(value, "pk", value)) for value in values]
        return {int(text) for text in texts
                if text.isascii() and text.isdigit() and len(text) < 19}

    def picked(self):
        """What the picker shows: names, the ids of those not named, and how many in all."""
        if not hasattr(self, "_picked"):
            chosen = list(self.book.filter(pk__in=self.picked_ids()))
            rest = chosen[SHOWN:]
            self._picked = {
                "named": chosen[:SHOWN], "rest": ",".join(str(row.pk) for row in rest),
                "rest_count": len(rest), "count": len(chosen)}
        return self._picked

    def book_size(self):
        return self.book.count()
