"""The admin of the nouns: the forms' rules and the services of the pages; history is read only."""
from dataclasses import replace
from functools import partial

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import ManyToManyRawIdWidget
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.addresses import shown as address_shown
from apps.core.admin import ListAdmin, ReadOnlyAdmin, address
from apps.core.listing import LONGEST_QUERY
from apps.core.numbers import MANY, Number, counted
from apps.core.sieve import Sifted

from .attempts.finding import found_by
from .mailings.forms import MailingForm
from .messages.forms import MessageForm
from .messages.services import message_save
from .hours.forms import HOURS
from .models import Attempt, Delivery, Mailing, Message, Recipient, Run, Suppression
from .picks.fields import IdsField, IdsInput, choice_in
from .recipients.forms import RecipientForm
from .search import with_words
from .senders.admin import SenderAdmin
from .senders.models import Sender
from .services import (
    OwnedRefused, deletion_refusal, mailing_save, owned_delete, recipient_save)
from .versions import ChangedElsewhere
from .whom.audience import members
from .whom.forms import WHOM
from .whom.rules import whom_of


class OwnedAdmin(ListAdmin):
    """Rows that have an owner, by the rules of the owner's form. Who adds one here owns it."""

    form_fields: list[str] = []
    readonly_fields = ["owner", "created_at", "updated_at"]
    ordering = ["-id"]
    sortable_by: list[str] = []  # an address book has a million rows
    list_select_related = ["owner"]

    def only_looks(self, request, obj):
        return obj is not None and not self.has_change_permission(request, obj)

    def get_fields(self, request, obj=None):
        fields = [*self.form_fields, *(self.readonly_fields if obj else [])]
        if self.only_looks(request, obj):
            columns = {field.name for field in self.opts.concrete_fields}
            return [name for name in fields if name in columns]
        return fields

    def get_form(self, request, obj=None, change=False, **kwargs):
        """Return the owner's form; for who may only look, one without fields."""
        if self.only_looks(request, obj):
            return super().get_form(request, obj, change, **{**kwargs, "form": forms.ModelForm})
        form = super().get_form(request, obj, change, **kwargs)
        return partial(form, owner=obj.owner if obj else request.user)

    def save_form(self, request, form, change):
        owned = super().save_form(request, form, change)
        owned.owner = form.owner
        return owned

    def save_related(self, request, form, formsets, change):
        """Do nothing: the service wrote it."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Check the form again if another save was quicker: now it finds the other's row."""
        ask = partial(super().changeform_view, request, object_id, form_url, extra_context)
        try:
            return ask()
        except ValidationError:
            return ask()

    def get_deleted_objects(self, objs, request):
        """Name only the objects: what refers to them is kept as history. Raises OwnedRefused."""
        for owned in objs:
            if reason := deletion_refusal(owned):
                raise OwnedRefused(f"{owned}: {reason}")
        names = [str(owned) for owned in objs]
        return names, {self.opts.verbose_name_plural: len(names)}, set(), []

    def delete_model(self, request, obj):
        owned_delete(owned=obj)

    @transaction.atomic
    def delete_queryset(self, request, queryset):
        for owned in queryset:
            owned_delete(owned=owned)

    def delete_view(self, request, object_id, extra_context=None):
        try:
            return super().delete_view(request, object_id, extra_context)
        except OwnedRefused as reason:
            return self.refused(request, reason)

    def changelist_view(self, request, extra_context=None):
        try:
            return super().changelist_view(request, extra_context)
        except OwnedRefused as reason:
            return self.refused(request, reason)

    def refused(self, request, reason):
        """Say on the list why nothing was deleted."""
        self.message_user(request, str(reason), messages.ERROR)
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")


@admin.register(Recipient)
class RecipientAdmin(OwnedAdmin):
    form = RecipientForm
    form_fields = ["email", "full_name", "comment"]
    readonly_fields = ["owner", "bounced_at", "bounced_reply", "created_at", "updated_at"]
    list_display = [address, "full_name", "owner", "bounced_at"]
    search_fields = ["search_text"]

    def get_search_results(self, request, queryset, search_term):
        """Find by the words that a recipient's own list finds by; few by their ids."""
        text = search_term[:LONGEST_QUERY]
        if not text:
            return queryset, False
        sieve = with_words(text)
        ids = Sifted(queryset, sieve).ids
        if len(ids) > MANY:
            return queryset.filter(sieve.keeps), False
        return queryset.filter(pk__in=ids), False

    def save_model(self, request, obj, form, change):
        recipient_save(recipient=obj, fields=form.written)


@admin.register(Message)
class MessageAdmin(OwnedAdmin):
    form = MessageForm
    form_fields = ["subject", "body"]
    list_display = ["subject", "kind", "owner", "updated_at"]
    search_fields = ["subject", "owner__email"]

    def save_model(self, request, obj, form, change):
        fields = form.written
        if "body" in form.changed_data and obj.kind != Message.Kind.TEXT:
            obj.own_text = True  # or it would be made of the HTML again
            fields = fields and {*fields, "own_text"}
        message_save(message=obj, fields=fields)


class RecipientsInput(ManyToManyRawIdWidget):
    """Ids with commas between, and a window to choose among the owner's recipients."""

    value_from_datadict = IdsInput.value_from_datadict

    def __init__(self, owner=None):
        super().__init__(Mailing._meta.get_field("recipients").remote_field, admin.site)
        self.owner = owner

    def base_url_parameters(self):
        return {"owner__id__exact": self.owner.pk}


class MailingAdminForm(MailingForm):
    """The mailing's form; ids of recipients are added, and taken out."""

    message = forms.ModelChoiceField(Message.objects.none(), label=_("Message"))
    recipients = IdsField(label=_("Recipients"), widget=RecipientsInput)
    without = IdsField(label=_("Less these"), widget=RecipientsInput)

    def __init__(self, *args, **kwargs):
        # Else all who are in the mailing are read, to be shown: it may be a million.
        self._meta.fields = [name for name in self._meta.fields if name != "recipients"]
        super().__init__(*args, **kwargs)
        for name in ("recipients", "without"):
            self.fields[name].widget.owner = self.owner

    def chosen(self, cleaned):
        """Take everybody less some as a search that finds all: here both can be chosen at once."""
        if cleaned["everyone"] and cleaned.get("without"):
            cleaned["everyone"] = False
            return replace(choice_in(cleaned), texts=("",))
        return super().chosen(cleaned)


@admin.register(Mailing)
class MailingAdmin(OwnedAdmin):
    form = MailingAdminForm
    form_fields = ["name", "sender", "message", "kind", "when", "starts_at", "at_once", "ends_at",
                   *HOURS, "stays", "recipients", "without", *WHOM]
    readonly_fields = ["owner", "number", "status", "disabled_at", "disabled_by",
                       "disabled_reason", "created_at", "updated_at"]
    list_display = [
        "title", "owner", "sender", "status", "autostart", "starts_at", "ends_at", "disabled_at"]
    list_filter = ["status", "kind", "autostart"]
    search_fields = ["name", "message__subject", "owner__email"]
    list_select_related = ["message", "owner", "sender"]

    @admin.display(description=pgettext_lazy("of a mailing", "Name"))
    def title(self, mailing):
        return mailing.title

    @admin.display(description=_("recipients"))
    def number(self, mailing):
        return str(Number(counted(members(whom_of(mailing), now=timezone.now()))))

    def get_queryset(self, request):
        """Return the mailings, their statuses as they are now."""
        Mailing.objects.refresh_statuses(timezone.now())
        return super().get_queryset(request).defer("message__body")

    def save_model(self, request, obj, form, change):
        try:
            mailing_save(mailing=obj, choice=form.choice, groups=form.groups, fields=form.written)
        except ChangedElsewhere as newer:
            raise ValidationError(str(newer)) from None


class HistoryAdmin(ReadOnlyAdmin):
    """Runs, deliveries and attempts, by the million. The letters' texts are in the messages."""

    ordering = ["-id"]
    sortable_by: list[str] = []


@admin.register(Suppression)
class SuppressionAdmin(HistoryAdmin):
    readonly_fields = [address]
    fields = [address, "owner", "reason", "note", "created_at"]
    list_display = [address, "owner", "reason", "created_at"]
    search_fields = ["email", "owner__email"]
    list_select_related = ["owner"]


admin.site.register(Sender, SenderAdmin)


class LetterAdmin(HistoryAdmin):
    """Deliveries and attempts, which are found by whom they were for."""

    search_fields = ["recipient__search_text"]

    def get_search_results(self, request, queryset, search_term):
        text = search_term[:LONGEST_QUERY]
        if not text:
            return queryset, False
        return found_by(queryset, text), False


@admin.register(Run)
class RunAdmin(HistoryAdmin):
    readonly_fields = ["from_whom"]
    fields = ["mailing", "owner", "started_by", "trigger", "from_whom", "subject", "state",
              "reason", "server_words", "hold_until", "total", "sent", "failed", "unknown",
              "skipped", "started_at", "finished_at", "updated_at"]
    list_display = ["id", "mailing", "owner", "state", "reason", "total", "sent", "failed",
                    "unknown", "skipped", "started_at"]
    list_filter = ["state", "trigger"]
    search_fields = ["subject", "owner__email"]
    list_select_related = ["mailing__message", "owner"]

    @admin.display(description=_("From whom"))
    def from_whom(self, run):
        """Return from whom its letters came, as it was then; nothing of the service's own."""
        return f"{run.from_name} {address_shown(run.from_address)}".strip() or None

    def get_queryset(self, request):
        return super().get_queryset(request).without_letter().defer(
            "mailing__message__body")


@admin.register(Delivery)
class DeliveryAdmin(LetterAdmin):
    readonly_fields = [address]
    fields = ["run", "recipient", address, "full_name", "state", "tries", "next_try_at", "answer",
              "settled_by", "settled_at", "updated_at"]
    list_display = [address, "run", "state", "tries", "updated_at"]
    list_filter = ["state"]
    list_select_related = ["run"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer(
            "run__body", "run__html", "run__attachments")


@admin.register(Attempt)
class AttemptAdmin(LetterAdmin):
    readonly_fields = [address]
    fields = ["attempted_at", "mailing", "run", "owner", "recipient", address, "status",
              "outcome_unknown", "code", "server_response"]
    ordering = ["-attempted_at", "-id"]
    list_display = ["attempted_at", address, "mailing", "status", "code", "server_response"]
    list_filter = ["status"]
    list_select_related = ["mailing__message"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("mailing__message__body")
