"""The page of 503: the database is away, or takes no writes. It asks the database nothing."""
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.http import escape_leading_slashes
from django.utils.translation import gettext as _

from .context import look
from .htmx import toast

FORM = "application/x-www-form-urlencoded"


def unavailable(request: HttpRequest, is_read_only: bool = False) -> HttpResponse:
    """Answer 503 in a few words, without user, session or messages.

    `is_read_only`: the database answers, but takes no writes. What was typed is not lost: the page
    has it, with a button that sends it again; for htmx the form is on the screen still.
    """
    with translation.override(language_of(request)):
        if "HX-Request" in request.headers:
            response = toast(HttpResponse(), words(is_read_only), level="danger")
        else:
            response = HttpResponse(render_to_string("core/503.html", {
                **look(request), "is_read_only": is_read_only, **what_next(request)}))
    response.status_code = 503
    response["Retry-After"] = "10"
    response["Cache-Control"] = "no-store"
    return response


def language_of(request: HttpRequest) -> str:
    """Return the language of the request, by its cookie where nothing is known of its user."""
    language = getattr(request, "LANGUAGE_CODE", None) or request.COOKIES.get(
        settings.LANGUAGE_COOKIE_NAME)
    if language not in dict(settings.LANGUAGES):
        return settings.LANGUAGE_CODE
    return str(language)


def words(is_read_only: bool) -> str:
    if is_read_only:
        return _("The database takes no changes for a moment. What you typed is on the screen "
                 "still; try again in a minute.")
    return _("The database does not answer. Nothing was lost; try again in a minute.")


def what_next(request: HttpRequest) -> dict[str, object]:
    """Return the address to try again, and what was typed, to be sent there once more."""
    if request.method == "GET":
        return {"again": escape_leading_slashes(request.path), "typed": []}
    typed = typed_in(request)
    if not typed:
        return {"again": "/", "typed": []}
    return {"again": escape_leading_slashes(request.get_full_path()), "typed": typed}


def typed_in(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the fields of a posted form; none of one with a password, or with files."""
    if request.method != "POST" or request.content_type != FORM:
        return []
    fields = [(name, text) for name, texts in request.POST.lists() for text in texts]
    if any("password" in name for name, _text in fields):
        return []
    return fields
