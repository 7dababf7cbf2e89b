"""After an import was taken back: whom and what it left as it is, and why."""
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.htmx import Request
from apps.core.listing import sorted_page

from ..models import Field
from .models import Import, ImportChange
from .rows import name_of, text_of

WHY: dict[str, str | Promise] = {
    "edited": gettext_lazy("Was edited since, so the recipient stays."),
    "tagged": gettext_lazy("Got a tag since, so the recipient stays."),
    "picked": gettext_lazy("Was picked for a mailing, so the recipient stays."),
    "written": gettext_lazy("Was written to, so the recipient stays."),
}


def kept_context(request: Request, of: Import) -> dict[str, Any]:
    """Return a page of those of whom something was left, each with what and why in `lines`."""
    changes = ImportChange.objects.filter(of_import=of, kept__isnull=False).exclude(kept={})
    listing = sorted_page(request, changes.select_related("recipient"), {"id": "pk"}, "id")
    fields = {field.key: field for field in Field.objects.owned_by(of.owner)}
    for change in listing["page"]:
        change.lines = lines_of(change, fields)
    return listing


def lines_of(change: ImportChange, fields: dict[str, Field]) -> list[str]:
    kept = change.kept or {}
    lines = [str(WHY[why]) for why in kept.get("why", []) if why in WHY]
    for target, value in kept.get("fields", {}).items():
        lines.append(_("%(name)s was changed since, and stays: %(value)s") % {
            "name": name_of(target, fields), "value": text_of(target, value, fields) or "—"})
    return lines
