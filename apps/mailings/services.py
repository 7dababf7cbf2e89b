"""Writes that are more than saving a form."""
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.users.models import User


def user_data_changed(*, owner_id):
    """Move the owner's `version`: what was cached of their data is stale."""
    User.objects.filter(pk=owner_id).update(version=F("version") + 1)


@transaction.atomic
def owned_delete(*, owned):
    """Delete a recipient, message or mailing softly; history keeps it."""
    owned.deleted_at = timezone.now()
    owned.save(update_fields=["deleted_at", "updated_at"])
    user_data_changed(owner_id=owned.owner_id)
