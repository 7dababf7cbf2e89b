"""The nouns: recipients, messages, mailings, attempts. `runs.py` and `deliveries.py` have the rest.

Recipients, messages and mailings are deleted softly (`deleted_at`), owners are PROTECT, so that
the attempts about them stay.
"""
from datetime import datetime, timedelta

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.addresses import shown
from apps.core.fields import DerivedText, SortKey

from .blocks.models import BlockStep  # noqa: F401  # for Django's migrations
from .bounces.models import Bounce  # noqa: F401  # the same
from .branding.models import Branding  # noqa: F401  # the same
from .deliveries import Delivery
from .drafts.models import Draft  # noqa: F401  # the same
from .fields.models import Field  # noqa: F401  # the same
from .ground.models import Ground
from .hours.models import SendingHours
from .imports.models import Import, ImportChange, ImportRow  # noqa: F401  # the same
from .indexes import IN_BOOK, OF_ATTEMPTS, OF_RECIPIENTS, list_indexes
from .mailing_queries import MailingQuerySet
from .media.models import Attachment, Picture  # noqa: F401  # for Django's migrations
from .owned import HistoryQuerySet, NotDeletedManager, Owned, OwnedQuerySet
from .preparations import Preparation, RunAudience  # noqa: F401  # for Django's migrations
from .providers.models import MailDomain  # noqa: F401  # the same
from .runs import Run
from .search import LONGEST_SORT_NAME, search_text_of, sort_name_of, with_words
from .segments.models import Segment  # noqa: F401  # the same
from .senders.mailboxes import BounceMailbox  # noqa: F401  # for Django's migrations
from .senders.models import Sender
from .suppression.machines import Machine  # noqa: F401  # for Django's migrations
from .suppression.models import Suppression  # noqa: F401  # the same
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

    # Their letters came back "for now" too often: none goes before this. See `bounces/`.
    resting_until = models.DateTimeField(_("rests until"), null=True, editable=False)
    # On request: name, address and all else about them is gone; the ledger's sums stay.
    wiped_at = models.DateTimeField(_("wiped at"), null=True, editable=False)

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


class MessageQuerySet(OwnedQuerySet):

    def without_content(self):
        """Return these without what may be long and lists do not show."""
        return self.defer("source", "blocks", "html")


class Message(Owned):
    """What a letter says, with merge fields (see `messages/merge_fields.py`).

    `body` is the text, or the text part of a letter with HTML. What HTML is made of is the
    `source` (raw HTML or MJML, never changed by us) or the `blocks`; `html` is what it was made
    into, by `messages/services.py` at each save.
    """

    class Kind(models.TextChoices):
        TEXT = "text", pgettext_lazy("kind of message", "Text")
        BLOCKS = "blocks", pgettext_lazy("kind of message", "Blocks")
        HTML = "html", "HTML"
        MJML = "mjml", "MJML"

    subject = models.CharField(_("subject"), max_length=255)
    body = models.TextField(_("body"), validators=[MaxLengthValidator(100_000)])
    kind = models.CharField(
        _("kind"), max_length=8, choices=Kind.choices, default=Kind.TEXT, editable=False)
    # Mail programs show it beside the subject.
    preheader = models.CharField(_("preheader"), max_length=200, blank=True, default="")
    source = models.TextField(_("source"), blank=True, default="", editable=False)
    blocks = models.JSONField(default=list, editable=False)  # see `blocks/kinds.py`
    html = models.TextField(blank=True, default="", editable=False)
    # A person wrote the text part; otherwise it is made of the HTML.
    own_text = models.BooleanField(default=False, editable=False)
    # «Реклама», by law 38-ФЗ art. 18.1: {"advertiser", "inn", "erid"}; {} of a letter without.
    ad_mark = models.JSONField(default=dict, editable=False)

    objects = NotDeletedManager.from_queryset(MessageQuerySet)()
    all_objects = MessageQuerySet.as_manager()

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


def in_a_week() -> datetime:
    return timezone.now() + timedelta(days=7)


class Mailing(Addressed, SendingHours, Owned):
    """A message to recipients inside a window of time."""

    class Status(models.TextChoices):
        CREATED = "Создана", pgettext_lazy("mailing status", "Created")
        RUNNING = "Запущена", pgettext_lazy("mailing status", "Running")
        COMPLETED = "Завершена", pgettext_lazy("mailing status", "Completed")

    name = models.CharField(_("name"), max_length=255, blank=True)
    kind = models.CharField(  # who has left advertising alone still gets information
        _("kind"), max_length=12, choices=Ground.Purpose.choices,
        default=Ground.Purpose.ADVERTISING)
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
    mailing = models.ForeignKey(  # None of a test letter
        Mailing, models.PROTECT, null=True, verbose_name=_("mailing"), **HELD)
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
