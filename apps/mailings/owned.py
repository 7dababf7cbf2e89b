"""What is somebody's own: rows with an owner, deleted softly, and who may see them."""
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.fields import Derived


class OwnedQuerySet(models.QuerySet):
    """Rows that belong to somebody (`owner`), and that managers may read."""

    def owned_by(self, user):
        return self.filter(owner=user)

    @property
    def permission(self):
        """What those hold who may see everybody's."""
        return f"mailings.view_all_{self.model._meta.model_name}s"

    def visible_to(self, user):
        """Return own rows, and everybody's to who holds the permission."""
        if user.has_perm(self.permission):
            return self.all()
        return self.owned_by(user)


class PrivateQuerySet(OwnedQuerySet):
    """Rows that are nobody's business but their owner's, a manager's neither."""

    def visible_to(self, user):
        return self.owned_by(user)


class HistoryQuerySet(OwnedQuerySet):
    """Runs and attempts, as visible as their mailings."""

    permission = "mailings.view_all_mailings"


class NotDeletedManager(models.Manager):
    """Hides what was deleted; `all_objects` shows it to undo and to history."""

    def get_queryset(self):
        return super().get_queryset().filter(deleted_at=None)


class Owned(models.Model):
    """Somebody's own, deleted softly. `title` is what a person calls it."""

    FOUND_BY: set[str] = set()  # columns of which those are made by which it is found and ordered

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("owner"), editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if update_fields is not None and self.FOUND_BY.intersection(update_fields):
            made = (field.name for field in self._meta.fields if isinstance(field, Derived))
            update_fields = {*update_fields, *made}
        super().save(*args, update_fields=update_fields, **kwargs)

    def get_absolute_url(self) -> str:
        return self.url("detail", self.pk)

    @property
    def list_url(self) -> str:
        return self.url("list")

    def url(self, action: str, *args: int) -> str:
        return reverse(f"mailings:{self._meta.model_name}_{action}", args=args)

    @property
    def changed(self) -> str:
        """The event by which pages learn that a row of its list has changed."""
        return f"{self._meta.model_name}s:changed"
