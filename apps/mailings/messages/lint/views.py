"""What is to be told of a message before it is sent."""
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.core.access import for_reading
from apps.core.htmx import Request, is_partial

from ...models import Message
from .services import findings_of


@require_safe
def message_lint(request: Request, pk: int) -> HttpResponse:
    message = for_reading(request.user, Message.objects.select_related("owner"), pk)
    template = "mailings/_lint.html" if is_partial(request) else "mailings/message_lint.html"
    return render(request, template, {"message": message, "lint": findings_of(message)})
