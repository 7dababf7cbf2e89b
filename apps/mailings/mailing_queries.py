"""What is asked of mailings: which are due, or active; and their statuses, right at that moment."""
from django.db.models import Case, Exists, OuterRef, Q, Value, When

from .owned import OwnedQuerySet
from .runs import Run


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
