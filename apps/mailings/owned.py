"""What is somebody's own: rows with an owner, deleted softly, and who may see them."""
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


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


class NotDeletedManager(models.Manager):
    """Hides what was deleted; `all_objects` shows it to undo and to history."""

    def get_queryset(self):
        return super().get_queryset().filter(deleted_at=None)


class Owned(models.Model):
    """Somebody's own, deleted softly."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("owner"), editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True
