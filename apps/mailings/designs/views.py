"""The gallery of designs, and a message made of one of them."""
from collections.abc import Mapping
from typing import cast

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.core.htmx import Request
from apps.users.models import User

from ..messages.preview.documents import LetterDocument
from ..owned_form import owned_done
from .services import (
    DESIGN_KEYS, EMPTY, LETTERS, designs, html_of_design, message_from_design)


def language_of(asked: Mapping[str, str]) -> str:
    """Return the language of designs that is asked for, or the reader's."""
    language = asked.get("language", "")
    if language in LETTERS:
        return language
    return "ru" if get_language() == "ru" else "en"


def known(key: str) -> str:
    if key not in DESIGN_KEYS:
        raise Http404
    return key


@require_safe
def design_list(request: Request) -> HttpResponse:
    return render(request, "mailings/design_list.html", {
        "designs": designs(), "empty": EMPTY, "language": language_of(request.GET),
        "languages": [("ru", "Русский"), ("en", "English")]})


@require_safe
def design_letter(request: Request, key: str) -> HttpResponse:
    """A design as somebody would get it, for the frame of its card and for a window of its own."""
    html = html_of_design(owner=cast(User, request.user), key=known(key),
                          language=language_of(request.GET))
    return LetterDocument(html)


@require_POST
def design_use(request: Request, key: str) -> HttpResponse:
    """Make a message of a design, and lead to its editor."""
    message = message_from_design(owner=cast(User, request.user), key=known(key),
                                  language=language_of(request.POST))
    return owned_done(request, message, _("Here is your letter: %(name)s"),
                      to=message.url("edit", message.pk))
