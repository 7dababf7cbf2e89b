"""Filters of the nouns: who may see what, what is due, and a status that is always right."""
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Subquery, Value, When


class OwnedQuerySet(models.QuerySet):
    """Rows that belong to somebody (`owner`), and that managers may read."""

    def owned_by(self, user):
        return self.filter(owner=user)

    def visible_to(self, user):
        """Own rows, and everybody's for who holds `view_all_<model>s`."""
        meta = self.model._meta
        if user.has_perm(f"{meta.app_label}.view_all_{meta.model_name}s"):
            return self.all()
        return self.owned_by(user)


class RecipientQuerySet(OwnedQuerySet):

    def namesakes(self, recipient):
        """Others in the same book with the address of `recipient`, whatever its case."""
        same = self.filter(owner=recipient.owner_id, email__iexact=recipient.email)
        return same.exclude(pk=recipient.pk)

    def marked_by(self, owner, keys):
        """The owner's recipients that replies with these keys marked as bounced."""
        return self.filter(owner=owner, bounced_at__isnull=False, bounced_key__in=keys)

    def with_fate(self):
        """Give each its `fate`: the state of the last letter to them, None without one."""
        from .models import Delivery

        letters = Delivery.objects.filter(recipient=OuterRef("pk")).order_by("-id")
        return self.annotate(fate=Subquery(letters.values("state")[:1]))


class NotDeletedManager(models.Manager):
    """Hides what was deleted; `all_objects` shows it to undo and to history."""

    def get_queryset(self):
        return super().get_queryset().filter(deleted_at=None)


class MailingQuerySet(OwnedQuerySet):

    def settle(self, now):
        """Bring the stored statuses of these up to `now`; return how many rows were stale.

        One indexed EXISTS, and an UPDATE only where something is stale, so that readers may
        call it before every read: no background process is needed for a right status.
        """
        from .models import Run

        Status = self.model.Status
        over = Q(ends_at__lte=now)
        has_run = Exists(Run.objects.filter(mailing=OuterRef("pk")))
        stale = self.filter(
            (over & ~Q(status=Status.COMPLETED)) | (~over & Q(status=Status.COMPLETED)))
        if not stale.exists():
            return 0
        return stale.update(status=Case(
            When(over, then=Value(Status.COMPLETED.value)),
            When(has_run, then=Value(Status.RUNNING.value)),
            default=Value(Status.CREATED.value),
        ))

    def active(self):
        """«Запущена» and not disabled by a manager."""
        return self.filter(status=self.model.Status.RUNNING, disabled_at=None)

    def due(self, now):
        """Inside their window, never run, not disabled, of an owner who is not blocked."""
        return self.filter(
            starts_at__lte=now, ends_at__gt=now, disabled_at=None,
            runs=None, owner__is_active=True)


class RunQuerySet(OwnedQuerySet):

    def visible_to(self, user):
        """A run is as visible as its mailing."""
        if user.has_perm("mailings.view_all_mailings"):
            return self.all()
        return self.owned_by(user)

    def active(self):
        return self.filter(state__in=self.model.ACTIVE)

    def newest(self):
        """The latest of each mailing."""
        newest = self.model.objects.filter(mailing=OuterRef("mailing")).order_by("-id")
        return self.filter(pk=Subquery(newest.values("pk")[:1])).defer("body")

    def ended_with_letters_left(self):
        return self.filter(self.model.LETTERS_LEFT).exclude(
            state__in=self.model.ACTIVE).select_related("mailing")


class AttemptQuerySet(OwnedQuerySet):

    def visible_to(self, user):
        """Managers read the attempts that explain the mailings they oversee."""
        if user.has_perm("mailings.view_all_mailings"):
            return self.all()
        return self.owned_by(user)
