"""The part of a mailing's form that says at which hours and on which weekdays letters leave."""
from datetime import datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _

from apps.users.middleware import zone_of

from ..models import Mailing
from ..owned_form import OwnedForm
from .opening import ALL_WEEK, hours_of, opening_at
from .words import WORKDAYS

HOURS = ("hours_from", "hours_to", "weekdays")
# What one click sets, by the name of its button.
PRESETS: dict[str, dict[str, Any]] = {
    "always": {"hours_from": "", "hours_to": "", "weekdays": []},
    "workdays": {"hours_from": "09:00", "hours_to": "18:00", "weekdays": list(WORKDAYS)},
    "daily": {"hours_from": "09:00", "hours_to": "21:00", "weekdays": list(ALL_WEEK)},
}
NAMES = {"always": _("Always"), "workdays": _("On weekdays 9–18"), "daily": _("Every day 9–21")}


class ClockField(forms.TimeField):
    """A time of day, to the minute."""

    def __init__(self, label: Any) -> None:
        widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
        super().__init__(label=label, required=False, widget=widget)

    def to_python(self, value: Any) -> time | None:
        found = super().to_python(value)
        return found and found.replace(second=0, microsecond=0)


class HoursForm(OwnedForm):
    """Times of day and weekdays. None of them: letters leave at all times."""

    hours_from = ClockField(_("Not before"))
    hours_to = ClockField(_("Not after"))
    weekdays = forms.MultipleChoiceField(
        label=_("Weekdays"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(str(number + 1), day) for number, day in WEEKDAYS_ABBR.items()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["weekdays"] = list(self.initial.get("weekdays") or "")

    @property
    def has_hours(self) -> bool:
        """Whether the form shows any hours, or an error of theirs."""
        return any(self[name].value() or self.has_error(name) for name in HOURS)

    @property
    def presets(self) -> dict[str, Any]:
        return NAMES

    def clean_weekdays(self) -> str:
        weekdays = "".join(sorted(set(self.cleaned_data["weekdays"])))
        return "" if weekdays == ALL_WEEK else weekdays

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        start = cleaned.get("hours_from")
        if start is not None and start == cleaned.get("hours_to"):
            self.add_error("hours_to", ValidationError(
                _("These are the same times. For letters at any hour leave both empty.")))
        return cleaned

    def ask_for_an_hour(self, cleaned: dict[str, Any], since: datetime) -> None:
        """Refuse hours that never come between `since` and the end of sending."""
        ends_at = cleaned.get("ends_at")
        if ends_at is None or ends_at <= timezone.now() or any(map(self.has_error, HOURS)):
            return
        hours = hours_of(Mailing(**{name: cleaned.get(name) for name in HOURS}))
        if hours and opening_at(hours, zone_of(self.owner), since).opens >= ends_at:
            self.add_error("hours_from", ValidationError(
                _("Before the end of sending there is not one such hour: no letter would leave.")))
