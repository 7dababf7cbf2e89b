"""What holds for every request: an id for the logs, htmx and login, cache rules."""
import uuid
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import resolve_url
from django.utils.cache import patch_vary_headers

from . import logs
from .htmx import Request

PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
View = Callable[[Request], HttpResponse]


def request_id(get_response: View) -> View:
    """Give each request an id that its log lines and its answer carry (`X-Request-ID`)."""

    def middleware(request: Request) -> HttpResponse:
        # Not reset afterwards: Django logs refusals after the last middleware has returned.
        number = uuid.uuid4().hex[:12]
        logs.begin(request_id=number)
        response = get_response(request)
        response["X-Request-ID"] = number
        return response

    return middleware


def htmx_login(get_response: View) -> View:
    """Send an htmx request whose session is over to the login page, never into a fragment."""

    def middleware(request: Request) -> HttpResponse:
        response = get_response(request)
        if response.status_code != 302 or not getattr(request, "htmx", False):
            return response
        login = resolve_url(settings.LOGIN_URL)
        if urlsplit(response["Location"]).path != login:
            return response
        back = urlencode({"next": request.htmx.current_url_abs_path or "/"})
        return HttpResponse(status=204, headers={
            "HX-Redirect": f"{login}?{back}", "Cache-Control": "private, no-store"})

    return middleware


def browser_rules(get_response: View) -> View:
    """Tell browsers what they may not do, beside Django's own headers and the CSP."""

    def middleware(request: Request) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    return middleware


def cache_headers(get_response: View) -> View:
    """Keep personal pages out of caches, and have fragments checked each time.

    At the end of a session the browser empties its cache; the cookies of language and theme stay.
    """

    def middleware(request: Request) -> HttpResponse:
        known = request.user.is_authenticated
        response = get_response(request)
        if known and not request.user.is_authenticated:
            response["Clear-Site-Data"] = '"cache"'
        if response.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ["HX-Request", "Cookie"])
        is_page = request.user.is_authenticated and not request.htmx
        rule = "private, no-store" if is_page else "private, no-cache"
        response.headers.setdefault("Cache-Control", rule)
        return response

    return middleware
