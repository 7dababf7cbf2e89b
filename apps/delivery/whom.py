"""How many a mailing's form is for, while it is being filled in."""
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.core.access import for_writing
from apps.core.htmx import Request, is_partial
from apps.core.numbers import Number
from apps.mailings.mailings.views import filled_in, mailing_form
from apps.mailings.models import Mailing

from .audience import told_of


@require_POST
def whom(request: Request) -> HttpResponse:
    """Tell whom a mailing that is being made would go to."""
    return counted(request, Mailing(owner=request.user), _("New mailing"))


@require_POST
def whom_of(request: Request, pk: int) -> HttpResponse:
    """Tell whom a mailing that is being changed would go to."""
    mailing = for_writing(request.user, Mailing.objects, pk)
    return counted(request, mailing, _("Edit mailing"))


def counted(request: Request, mailing: Mailing, heading: str) -> HttpResponse:
    """Answer with the count; without htmx with the form as it was filled in, and the count."""
    told = told_of(filled_in(request, mailing).whom())
    context = {"over": told} if isinstance(told, Number) else {"audience": told}
    if is_partial(request):
        return render(request, "delivery/_whom_count.html", context)
    response: HttpResponse = mailing_form(request, mailing, heading, **context)
    return response
