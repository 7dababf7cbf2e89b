"""What every page of the admin shares: its name, lists that take any query, and no secrets."""
from functools import cached_property
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from .addresses import shown
from .listing import LONGEST_QUERY
from .numbers import MANY, counted

# Columns that no filter in an address may name: a filter like `key__startswith` would tell a
# secret, one character after the other.
SECRETS = {"password", "session_key", "session_data", "lease_token", "token", "data", "key", "seed",
           "job_state", "login"}

admin.site.site_header = _("Vestnik")
admin.site.site_title = _("Vestnik")
admin.site.index_title = _("Vestnik")


@admin.display(description=_("e-mail"), ordering="email")
def address(row: Any) -> str:
    """A column of e-mail addresses, as people write them."""
    return shown(row.email)


class FirstPages(Paginator):
    """The pages of a list's first MANY rows; who wants others searches or filters."""

    @cached_property
    def count(self) -> int:
        return min(counted(self.object_list), MANY)


class ListAdmin(admin.ModelAdmin):
    """A list that takes any search and any filter, and costs few queries."""

    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    list_per_page = 50
    paginator = FirstPages

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str
                           ) -> tuple[QuerySet, bool]:
        return super().get_search_results(request, queryset, search_term[:LONGEST_QUERY])

    def response_action(  # type: ignore[override]  # the stubs are of another version
            self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Do not do to all rows what the page says of the first ones."""
        if request.POST.get("select_across") == "1" and counted(queryset) > MANY:
            self.message_user(request, _("These are too many for one action. Filter the list."),
                              messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        return super().response_action(request, queryset)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        names = set(lookup.split("__"))
        return names.isdisjoint(SECRETS) and super().lookup_allowed(lookup, value, request)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None
                        ) -> HttpResponse:
        """Answer a filter value that no database takes as Django answers an unknown filter."""
        if "%00" in request.GET.urlencode():
            return without_filters(request)
        try:
            return super().changelist_view(request, extra_context)
        except OverflowError:  # a date that is out of the calendar in UTC
            return without_filters(request)


def without_filters(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(f"{request.path}?{ERROR_FLAG}=1")


class FixedAdmin(ListAdmin):
    """Rows that are made elsewhere: here they may be read and deleted."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(FixedAdmin):
    """Rows that tell of the past: they may only be read."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def name_model(model: type[Model], one: Any, many: Any, **fields: Any) -> None:
    """Give a library's model and its fields names that are translated.

    Migrations do not see them: they are made of what the library's own code says.
    """
    model._meta.verbose_name = one
    model._meta.verbose_name_plural = many
    for name, label in fields.items():
        setattr(model._meta.get_field(name), "verbose_name", label)
