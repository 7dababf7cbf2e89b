"""The page that asks what a file of recipients shall have, and the file."""
from typing import cast

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.timezone import localdate

from apps.core.htmx import FORM_METHODS, Request
from apps.core.numbers import Number, counted
from apps.users.models import User

from ..models import Recipient
from ..recipients.filters import filtered
from .columns import columns_of
from .forms import ExportForm
from .rows import kept_rows
from .services import CONTENT_TYPES, recipients_export


@FORM_METHODS
def export(request: Request) -> HttpResponseBase:
    """Ask for columns and a kind of file, then stream the own recipients that the address names.

    The address has the filters of the list of recipients.
    """
    user = cast(User, request.user)
    seen, sieve, words = filtered(request.GET, user)
    rows = kept_rows(seen.filter(owner=user), sieve)
    form = ExportForm(
        request.POST if request.method == "POST" else None, columns=columns_of(user))
    if form.is_valid():
        return download(form, rows, user)
    return render(request, "mailings/export.html", {
        "form": form, "filters": words, "number": Number(counted(rows)),
    }, status=422 if form.is_bound else 200)


def download(form: ExportForm, rows: QuerySet[Recipient], user: User) -> HttpResponseBase:
    kind = form.cleaned_data["kind"]
    octets = recipients_export(
        rows=rows, columns=form.chosen, form=kind, owner=user, by=user)
    response = StreamingHttpResponse(octets, content_type=CONTENT_TYPES[kind])
    name = f"recipients-{localdate():%Y-%m-%d}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
