"""The machines that keep a file of refusals beside the database; see docs/sending.md."""
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Machine(models.Model):
    """A machine (a DATA_DIR) that writes down who has left, so that a restored dump forgets nobody.

    After a restore no run starts until each has merged its file, or a superuser says that it is
    gone.
    """

    # A random name that lies in the DATA_DIR: while a dump is loaded, numbers may come twice.
    token = models.CharField(max_length=32, primary_key=True)
    host = models.CharField(_("host"), max_length=255)
    written = models.PositiveBigIntegerField(default=0)  # octets of its file that are in here too
    restores = models.PositiveIntegerField(default=0)  # noticed ones after which it has merged
    started_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(_("last seen at"), auto_now=True)
    gone_at = models.DateTimeField(_("given up at"), null=True, editable=False)
    gone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False)

    class Meta:
        verbose_name = _("machine")
        verbose_name_plural = _("machines")
        ordering = ["host", "token"]

    def __str__(self) -> str:
        return self.host
