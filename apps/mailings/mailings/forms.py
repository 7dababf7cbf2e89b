"""The mailing's form: a window of time, a sender, a message. Whom it is for: `whom/forms.py`."""
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.access import ids_in

from ..hours.forms import HOURS, HoursForm
from ..models import Mailing, Message
from ..owned_form import one_line
from ..senders.readiness import sender_refusal
from ..titles import without_fields
from ..whom.forms import WHOM, WhomForm
from .from_whom import SenderField, sender_choices, without_sender
from .moments import MomentField


class When(models.TextChoices):
    """The form's first question. Only PLANNED lets the clock start the mailing."""

    DRAFT = "draft", _("Draft, does not start by itself")
    NOW = "now", _("Now")
    PLANNED = "planned", _("At a set time")


class MailingForm(HoursForm, WhomForm):
    """Make or edit a mailing."""

    when = forms.ChoiceField(
        label=_("When to send"), choices=When.choices, required=False, widget=forms.RadioSelect)
    starts_at = MomentField(
        label=_("First send"), help_text=_("Matters only where the mailing starts by itself."))
    at_once = forms.BooleanField(
        label=_("Start at once: the time has passed already"), required=False)
    ends_at = MomentField(
        label=_("End of sending"),
        help_text=_("Whoever we do not reach by this hour gets no letter."))

    sender = SenderField()

    class Meta:
        model = Mailing
        fields = ["name", "sender", "message", "kind", "starts_at", "ends_at", *HOURS, *WHOM]
        labels = {"kind": _("What these letters are")}
        widgets = {"kind": forms.RadioSelect}
        help_texts = {"name": _("Only you see it. Without one, it is the letter's subject.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["message"].queryset = Message.objects.owned_by(self.owner)
        self.fields["message"].empty_label = _("Choose a message")
        self.fields["kind"].required = False  # a page that does not ask leaves it as it is
        self.offer_senders()
        # The clock does not look at what was sent once.
        self.fields["when"].disabled = bool(self.instance.pk and self.instance.runs.exists())
        self.initial.setdefault("when", self.stored_when())
        if self.instance.message_id:
            title = without_fields(self.instance.message.subject)
            self.fields["name"].widget.attrs["placeholder"] = title

    def offer_senders(self):
        """Offer the owner's senders, the default one first to a new mailing."""
        stay = ids_in([str(self.instance.sender_id), str(self.initial.get("sender"))])
        offered = sender_choices(self.owner, stay)
        self.fields["sender"].queryset = offered
        self.fields["sender"].empty_label = without_sender()
        self.senders = {str(sender.pk): sender for sender in offered}
        if self.instance.pk is None and self.initial.get("sender") is None:
            self.initial["sender"] = next(
                (sender.pk for sender in self.senders.values() if sender.is_default), None)

    @property
    def sender_shown(self):
        """The sender that the form shows as chosen; None of none."""
        return self.senders.get(str(self["sender"].value()))

    @property
    def sender_need(self):
        """Why no letter can go by the chosen sender; "" where one can."""
        return sender_refusal(self.sender_shown)

    def stored_when(self):
        if self.instance.pk and self.instance.autostart:
            return When.PLANNED
        return When.DRAFT

    @property
    def written(self):
        if self.fields["when"].disabled:
            return super().written
        return {*super().written, "autostart"}

    @property
    def past_start(self):
        """Whether the form has to ask about a start that has passed."""
        return self.has_error("starts_at", "past") or self["at_once"].value()

    def clean_name(self):
        return one_line(self.cleaned_data["name"])

    def clean_kind(self):
        return self.cleaned_data["kind"] or self.instance.kind

    def clean_when(self):
        return self.cleaned_data["when"] or self.stored_when()

    def clean_sender(self):
        """Return the sender that was chosen, or where the page did not ask the one it would show.
        """
        name = self.add_prefix("sender")
        widget = self.fields["sender"].widget
        if widget.value_omitted_from_data(self.data, self.files, name):
            return self.senders.get(str(self.initial.get("sender")))
        return self.cleaned_data["sender"]

    def clean_starts_at(self):
        return self.unless_as_shown("starts_at")

    def clean_ends_at(self):
        ends_at = self.unless_as_shown("ends_at")
        starts_at = self.cleaned_data.get("starts_at")
        if starts_at and ends_at <= starts_at:
            raise ValidationError(_("The end must be later than the first send."))
        if self.instance.pk is None and ends_at <= timezone.now():
            raise ValidationError(_("The end is in the past."))
        return ends_at

    def unless_as_shown(self, name):
        """Return the moment given, or the stored one where the text is as it was shown.

        The text has no seconds, and does not tell the first of two 02:30s from the second.
        """
        if self.instance.pk and name not in self.changed_data:
            return self.initial[name]
        return self.cleaned_data[name]

    def clean(self):
        cleaned = super().clean()
        if "when" in cleaned and not self.fields["when"].disabled:
            self.instance.autostart = cleaned["when"] == When.PLANNED
            if cleaned["when"] == When.NOW:
                self.ask_for_an_hour(cleaned, timezone.now())
            if self.instance.autostart:
                self.ask_for_an_hour(cleaned, max(
                    timezone.now(), cleaned.get("starts_at") or timezone.now()))
                self.ask_about_past_start(cleaned)
                self.ask_for_ready_sender(cleaned)
        return cleaned

    def ask_about_past_start(self, cleaned):
        """Take a start that has passed only from who says that it is to start at once: now."""
        now = timezone.now()
        starts_at = cleaned.get("starts_at")
        ends_at = cleaned.get("ends_at")
        if starts_at is None or ends_at is None or starts_at > now or ends_at <= now:
            return
        if cleaned.get("at_once"):
            cleaned["starts_at"] = now
        else:
            self.add_error("starts_at", ValidationError(
                _("This time has passed. Choose a later one, or tick that it starts at once."),
                code="past"))

    def ask_for_ready_sender(self, cleaned):
        """Take a sender that no letter can go by for a draft alone."""
        if "sender" in cleaned and (reason := sender_refusal(cleaned["sender"])):
            self.add_error("sender", reason)
