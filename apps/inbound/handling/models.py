"""Letters that came into a bounce mailbox and that a person should see."""
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.addresses import shown
from apps.mailings.owned import PrivateQuerySet

LONGEST_TEXT = 8000  # characters of a letter that are kept
GIST = 200  # characters of a long letter that are shown before it is unfolded
FEW_LINES = 6
MOST_TRIES = 3  # at reading a letter: it is set aside then


class InboundLetterQuerySet(PrivateQuerySet):

    def of_people(self) -> "InboundLetterQuerySet":
        return self.filter(kind__in=InboundLetter.OF_PEOPLE)

    def not_understood(self) -> "InboundLetterQuerySet":
        rows = self.filter(kind__in=InboundLetter.NOT_UNDERSTOOD)
        return rows.exclude(kind=InboundLetter.Kind.BROKEN, tries__lt=MOST_TRIES)

    def to_do(self) -> "InboundLetterQuerySet":
        """Return those that nobody has put away yet."""
        return self.filter(done_at=None)


class InboundLetter(models.Model):
    """What somebody wrote in answer to a letter, or what was not understood, for its reader."""

    class Kind(models.TextChoices):
        REPLY = "reply", pgettext_lazy("letter", "Reply")
        ASKS_TO_LEAVE = "asks", pgettext_lazy("letter", "Asks not to be written to")
        AUTO = "auto", pgettext_lazy("letter", "Automatic reply")
        STRAY = "stray", pgettext_lazy("letter", "About a letter that is not of this service")
        UNKNOWN = "unknown", pgettext_lazy("letter", "Not understood")
        BROKEN = "broken", pgettext_lazy("letter", "Could not be read")  # set aside after three

    OF_PEOPLE = (Kind.REPLY, Kind.ASKS_TO_LEAVE)
    NOT_UNDERSTOOD = (Kind.STRAY, Kind.UNKNOWN, Kind.BROKEN)

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False,
        verbose_name=_("owner"))
    # None: read from a file, or the mailbox was taken away.
    mailbox = models.ForeignKey(
        "mailings.BounceMailbox", models.SET_NULL, null=True, related_name="letters",
        verbose_name=_("bounce mailbox"))
    # The same letter may come a thousand times, or lie in two mailboxes of one owner.
    key = models.CharField(max_length=64)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    from_address = models.CharField(_("from"), max_length=254, blank=True)
    from_name = models.CharField(max_length=150, blank=True)
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    text = models.TextField(_("text"), blank=True)
    recipient = models.ForeignKey(
        "mailings.Recipient", models.SET_NULL, null=True, related_name="+",
        verbose_name=_("recipient"))
    delivery = models.ForeignKey(  # that it answers
        "mailings.Delivery", models.SET_NULL, null=True, related_name="+",
        verbose_name=_("delivery"))
    uid = models.PositiveBigIntegerField(null=True)  # in its mailbox, while it lies there
    tries = models.PositiveSmallIntegerField(default=0)  # at reading one that can not be read
    received_at = models.DateTimeField(_("came at"), default=timezone.now)
    done_at = models.DateTimeField(_("put away at"), null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = InboundLetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("incoming letter")
        verbose_name_plural = _("incoming letters")
        ordering = ["-received_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="inbound_letter_once"),
        ]
        indexes = [
            models.Index(fields=["owner", "-received_at", "-id"], name="inbound_letter_owner"),
            models.Index(fields=["owner", "kind"], condition=Q(done_at=None),
                         name="inbound_letter_to_do"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """What its list calls it."""
        return self.from_name or shown(self.from_address) or self.subject or "—"

    @property
    def gist(self) -> str:
        """The beginning of its text, on one line."""
        return Truncator(" ".join(self.text[:2 * GIST].split())).chars(GIST)

    @property
    def is_long(self) -> bool:
        return len(self.text) > GIST or self.text.count("\n") > FEW_LINES
