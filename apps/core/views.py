"""The shell's own addresses: theme, the guide, error pages."""
import sys
from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import last_modified, require_POST, require_safe

from . import guide
from .context import THEMES
from .htmx import Request, toast
from .read_only import ReadOnly
from .unavailable import unavailable

YEAR = 365 * 24 * 3600
HELP_PAGES = ("", *guide.PAGES)  # "" is the contents


def safe_next(request: HttpRequest) -> str:
    """Return the posted `next` when it is a path of ours, else the home page."""
    target = request.POST.get("next", "")
    if target.startswith("/") and url_has_allowed_host_and_scheme(target, None):
        return target
    return "/"


def keep_choice(request: HttpRequest, response: HttpResponse, name: str, value: str
                ) -> HttpResponse:
    """Keep what was chosen, a theme or a language, in a cookie for a year."""
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=request.is_secure(),
                        httponly=True)
    return response


@login_not_required
@require_POST
def theme_set(request: HttpRequest) -> HttpResponse:
    """Keep the chosen theme in a cookie."""
    response = redirect(safe_next(request))
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        keep_choice(request, response, "theme", theme)
    return response


def help_changed(request: Request, name: str = "") -> datetime | None:
    """Return when a visitor's page of the guide changed; None for what has no such time."""
    if name not in HELP_PAGES or request.htmx or request.user.is_authenticated:
        return None
    return guide.READ_AT


@login_not_required
@require_safe
@last_modified(help_changed)
def help_page(request: Request, name: str = "") -> HttpResponse:
    """Show a page of the user's guide, or its contents."""
    if name not in HELP_PAGES:
        raise Http404
    place = HELP_PAGES.index(name)
    pages = [guide.page(request.LANGUAGE_CODE, name) for name in guide.PAGES]
    row = [None, *pages, None]  # nothing comes before the first page, and nothing after the last
    return render(request, "core/help.html", {
        "page": guide.page(request.LANGUAGE_CODE, name or guide.CONTENTS),
        "pages": pages, "before": row[place - 1], "after": row[place + 1],
    })


def error_page(request: HttpRequest, status: int) -> HttpResponse:
    """Answer with the page of an error, or for htmx, which shows a toast, with its status."""
    if getattr(request, "htmx", False):
        return HttpResponse(status=status)
    return render(request, f"core/{status}.html", status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400; htmx, whose form stays as it is, also that a form was too long."""
    response = error_page(request, 400)
    if isinstance(exception, RequestDataTooBig) and getattr(request, "htmx", False):
        return toast(response, _("That is more than a form can take. Send it in parts."),
                     level="danger")
    return response


def forbidden(request: HttpRequest, exception: object = None, reason: str = "") -> HttpResponse:
    """Answer 403, for who may not do it, or whose form came without its token."""
    return error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 404)


def too_many(request: HttpRequest) -> HttpResponse:
    """Answer 429, and for how long: every limit on requests of a kind counts those of a minute."""
    response = error_page(request, 429)
    response["Retry-After"] = "60"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500, or 503 where it is the database that does not answer, or takes no writes."""
    error = sys.exc_info()[1]
    if isinstance(error, (OperationalError, InterfaceError)):
        return unavailable(request, is_read_only=isinstance(error, ReadOnly))
    return error_page(request, 500)
