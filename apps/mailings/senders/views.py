"""Senders: their list and pages."""
from django.http import HttpResponse

from apps.core.htmx import Request


def nothing_yet(request: Request, **kwargs: object) -> HttpResponse:
    raise NotImplementedError


sender_list = sender_create = sender_detail = sender_edit = sender_delete = nothing_yet
sender_restore = sender_check = sender_default = sender_letter = nothing_yet
sender_confirm = nothing_yet
