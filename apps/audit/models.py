"""The audit trail: who did what to which object and when."""
from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Entry(models.Model):
    """One thing that somebody did. It keeps their names: the objects may be deleted later."""

    class Action(models.TextChoices):
        LOGIN = "login", pgettext_lazy("trail", "Logged in")
        LOGIN_FAILED = "login_failed", pgettext_lazy("trail", "Could not log in")
        CODE_REFUSED = "code_refused", pgettext_lazy("trail", "Gave a wrong code")
        LOGOUT = "logout", pgettext_lazy("trail", "Logged out")
        PASSWORD = "password", pgettext_lazy("trail", "Changed the password")
        EMAIL = "email", pgettext_lazy("trail", "Changed the e-mail")
        SECOND_FACTOR_ON = "factor_on", pgettext_lazy("trail", "Turned the second factor on")
        SECOND_FACTOR_OFF = "factor_off", pgettext_lazy("trail", "Turned the second factor off")
        CODES = "codes", pgettext_lazy("trail", "Made new recovery codes")
        SESSIONS = "sessions", pgettext_lazy("trail", "Logged out elsewhere")
        ROLE = "role", pgettext_lazy("trail", "Changed a role")
        BLOCK = "block", pgettext_lazy("trail", "Blocked")
        UNBLOCK = "unblock", pgettext_lazy("trail", "Unblocked")
        DISABLE = "disable", pgettext_lazy("trail", "Disabled")
        ENABLE = "enable", pgettext_lazy("trail", "Enabled")
        START = "start", pgettext_lazy("trail", "Started sending")
        TEST = "test", pgettext_lazy("trail", "Sent a test of a letter")
        NOT_STARTED = "not_started", pgettext_lazy("trail", "Was due, but could not start")
        PAUSE = "pause", pgettext_lazy("trail", "Paused")
        RESUME = "resume", pgettext_lazy("trail", "Resumed")
        STOP = "stop", pgettext_lazy("trail", "Stopped")
        DELIVERED = "delivered", pgettext_lazy("trail", "Marked unknown outcomes as delivered")
        AGAIN = "again", pgettext_lazy("trail", "Put unknown outcomes back in the queue")
        COUNT_UNKNOWN = "count_unknown", pgettext_lazy(
            "trail", "Took unsent letters for unknown after a restore")
        WRITE_AGAIN = "write_again", pgettext_lazy("trail", "Took back “No such mailbox”")
        SUPPRESS = "suppress", pgettext_lazy("trail", "Put on the list “Not written to”")
        UNSUPPRESS = "unsuppress", pgettext_lazy("trail", "Took off the list “Not written to”")
        WIPE = "wipe", pgettext_lazy("trail", "Wiped a person")
        DOSSIER = "dossier", pgettext_lazy("trail", "Took what is known of a person")
        GROUND = "ground", pgettext_lazy("trail", "Wrote down a ground")
        MACHINE_GONE = "machine_gone", pgettext_lazy(
            "trail", "Gave up the list of refusals of a machine")
        DELETE = "delete", pgettext_lazy("trail", "Deleted")
        RESTORE = "restore", pgettext_lazy("trail", "Brought back")
        IMPORT = "import", pgettext_lazy("trail", "Imported")
        IMPORT_UNDONE = "import_undone", pgettext_lazy("trail", "Took an import back")
        BULK = "bulk", pgettext_lazy("trail", "Changed many recipients")
        EXPORT = "export", pgettext_lazy("trail", "Exported")
        CONFIRM = "confirm", pgettext_lazy("trail", "Confirmed an address")
        ACCOUNT = "account", pgettext_lazy("trail", "Changed a mail account")
        CANCEL = "cancel", pgettext_lazy("trail", "Cancelled")

    class Via(models.TextChoices):
        PAGE = "page", _("from a page")
        COMMAND = "command", _("from the command line")
        SCHEDULE = "schedule", _("on schedule")

    happened_at = models.DateTimeField(_("time"), default=timezone.now, editable=False)
    who = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+",
        verbose_name=_("who"))
    who_label = models.CharField(_("who"), max_length=254, blank=True)
    action = models.CharField(_("what"), max_length=16, choices=Action.choices)
    via = models.CharField(_("how"), max_length=8, choices=Via.choices, default=Via.PAGE)
    object_type = models.CharField(max_length=64, blank=True)  # "mailings.mailing"
    object_id = models.BigIntegerField(null=True)
    object_label = models.CharField(_("object"), max_length=300, blank=True)
    # Figures, names and addresses, and names of columns, which `words` translates.
    details = models.CharField(_("details"), max_length=300, blank=True)

    class Meta:
        db_table = "core_trailentry"
        verbose_name = _("audit trail entry")
        verbose_name_plural = _("audit trail")
        ordering = ["-happened_at", "-id"]
        indexes = [
            models.Index(fields=["-happened_at", "-id"], name="trail_time"),
            models.Index(fields=["who", "-happened_at", "-id"], name="trail_who_time"),
            models.Index(fields=["action", "-happened_at", "-id"], name="trail_what_time"),
        ]

    def __str__(self):
        return f"{self.who_label} {self.get_action_display()} {self.object_label}"

    @property
    def noun(self):
        """What kind of thing the object is, in words; "" for none or one no longer known."""
        try:
            return apps.get_model(self.object_type)._meta.verbose_name
        except (LookupError, ValueError):
            return ""
