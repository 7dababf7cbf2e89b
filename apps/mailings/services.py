"""Writes that are more than saving a form."""
import logging

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.users.models import User

from .models import Mailing

log = logging.getLogger("vestnik.mailings")


def user_data_changed(*, owner_id):
    """Move the owner's `version`: what was cached of their data is stale."""
    User.objects.filter(pk=owner_id).update(version=F("version") + 1)


@transaction.atomic
def owned_delete(*, owned):
    """Delete a recipient, message or mailing softly; history keeps it."""
    owned.deleted_at = timezone.now()
    owned.save(update_fields=["deleted_at", "updated_at"])
    user_data_changed(owner_id=owned.owner_id)


def mailing_disable(*, mailing, by, disabled):
    """Disable a mailing, which pauses its run, or enable it again: its owner resumes the run."""
    now = timezone.now() if disabled else None
    Mailing.objects.filter(pk=mailing.pk, disabled_at__isnull=disabled).update(
        disabled_at=now, disabled_by=by if disabled else None)
    user_data_changed(owner_id=mailing.owner_id)
    log.warning("mailing %s %s by user %s", mailing.pk, "disabled" if disabled else "enabled",
                by.pk)
