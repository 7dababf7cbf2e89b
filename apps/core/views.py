"""The shell's own addresses: theme, the guide, error pages."""
import sys

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.http import escape_leading_slashes, url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import last_modified, require_POST, require_safe

from . import guide
from .context import THEMES, look
from .htmx import toast

YEAR = 365 * 24 * 3600


def safe_next(request):
    """Return the posted `next` when it is a path of ours, else the home page."""
    target = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    return target if ours and target.startswith("/") else "/"


@login_not_required
@require_POST
def theme_set(request):
    """Keep the chosen theme in a cookie."""
    response = redirect(safe_next(request))
    theme = request.POST.get("theme")
    if theme in THEMES:
        response.set_cookie("theme", theme, max_age=YEAR, samesite="Lax",
                            secure=request.is_secure(), httponly=True)
    return response


def help_changed(request, name=""):
    """Return when a visitor's page of the guide changed; None for what has no such time."""
    is_page = name in ("", *guide.PAGES)
    if not is_page or request.htmx or request.user.is_authenticated:
        return None
    return guide.READ_AT


@login_not_required
@require_safe
@last_modified(help_changed)
def help_page(request, name=""):
    """A page of the user's guide, or its contents."""
    if name and name not in guide.PAGES:
        raise Http404
    pages = [guide.page(request.LANGUAGE_CODE, one) for one in guide.PAGES]
    place = guide.PAGES.index(name) if name else -1
    return render(request, "core/help.html", {
        "page": guide.page(request.LANGUAGE_CODE, name or guide.CONTENTS),
        "pages": pages,
        "before": pages[place - 1] if place > 0 else None,
        "after": pages[place + 1] if place + 1 < len(pages) else None,
    })


def error_page(request, status):
    if getattr(request, "htmx", False):
        return HttpResponse(status=status)
    return render(request, f"core/{status}.html", status=status)


def bad_request(request, exception):
    return error_page(request, 400)


def forbidden(request, exception):
    return error_page(request, 403)


def not_found(request, exception):
    return error_page(request, 404)


def server_error(request):
    """500, or 503 where it is the database that does not answer."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        return unavailable(request)
    return error_page(request, 500)


def unavailable(request):
    """503 in a few words. Nothing here may ask the database: no user, session or messages."""
    chosen = (getattr(request, "LANGUAGE_CODE", "")
              or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""))
    language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    again = escape_leading_slashes(request.path) if request.method == "GET" else "/"
    with translation.override(language):
        if "HX-Request" in request.headers:
            response = toast(HttpResponse(), _(
                "The database does not answer. Nothing was lost; try again in a minute."),
                level="danger")
        else:
            response = HttpResponse(render_to_string("core/503.html", {
                **look(request), "again": again}))
    response.status_code = 503
    response["Retry-After"], response["Cache-Control"] = "10", "no-store"
    return response


def csrf_failure(request, reason=""):
    return error_page(request, 403)
