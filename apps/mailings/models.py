"""The nouns: recipients, messages, mailings, attempts; runs and their ledger are in `runs.py`.

Recipients, messages and mailings are deleted softly (`deleted_at`), owners are PROTECT, so that
the attempts about them stay.
"""
from datetime import datetime, timedelta

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.addresses import shown
from apps.core.fields import DerivedText, SortKey

from .drafts.models import Draft  # noqa: F401  # for Django's migrations
from .fields.models import Field  # noqa: F401  # the same
from .ground.models import Ground
from .imports.models import Import, ImportChange, ImportRow  # noqa: F401  # the same
from .indexes import IN_BOOK, OF_ATTEMPTS, OF_RECIPIENTS, list_indexes
from .owned import HistoryQuerySet, NotDeletedManager, Owned, OwnedQuerySet
from .runs import Delivery, Run
from .search import LONGEST_SORT_NAME, search_text_of, sort_name_of, with_words
from .segments.models import Segment  # noqa: F401  # the same
from .senders.models import Sender
from .suppression.models import Suppression  # noqa: F401  # for Django's migrations
from .tags.models import Tag, Tagging
from .titles import without_fields
from .whom.models import Addressed


class RecipientQuerySet(OwnedQuerySet):

    def namesakes(self, recipient):
        """Return others in the same book with the address of `recipient`, whatever its case."""
        return self.filter(owner=recipient.owner_id, email__iexact=recipient.email).exclude(
            pk=recipient.pk)

    def matching(self, text):
        """Return those in whose name, address or comment each word of `text` is."""
        return self.filter(with_words(text).keeps)

    def marked_by(self, owner, keys):
        """Return the owner's recipients that replies with these keys marked as bounced."""
        return self.filter(owner=owner, bounced_at__isnull=False, bounced_key__in=keys).exclude(
            bounced_key="")


class Recipient(Owned):
    """A client in somebody's address book; the e-mail is unique within that book."""

    class Source(models.TextChoices):
        HAND = "hand", pgettext_lazy("source", "Added by hand")
        IMPORT = "import", pgettext_lazy("source", "Import")

    email = models.EmailField(_("e-mail"), max_length=254)
    full_name = models.CharField(_("full name"), max_length=150, blank=True)
    comment = models.TextField(_("comment"), blank=True, validators=[MaxLengthValidator(5000)])
    fields = models.JSONField(default=dict, editable=False)  # of the owner's own: see `Field`
    tags = models.ManyToManyField(
        Tag, through=Tagging, related_name="recipients", verbose_name=_("tags"), editable=False)
    source = models.CharField(_("source"), max_length=8, choices=Source.choices,
                              default=Source.HAND, editable=False)
    added_by = models.ForeignKey(
        Import, models.SET_NULL, null=True, related_name="+", db_index=False, editable=False,
        verbose_name=_("import"))
    ground = models.ForeignKey(
        Ground, models.PROTECT, null=True, related_name="+", db_index=False, editable=False,
        verbose_name=_("ground"))
    # A mail server said that there is no such mailbox.
    bounced_at = models.DateTimeField(_("bounced at"), null=True, blank=True, editable=False)
    bounced_reply = models.TextField(
        _("reply that marked it"), blank=True, default="", editable=False)
    bounced_key = models.CharField(  # `reply_key` of that reply
        max_length=32, blank=True, default="", editable=False)

    search_text = DerivedText(derive=search_text_of)
    sort_name = SortKey(max_length=LONGEST_SORT_NAME, derive=sort_name_of)
    # They follow the ledger within seconds. No index has them, so that an update is cheap.
    last_letter_at = models.DateTimeField(_("last letter at"), null=True, editable=False)
    last_fate = models.CharField(_("last fate"), max_length=10, choices=Delivery.State.choices,
                                 blank=True, default="", editable=False)

    FOUND_BY = {"full_name", "email", "comment"}
    UNMARKED = {"bounced_at": None, "bounced_reply": "", "bounced_key": ""}

    objects = NotDeletedManager.from_queryset(RecipientQuerySet)()
    all_objects = RecipientQuerySet.as_manager()

    class Meta:
        verbose_name = _("recipient")
        verbose_name_plural = _("recipients")
        ordering = ["sort_name", "id"]
        base_manager_name = "all_objects"
        constraints = [models.UniqueConstraint(
            "owner", Lower("email"), condition=Q(deleted_at=None),
            name="recipient_email_unique_per_owner")]
        indexes = OF_RECIPIENTS
        permissions = [("view_all_recipients", _("Can view everyone's recipients"))]

    def __str__(self):
        if not self.full_name:
            return shown(self.email)
        return f"{self.full_name} <{shown(self.email)}>"

    @property
    def title(self) -> str:
        return self.full_name or shown(self.email)


class Message(Owned):
    """What a letter says: subject and body, with merge fields (see `messages/merge_fields.py`)."""

    subject = models.CharField(_("subject"), max_length=255)
    body = models.TextField(_("body"), validators=[MaxLengthValidator(100_000)])

    objects = NotDeletedManager.from_queryset(OwnedQuerySet)()
    all_objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-id"]
        base_manager_name = "all_objects"
        indexes = list_indexes("message", "subject", "created_at", "updated_at")
        permissions = [("view_all_messages", _("Can view everyone's messages"))]

    def __str__(self):
        return self.subject

    @property
    def title(self) -> str:
        return self.subject


class MailingQuerySet(OwnedQuerySet):

    def refresh_statuses(self, now):
        """Bring the stored statuses of these up to `now`; return how many rows were stale.

        One indexed EXISTS, and an UPDATE only where something is stale, so that readers may
        call it before every read: no background process is needed for a right status.
        """
        Status = self.model.Status
        over = Q(ends_at__lte=now)
        has_run = Exists(Run.objects.filter(mailing=OuterRef("pk")))
        # In words that the index of statuses answers.
        stale = self.filter(Q(status__in=[Status.CREATED, Status.RUNNING], ends_at__lte=now)
                            | Q(status=Status.COMPLETED, ends_at__gt=now))
        if not stale.exists():
            return 0
        return stale.update(status=Case(
            When(over, then=Value(Status.COMPLETED)),
            When(has_run, then=Value(Status.RUNNING)),
            default=Value(Status.CREATED),
        ))

    def active(self):
        """Return those of status «Запущена» that no manager disabled."""
        return self.filter(status=self.model.Status.RUNNING, disabled_at=None)

    def due(self, now):
        """Return those whose time to start by themselves has come and that were never run.

        Not those that a manager disabled, whose owner is blocked, or whose recipients are being
        added.
        """
        return self.filter(
            autostart=True, starts_at__lte=now, ends_at__gt=now, disabled_at=None, picking=None,
            runs=None, owner__is_active=True)

    def matching(self, text):
        """Return those that have `text` in their name or in their message's subject."""
        return self.filter(Q(name__icontains=text) | Q(message__subject__icontains=text))


def in_a_week() -> datetime:
    return timezone.now() + timedelta(days=7)


class Mailing(Addressed, Owned):
    """A message to recipients inside a window of time."""

    class Status(models.TextChoices):
        CREATED = "Создана", pgettext_lazy("mailing status", "Created")
        RUNNING = "Запущена", pgettext_lazy("mailing status", "Running")
        COMPLETED = "Завершена", pgettext_lazy("mailing status", "Completed")

    name = models.CharField(_("name"), max_length=255, blank=True)
    starts_at = models.DateTimeField(_("first send"), default=timezone.now)
    ends_at = models.DateTimeField(_("end of sending"), default=in_a_week)
    # Whether the clock starts it; false of a draft.
    autostart = models.BooleanField(_("starts by itself"), default=True)
    status = models.CharField(
        _("status"), max_length=16, choices=Status.choices, default=Status.CREATED, editable=False)
    message = models.ForeignKey(
        Message, models.PROTECT, related_name="mailings", verbose_name=_("message"))
    # None: letters come from the service's own address, as they did before there were senders.
    sender = models.ForeignKey(
        Sender, models.PROTECT, null=True, blank=True, related_name="mailings",
        verbose_name=pgettext_lazy("of letters", "sender"))
    recipients = models.ManyToManyField(
        Recipient, related_name="mailings", verbose_name=_("recipients"), blank=True)
    # The job that adds its recipients, until all of them are in. It is not sent before.
    picking = models.ForeignKey(
        "jobs.Job", models.SET_NULL, null=True, editable=False, related_name="+", db_index=False)
    disabled_at = models.DateTimeField(_("disabled at"), null=True, blank=True, editable=False)
    disabled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False,
        related_name="+", verbose_name=_("disabled by"))
    disabled_reason = models.CharField(
        _("why disabled"), max_length=500, blank=True, editable=False)
    sort_name = SortKey(max_length=LONGEST_SORT_NAME, derive=sort_name_of)

    FOUND_BY = {"name", "message"}

    objects = NotDeletedManager.from_queryset(MailingQuerySet)()
    all_objects = MailingQuerySet.as_manager()

    class Meta:
        verbose_name = _("mailing")
        verbose_name_plural = _("mailings")
        ordering = ["-starts_at", "-id"]
        base_manager_name = "all_objects"
        constraints = [models.CheckConstraint(
            condition=Q(ends_at__gt=F("starts_at")), name="mailing_ends_after_start")]
        indexes = [
            models.Index(fields=["status", "ends_at"], name="mailing_status_end"),
            models.Index(fields=["status", "starts_at", "id"], condition=IN_BOOK,
                         name="mailing_of_status"),
            models.Index(fields=["owner", "status", "starts_at", "id"], condition=IN_BOOK,
                         name="mailing_own_of_status"),
            *list_indexes("mailing", "starts_at", "ends_at", "status", "sort_name", "created_at"),
        ]
        permissions = [
            ("view_all_mailings", _("Can view everyone's mailings")),
            ("disable_mailing", _("Can disable mailings")),
        ]

    def __str__(self):
        return f"{self.title} ({self.starts_at:%Y-%m-%d %H:%M})"

    @property
    def title(self) -> str:
        return self.name or without_fields(self.message.subject)

    def starts_itself(self, now: datetime) -> bool:
        """Return whether its time to start by itself has come."""
        return self.autostart and self.starts_at <= now

    def waits_for_its_time(self, now: datetime) -> bool:
        """Return whether it is to start by itself, later than `now`."""
        return self.autostart and self.starts_at > now


class Attempt(models.Model):
    """One try that reached for the mail server, with what it answered; never changed."""

    class Status(models.TextChoices):
        SUCCESS = "Успешно", pgettext_lazy("attempt status", "Sent")
        FAILURE = "Не успешно", pgettext_lazy("attempt status", "Failed")

    # These are copied from a delivery and its run, whose foreign keys the database has checked, so
    # it need not check these again.
    HELD = {"related_name": "attempts", "db_index": False, "db_constraint": False}
    mailing = models.ForeignKey(
        Mailing, models.PROTECT, verbose_name=_("mailing"), **HELD)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("owner"), **HELD)
    run = models.ForeignKey(Run, models.PROTECT, verbose_name=_("run"), **HELD)
    recipient = models.ForeignKey(
        Recipient, models.SET_NULL, null=True, verbose_name=_("recipient"),
        related_name="attempts", db_constraint=False)
    email = models.EmailField(_("e-mail"), max_length=254)
    attempted_at = models.DateTimeField(_("time"))
    status = models.CharField(_("status"), max_length=16, choices=Status.choices)
    outcome_unknown = models.BooleanField(_("outcome unknown"), default=False)
    code = models.PositiveSmallIntegerField(_("reply code"), null=True, blank=True)
    server_response = models.TextField(_("server's answer"), blank=True)

    objects = HistoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["-attempted_at", "-id"]
        indexes = OF_ATTEMPTS

    def __str__(self):
        return f"{shown(self.email)}: {self.get_status_display()}"
