"""What was typed about an import's rows is kept while the file is read anew."""
from typing import Any

from apps.core.htmx import Request

from .models import Import

KEPT = "typed_of_import"  # in the session, of one import at a time
NAMES = ("known", "tags", "ground-text", "ground-purpose", "ground-version", "ground-agreed_on",
         "ground-proof")


def keep_typed(request: Request, of: Import) -> None:
    """Keep what holds for all rows, as it was posted."""
    typed = {name: request.POST[name] for name in NAMES if name in request.POST}
    request.session[KEPT] = {"import": of.pk, "typed": typed}


def typed_of(request: Request, of: Import) -> dict[str, str]:
    kept: dict[str, Any] = request.session.get(KEPT, {})
    if kept.get("import") != of.pk:
        return {}
    found: dict[str, str] = kept["typed"]
    return found


def forget_typed(request: Request) -> None:
    request.session.pop(KEPT, None)


def without_ground(typed: dict[str, str]) -> dict[str, str]:
    return {name: typed[name] for name in ("known", "tags") if name in typed}


def of_ground(typed: dict[str, str]) -> dict[str, str]:
    return {name.removeprefix("ground-"): typed[name]
            for name in NAMES if name.startswith("ground-") and name in typed}
