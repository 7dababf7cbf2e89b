"""A letter in a browser, as its recipient got it: for whoever has the link that is in the letter.

The letter's HTML is its writer's. So it comes without a session and runs nothing.
"""
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils import translation
from django.views.decorators.http import require_safe

from apps.core.middleware import PERMISSIONS
from apps.mailings.messages.html.places import filled_parts
from apps.mailings.messages.language import letter_language
from apps.mailings.messages.merge_fields import filled, split, values_of
from apps.mailings.messages.way_out import html_with_way_out, text_with_way_out
from apps.mailings.models import Delivery

from .wire.carried import Carried
from .wire.web_version import delivery_in, is_token_of, web_address

PREFIX = "/w/"
POLICY = "; ".join((
    "default-src 'none'", "img-src https: 'self' data:", "style-src 'self' 'unsafe-inline'",
    "form-action 'none'", "base-uri 'none'", "frame-ancestors 'none'",
    "sandbox allow-popups allow-popups-to-escape-sandbox"))
HEADERS = {
    "Content-Security-Policy": POLICY, "X-Robots-Tag": "noindex",
    "Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY", "Permissions-Policy": PERMISSIONS,
    "Cross-Origin-Resource-Policy": "same-origin"}
View = Callable[[HttpRequest], HttpResponse]


def letters_first(get_response: View) -> View:
    """Middleware: show letters before sessions, cookies and languages are looked at."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX) or request.method not in ("GET", "HEAD"):
            return get_response(request)
        try:
            view, args, kwargs = resolve(request.path_info)
        except Resolver404:
            view, args, kwargs = letter_in_browser, (), {"token": ""}
        with translation.override(settings.LANGUAGE_CODE):
            return view(request, *args, **kwargs)

    return middleware


@login_not_required
@require_safe
def letter_in_browser(request: HttpRequest, token: str) -> HttpResponse:
    """The letter of a delivery; 404 for a token that is cut or nobody's, and nothing else told."""
    try:
        delivery = delivery_of(token)
    except Error:
        return HttpResponse(status=503, headers={**HEADERS, "Retry-After": "60"})
    if delivery is None:
        page = render_to_string("delivery/letter_link_cut.html")
        return HttpResponse(page, status=404, headers=HEADERS)
    return HttpResponse(content_of(delivery), headers=HEADERS)


def delivery_of(token: str) -> Delivery | None:
    """Return the delivery whose token this is; None where it is nobody's."""
    pk = delivery_in(token)
    if pk is None:
        return None
    delivery = Delivery.objects.select_related("run").filter(pk=pk).first()
    if delivery and is_token_of(token, delivery.run.seed.encode("ascii"), pk):
        return delivery
    return None


def content_of(delivery: Delivery) -> str:
    """Return the letter of a delivery as a page."""
    run = delivery.run
    own = dict.fromkeys(run.fields or (), "")
    values = values_of(delivery.email, delivery.full_name) | own | (delivery.values or {})
    values["web_version"] = web_address(run.seed.encode("ascii"), delivery.pk)
    values["way_out"] = way_out_of(delivery)
    language = letter_language(run.subject, run.body or run.html)
    if run.html:
        return filled_parts(html_with_way_out(run.html, language, own), values)
    return render_to_string("delivery/letter_in_browser.html", {
        "subject": filled(split(run.subject, own), values),
        "body": filled(text_with_way_out(run.body, language, own), values)})


def way_out_of(delivery: Delivery) -> str:
    """Return the link to leave that is in the letter of a delivery."""
    run = delivery.run
    carried = Carried(owner=run.owner_id, seed=run.seed, address="")
    return carried.link(carried.token(delivery.recipient_id, delivery.pk, delivery.email))
