"""Background work: rows are the truth, and whoever has a row's lease may do the work."""
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AbstractUser, AnonymousUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.fields import EncryptedText

from .kinds import KINDS


class JobQuerySet(models.QuerySet["Job"]):

    def owned_by(self, user: AbstractBaseUser | AnonymousUser) -> "JobQuerySet":
        return self.filter(owner=user)

    def visible_to(self, user: AbstractUser | AnonymousUser) -> "JobQuerySet":
        """Return own jobs, and to managers everybody's that are not private."""
        if user.has_perm("users.view_all_users"):
            return self.filter(Q(owner=user) | Q(is_private=False))
        return self.owned_by(user)

    def active(self) -> "JobQuerySet":
        return self.filter(state__in=self.model.ACTIVE)

    def ready(self, now: datetime) -> "JobQuerySet":
        """Return the jobs whose next batch anybody may do, those that wait longest first."""
        free = Q(lease_until=None) | Q(lease_until__lte=Now())
        return self.active().filter(free, next_try_at__lte=now).order_by("next_try_at", "pk")


class Job(models.Model):
    """Work that goes on when its page is closed, and after a kill from where it was."""

    class State(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("job", "Queued")
        RUNNING = "running", pgettext_lazy("job", "Running")
        DONE = "done", pgettext_lazy("job", "Done")
        FAILED = "failed", pgettext_lazy("job", "Failed")
        CANCELLED = "cancelled", pgettext_lazy("job", "Cancelled")

    ACTIVE = (State.QUEUED, State.RUNNING)

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="jobs",
        verbose_name=_("owner"), db_index=False)
    kind = models.CharField(_("kind"), max_length=32)
    is_private = models.BooleanField(default=False)  # only its owner sees it
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    total = models.PositiveIntegerField(_("in all"), default=0)  # 0: not known
    done = models.PositiveIntegerField(_("done"), default=0)
    place = models.JSONField(default=dict)  # from where it goes on
    secret = EncryptedText(blank=True)  # what only the kind may read
    result = models.JSONField(default=dict)
    error = models.CharField(_("why it failed"), max_length=500, blank=True)
    # What can not be taken back has begun: after a kill nobody knows whether it was done.
    in_hand = models.BooleanField(default=False)
    crashes = models.PositiveSmallIntegerField(default=0)  # in a row, without a finished batch
    lease_token = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(_("next try at"), default=timezone.now)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    started_at = models.DateTimeField(_("started at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("noun", "job")
        verbose_name_plural = pgettext_lazy("noun", "jobs")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["next_try_at", "id"], name="job_active",
                         condition=Q(state__in=["queued", "running"])),
            models.Index(fields=["owner", "-created_at", "-id"], name="job_owner"),
            models.Index(fields=["-created_at", "-id"], name="job_time"),  # managers' list
            models.Index(fields=["ended_at"], name="job_ended",
                         condition=Q(ended_at__isnull=False)),
        ]

    def __str__(self) -> str:
        kind = KINDS.get(self.kind)
        return str(kind.label) if kind else self.kind

    def get_absolute_url(self) -> str:
        return reverse("jobs:job_detail", args=[self.pk])

    @property
    def is_active(self) -> bool:
        return self.state in self.ACTIVE

    @property
    def waits(self) -> bool:
        """Whether it is tried again later, by itself."""
        return self.state == self.State.QUEUED and self.next_try_at > timezone.now()

    @property
    def title(self) -> str:
        kind = KINDS.get(self.kind)
        return kind.title(self) if kind else self.kind

    @property
    def reason(self) -> str:
        """Why it failed, or why it waits, in the reader's language."""
        kind = KINDS.get(self.kind)
        return kind.reason(self) if kind else ""

    @property
    def outcome(self) -> str:
        """What came of it so far, in the reader's language."""
        kind = KINDS.get(self.kind)
        return kind.outcome(self) if kind else ""

    @property
    def undo_url(self) -> str:
        """Where a POST undoes what it has done; "" where nothing can be undone."""
        kind = KINDS.get(self.kind)
        return kind.undo_url(self) if kind else ""
