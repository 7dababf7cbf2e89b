"""Indexes: by what the lists of each noun are ordered and filtered."""
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

IN_BOOK = Q(deleted_at=None)
REFUSED = Q(status="Не успешно")  # or lost on the way


def list_indexes(name: str, *columns: str) -> list[models.Index]:
    """Return what orders a list by each of `columns`, for an owner and for who sees everybody's."""
    indexes = []
    for column in columns:
        indexes += [
            models.Index(fields=[column, "id"], condition=IN_BOOK, name=f"{name}_{column}"),
            models.Index(fields=["owner", column, "id"], condition=IN_BOOK,
                         name=f"{name}_own_{column}"),
        ]
    return indexes


OF_RECIPIENTS = [
    models.Index(fields=["owner", "sort_name", "id"], name="recipient_owner_sort",
                 condition=IN_BOOK),
    models.Index(fields=["owner", "created_at", "id"], name="recipient_owner_added",
                 condition=IN_BOOK),
    models.Index(fields=["owner", "sort_name", "id"], name="recipient_owner_bounced",
                 condition=IN_BOOK & Q(bounced_at__isnull=False)),
    models.Index(fields=["owner", "bounced_key"], name="recipient_bounced_key",
                 condition=Q(bounced_at__isnull=False)),
    # Managers' lists.
    models.Index(fields=["sort_name", "id"], name="recipient_sort", condition=IN_BOOK),
    models.Index(fields=["created_at", "id"], name="recipient_added", condition=IN_BOOK),
    models.Index(Lower("email"), "id", name="recipient_email", condition=IN_BOOK),
    models.Index(fields=["added_by", "sort_name", "id"], name="recipient_of_import",
                 condition=Q(added_by__isnull=False)),
    models.Index(fields=["owner", "deleted_at"], name="recipient_deleted",
                 condition=Q(deleted_at__isnull=False)),
    # Whom an import brings back.
    models.Index(Lower("email"), name="recipient_deleted_email",
                 condition=Q(deleted_at__isnull=False)),
]
OF_ATTEMPTS = [
    models.Index(fields=["owner", "-attempted_at", "-id"], name="attempt_owner_time"),
    models.Index(fields=["mailing", "-attempted_at", "-id"], name="attempt_mailing_time"),
    models.Index(fields=["-attempted_at", "-id"], name="attempt_time"),  # managers' list
    # A letter that was accepted is in none of these.
    models.Index(fields=["owner", "outcome_unknown", "-attempted_at", "-id"],
                 condition=REFUSED, name="attempt_owner_refused"),
    models.Index(fields=["mailing", "outcome_unknown", "-attempted_at", "-id"],
                 condition=REFUSED, name="attempt_mailing_refused"),
    models.Index(fields=["outcome_unknown", "-attempted_at", "-id"], condition=REFUSED,
                 name="attempt_refused"),
]
