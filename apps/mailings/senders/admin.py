"""Senders in the admin: who looks after the service sees what a manager's pages show."""
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.core.admin import ReadOnlyAdmin

from .models import Sender


class SenderAdmin(ReadOnlyAdmin):
    """What recipients see, and whether letters can go: no login, no server, no password."""

    ordering = ["-id"]
    sortable_by = ()
    fields = ["owner", "name", "address", "reply_to", "is_default", "per_minute", "per_hour",
              "per_day", "connections", "confirmed_at", "checked_at", "verified_at", "trouble",
              "created_at", "updated_at", "deleted_at"]
    list_display = ["name", "address", "owner", "confirmed_at", "verified_at", "trouble"]
    list_filter = ["trouble"]
    search_fields = ["name", "address", "owner__email"]
    list_select_related = ["owner"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Sender]:
        return super().get_queryset(request).defer("login", "password")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Take no filter by what is not shown: `host__startswith` would tell it letter by letter.
        """
        shown = lookup.split("__")[0] in {"id", *self.fields}
        return shown and super().lookup_allowed(lookup, value, request)
