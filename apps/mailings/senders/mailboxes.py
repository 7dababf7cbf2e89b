"""The mailbox where what comes back of a sender's letters is read."""
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.fields import EncryptedText
from apps.core.secrets import decrypted, encrypted

from .models import Sender


class BounceMailbox(models.Model):
    """A mailbox of the sender's owner, read by IMAP. Nothing in it is ever deleted.

    What was understood is moved to `folder`; the rest stays.
    """

    sender = models.OneToOneField(
        Sender, models.CASCADE, related_name="mailbox", verbose_name=_("sender"))
    address = models.EmailField(_("address"), max_length=254)  # its domain in A-labels
    host = models.CharField(_("mail server"), max_length=253)
    port = models.PositiveIntegerField(_("port"), default=993)
    security = models.CharField(_("encryption"), max_length=8, choices=Sender.Security.choices,
                                default=Sender.Security.TLS)
    login = models.CharField(_("login"), max_length=254)
    password = EncryptedText(_("password"), blank=True, default="", editable=False)
    folder = models.CharField(_("folder for what was understood"), max_length=100,
                              default="Vestnik")
    is_on = models.BooleanField(default=True)

    read_at = models.DateTimeField(_("last read at"), null=True, editable=False)  # with success
    failing_since = models.DateTimeField(null=True, editable=False)
    trouble = models.CharField(max_length=20, blank=True, editable=False)
    server_words = models.TextField(blank=True, editable=False)
    told_at = models.DateTimeField(null=True, editable=False)  # the owner, of this trouble
    uid_validity = models.PositiveBigIntegerField(null=True, editable=False)
    last_uid = models.PositiveBigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("bounce mailbox")
        verbose_name_plural = _("bounce mailboxes")

    def __str__(self) -> str:
        return self.address

    def set_password(self, text: str) -> None:
        self.password = encrypted(text) if text else ""

    def read_password(self) -> str:
        """Return the password in clear, "" where there is none. Raises Unreadable."""
        return decrypted(self.password) if self.password else ""
