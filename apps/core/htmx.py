"""One address, two answers: a full page, or the part of it that htmx asked for."""
from typing import Any, Protocol

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event
from django_htmx.middleware import HtmxDetails

FORM_METHODS = require_http_methods(["GET", "HEAD", "POST"])


class Request(HttpRequest):
    """A request, and what htmx says of it."""

    htmx: HtmxDetails


class Shown(Protocol):
    """What has a page of its own."""

    def get_absolute_url(self) -> str: ...


def is_partial(request: Request) -> bool:
    """Whether htmx wants a fragment. A history restore wants the whole page."""
    return bool(request.htmx) and not request.htmx.history_restore_request


def render_page(request: Request, template: str, context: dict[str, Any], *,
                partial: str = "table", status: int = 200) -> HttpResponse:
    """Render `template`, or only its `partial` for htmx: of a list, the table."""
    if is_partial(request):
        template = f"{template}#{partial}"
    return render(request, template, context, status=status)


def render_list(request: Request, template: str, context: dict[str, Any]) -> HttpResponse:
    """Render a list's page, for htmx its table, and for the `count` that a table asks for that."""
    partial = "count" if "count" in request.GET else "table"
    return render_page(request, template, context, partial=partial)


def render_form(request: Request, template: str, context: dict[str, Any], *,
                partial: str = "modal") -> HttpResponse:
    """Render a form's page, or its `partial` for htmx; 422 when what was posted is not valid."""
    status = 200
    form = context.get("form")
    if form and form.errors:
        status = 422
    context["in_modal"] = is_partial(request)
    return render_page(request, template, context, partial=partial, status=status)


def toast(response: HttpResponse, text: object, *, level: str = "success",
          undo: str = "") -> HttpResponse:
    """Have the page show `text`; `level` is success or danger, `undo` where to post to undo."""
    return trigger_client_event(
        response, "toast", {"text": str(text), "level": level, "undo": undo})


def done(request: Request, text: str, *, to: str | Shown, changed: str = "",
         undo: str = "") -> HttpResponse:
    """Answer a write that worked, with an offer to `undo` it by a POST to that address.

    htmx: 204 that closes the modal, shows `text` and fires the event `changed`
    (`things:changed`). Otherwise a message and a redirect to `to`.
    """
    if is_partial(request):
        response = toast(HttpResponse(status=204), text, undo=undo)
        trigger_client_event(response, "modal:close", {})
        if changed:
            trigger_client_event(response, changed, {})
        return response
    messages.success(request, text, extra_tags=undo)
    return redirect(to)


def refused(request: Request, text: str, *, to: str | Shown) -> HttpResponse:
    """Answer a write that can not be done now, and why."""
    if is_partial(request):
        return toast(HttpResponse(status=409), text, level="danger")
    messages.error(request, text)
    return redirect(to)
