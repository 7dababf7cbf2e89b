"""Pictures in letters, for whoever opens them: no session, no cookie, for ever in every cache."""
import logging
from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.core.files import File
from django.core.files.storage import default_storage
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
)
from django.urls import Resolver404, resolve
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from .content import PICTURES, name_of

HEAD = 16  # octets that tell what a picture is
KINDS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF8": "image/gif"}
PREFIX = "/i/"
YEAR = 31_536_000
View = Callable[[HttpRequest], HttpResponseBase]

log = logging.getLogger("vestnik.mailings")


def pictures_first(get_response: View) -> View:
    """Middleware: answer for pictures before sessions, cookies and languages are looked at."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX) or request.method not in ("GET", "HEAD"):
            return get_response(request)
        try:
            view, args, kwargs = resolve(request.path_info)
        except Resolver404:
            return not_there()
        response: HttpResponseBase = view(request, *args, **kwargs)
        return response

    return middleware


@login_not_required
@require_safe
def picture_public(request: HttpRequest, digest: str) -> HttpResponseBase:
    """A picture by its digest, deleted ones too; 404 for one that never was."""
    try:
        stored = default_storage.open(name_of(PICTURES, digest))
        kind = kind_of(stored)
    except FileNotFoundError:
        return not_there()
    except Exception:  # each storage has exceptions of its own
        log.exception("picture %s could not be read", digest)
        return HttpResponse(status=503, headers={"Retry-After": "60", "Cache-Control": "no-store"})
    etag = f'"{digest}"'
    asked = parse_etags(request.headers.get("If-None-Match", ""))
    if etag in asked or f"W/{etag}" in asked or "*" in asked:
        stored.close()
        return with_rules(HttpResponseNotModified(), etag)
    response = FileResponse(stored, content_type=kind)
    response["Content-Length"] = str(stored.size)
    return with_rules(response, etag)


def kind_of(stored: "File[bytes]") -> str:
    """Return the type of a stored picture, by its content."""
    head = stored.read(HEAD)
    stored.seek(0)
    for beginning, kind in KINDS.items():
        if head.startswith(beginning):
            return kind
    stored.close()
    raise FileNotFoundError(stored.name)  # torn by a crash: it is not there yet


def with_rules(response: HttpResponseBase, etag: str) -> HttpResponseBase:
    """Let the picture be shown anywhere and kept for ever, and nothing in it run."""
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    response["Content-Disposition"] = "inline"
    response["Content-Security-Policy"] = "default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def not_there() -> HttpResponse:
    return HttpResponse(status=404, headers={"Cache-Control": "public, max-age=60"})
