"""From whom letters come: what recipients see, and the SMTP account that takes the letters."""
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.addresses import shown
from apps.core.fields import EncryptedText
from apps.core.secrets import Unreadable, decrypted, encrypted

from ..owned import NotDeletedManager, Owned, OwnedQuerySet
from .troubles import Trouble


class SenderQuerySet(OwnedQuerySet):
    """Managers read names and addresses of all, and no more: see `Sender.account_fields`."""

    permission = "mailings.view_all_mailings"


class Sender(Owned):
    """From whom an owner's letters come, with the SMTP account that takes them.

    One whose server is the service's own keeps the service's address in From: its `address` is
    where answers go then.
    """

    class Security(models.TextChoices):
        TLS = "tls", _("TLS from the first octet (465)")
        STARTTLS = "starttls", _("STARTTLS (587)")
        NONE = "none", _("No encryption")

    name = models.CharField(_("name that recipients see"), max_length=100)
    address = models.EmailField(_("address"), max_length=254)  # its domain in A-labels
    reply_to = models.EmailField(_("answers go to"), max_length=254, blank=True)
    preset = models.CharField(max_length=16, default="own")  # a key of `presets.PRESETS`
    host = models.CharField(_("mail server"), max_length=253, blank=True)
    port = models.PositiveIntegerField(_("port"), default=465)
    security = models.CharField(
        _("encryption"), max_length=8, choices=Security.choices, default=Security.TLS)
    login = models.CharField(_("login"), max_length=254, blank=True)
    password = EncryptedText(_("password"), blank=True, default="", editable=False)
    is_default = models.BooleanField(_("default sender"), default=False)

    # None: no limit. `connections` are at once; the others are letters, over all processes.
    per_minute = models.PositiveIntegerField(_("letters a minute"), null=True, blank=True)
    per_hour = models.PositiveIntegerField(_("letters an hour"), null=True, blank=True)
    per_day = models.PositiveIntegerField(_("letters a day"), null=True, blank=True)
    connections = models.PositiveSmallIntegerField(
        _("connections at once"), null=True, blank=True)
    # Since when it is being warmed up: each day a little more may leave to each provider.
    warm_since = models.DateField(null=True, blank=True, editable=False)
    # When they were last changed, by the database's clock: what waits since before looks anew.
    limits_at = models.DateTimeField(db_default=Now(), editable=False)

    # When somebody followed the link that was sent to the address.
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, editable=False)
    # What the last check found. `verified_at` is the last check without trouble of this account:
    # a changed account has none.
    checked_at = models.DateTimeField(_("checked at"), null=True, editable=False)
    verified_at = models.DateTimeField(_("verified at"), null=True, editable=False)
    trouble = models.CharField(
        _("trouble"), max_length=20, choices=Trouble.choices, blank=True, editable=False)
    server_words = models.TextField(_("server's answer"), blank=True, editable=False)
    takes_return_path = models.BooleanField(null=True, editable=False)  # None: not known
    told_at = models.DateTimeField(null=True, editable=False)  # the owner, of this trouble

    objects = NotDeletedManager.from_queryset(SenderQuerySet)()
    all_objects = SenderQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("of letters", "sender")
        verbose_name_plural = pgettext_lazy("of letters", "senders")
        ordering = [F("is_default").desc(), "name", "id"]
        base_manager_name = "all_objects"
        constraints = [models.UniqueConstraint(
            fields=["owner"], condition=Q(is_default=True, deleted_at=None),
            name="sender_one_default_per_owner")]

    def __str__(self) -> str:
        return f"{self.name} <{shown(self.address)}>"

    @property
    def title(self) -> str:
        return self.name

    @property
    def uses_service(self) -> bool:
        """Whether letters go by the service's own server, from the service's own address."""
        return self.preset == "service"

    @property
    def has_limits(self) -> bool:
        limits = (self.per_minute, self.per_hour, self.per_day, self.connections)
        return any(limit is not None for limit in limits)

    def set_password(self, text: str) -> None:
        self.password = encrypted(text) if text else ""

    def read_password(self) -> str:
        """Return the password in clear, "" where there is none. Raises Unreadable."""
        return decrypted(self.password) if self.password else ""

    @property
    def is_password_lost(self) -> bool:
        """Whether the password has to be given again: the service has another key now."""
        try:
            self.read_password()
        except Unreadable:
            return True
        return False


def is_service_offered() -> bool:
    """Return whether the operator lets people send by the service's own server."""
    return bool(settings.SERVICE_SENDER)
