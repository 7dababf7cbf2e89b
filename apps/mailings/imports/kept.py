"""After an import was taken back: whom and what it left as it is, and why."""
from typing import Any

from apps.core.htmx import Request
from apps.core.listing import sorted_page

from .models import Import, ImportChange


def kept_context(request: Request, of: Import) -> dict[str, Any]:
    changes = ImportChange.objects.filter(of_import=of, kept__isnull=False)
    return sorted_page(request, changes.select_related("recipient"), {"id": "pk"}, "id")
