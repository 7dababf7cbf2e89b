"""The text part of a letter of blocks: made by itself, or written by a person."""
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.core.htmx import FORM_METHODS, Request, is_partial, toast

from ..models import Message
from . import services
from .head_forms import TextForm
from .views import changed, edit_url, message_of


@FORM_METHODS
def block_text(request: Request, pk: int) -> HttpResponse:
    """Show the text part; write it, or have it made of the blocks again."""
    message = message_of(request, pk)
    if "_made" in request.POST:
        services.text_save(message=message, body=None)
        return done(request, message, _("The text part follows the blocks again."))
    form = TextForm(request.POST or None, message=message)
    if form.is_bound and form.is_valid():
        services.text_save(message=message, body=form.cleaned_data["body"])
        return done(request, message, _("Saved."))
    return answer(request, message, form)


def done(request: Request, message: Message, text: str) -> HttpResponse:
    if is_partial(request):
        return changed(toast(answer(request, message, TextForm(message=message)), text))
    messages.success(request, text)
    return redirect("mailings:block_text", message.pk)


def answer(request: Request, message: Message, form: TextForm) -> HttpResponse:
    template = "mailings/_block_text.html" if is_partial(request) else "mailings/block_text.html"
    return render(request, template, {
        "message": message, "form": form, "merge_fields": form.merge_fields,
        "is_written": message.own_text or form.is_bound, "back": edit_url(message),
    }, status=422 if form.errors else 200)
