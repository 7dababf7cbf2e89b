"""A moment as people enter it: date and time in their own zone, to the minute."""
from datetime import UTC

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

YEARS = range(2000, 2101)


class MomentField(forms.DateTimeField):
    """A date and time in the person's zone; a time that the clocks skip is an error."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def has_changed(self, initial, data):
        """Whether the text differs from what was shown: seconds are not, nor which 02:30 it is."""
        shown = self.widget.format_value(self.prepare_value(initial))
        return (shown or "") != (data or "")

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
