"""The page where people leave, for whoever has the link that is in their letter.

A mail program's one-click (RFC 8058) knows no cookie, follows no redirect and comes without a
referrer; programs that check links open them as people do. So only a POST that asks for it changes
anything, and nothing before it looks at sessions, hosts, slashes or HTTPS.
"""
import logging
import uuid
from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from apps.core import logs
from apps.core.middleware import PERMISSIONS
from apps.mailings.models import Suppression

from .acting import act, standing_of
from .asked import Asked, asked_in
from .links import Leaver, leaver_of
from .words import language_asked, language_of, masked, shop_of

PREFIX = "/u/"
AROUND = " /.,;:)>]\"'»"  # what is taken for a part of a link at its end
METHODS = "GET, HEAD, POST, OPTIONS"
POLICY = "; ".join((
    "default-src 'none'", "style-src 'self'", "form-action 'self'", "base-uri 'none'",
    "frame-ancestors 'none'"))
HEADERS = {
    "Content-Security-Policy": POLICY, "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": PERMISSIONS, "Cross-Origin-Resource-Policy": "same-origin"}
View = Callable[[HttpRequest], HttpResponse]

log = logging.getLogger("vestnik.inbound")


def leaving_first(get_response: View) -> View:
    """Middleware: let people leave before hosts, sessions, cookies and tokens are looked at."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return get_response(request)
        logs.begin(request_id=uuid.uuid4().hex[:12])  # not that of who was served before
        return leaving(request, request.path_info.removeprefix(PREFIX))

    return middleware


@csrf_exempt
@login_not_required
def leaving(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether a person is to be written to no more; a POST that says so does it."""
    if request.method == "OPTIONS":
        return HttpResponse(headers={**HEADERS, "Allow": METHODS})
    if request.method not in METHODS.split(", "):
        return HttpResponse(status=405, headers={**HEADERS, "Allow": METHODS})
    try:
        asked = asked_in(request) if request.method == "POST" else Asked()
        leaver = leaver_of(token.rstrip(AROUND))
        if isinstance(leaver, Leaver):
            return answer_to(leaver, asked)
    except Error:
        log.exception("nobody can leave: the database does not answer")
        return page("away", language_asked(request), status=503)
    return page(leaver.value, language_asked(request))


def answer_to(leaver: Leaver, asked: Asked) -> HttpResponse:
    """Do what a person asks for, and tell them how things stand now."""
    act(leaver, asked)
    if asked.one_click:
        return HttpResponse("OK\n", content_type="text/plain", headers=HEADERS)
    standing = standing_of(leaver)
    return page("left" if standing.has_left else "ask", language_of(leaver), {
        "standing": standing, "asked": asked, "shop": shop_of(leaver),
        "address": masked(leaver.email), "whys": Suppression.Why.choices})


def page(name: str, language: str, context: dict[str, object] | None = None,
         status: int = 200) -> HttpResponse:
    """Return the page `name` in a `language`."""
    with translation.override(language):
        content = render_to_string(f"inbound/leaving_{name}.html", context)
    answer = HttpResponse(content, status=status, headers=HEADERS)
    if status == 503:
        answer["Retry-After"] = "60"
    return answer
