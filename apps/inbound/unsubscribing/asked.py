"""What a POST to a link to leave asks for: one-click of a mail program, or a button of the page.

Programs that check links send all kinds of requests: whatever is not exactly one of these asks for
nothing.
"""
from dataclasses import dataclass
from io import BytesIO

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.datastructures import MultiValueDict

from apps.mailings.models import Suppression

LONGEST = 8192  # octets of a body
URLENCODED = ("application/x-www-form-urlencoded", "")  # no type at all is read as this one
ONE_CLICK = ("List-Unsubscribe", "One-Click")  # RFC 8058, 3.2
Fields = MultiValueDict[str, str]


@dataclass(frozen=True)
class Asked:
    """What is asked for; nothing, if all are false."""

    one_click: bool = False
    leave: bool = False
    leave_all: bool = False
    back: bool = False
    why: str = ""


def asked_in(request: HttpRequest) -> Asked:
    """Return what a POST asks for."""
    fields = fields_in(request)
    name, value = ONE_CLICK
    if value in fields.getlist(name):
        return Asked(one_click=True)
    why = fields.get("why", "")
    return Asked(
        leave=fields.get("leave") == "1", leave_all=fields.get("leave") == "all",
        back=fields.get("back") == "1", why=why if why in Suppression.Why.values else "")


def fields_in(request: HttpRequest) -> Fields:
    """Return the fields of a form's body; none of a body of another type, or of a torn one.

    A long one is not read: nothing that is asked for here takes so long to say.

    Not by `request.POST`: it takes files, and refuses a charset that no mail program need name.
    """
    if size_of(request) > LONGEST:
        return MultiValueDict()
    try:
        body = request.body
        if request.content_type in URLENCODED:
            return QueryDict(body.rstrip(b"\r\n"), encoding="utf-8")
        if request.content_type == "multipart/form-data":
            return parts_of(request, body)
    except (MultiPartParserError, BadRequest, SuspiciousOperation, UnreadablePostError):
        pass
    return MultiValueDict()


def parts_of(request: HttpRequest, body: bytes) -> Fields:
    """Return the fields of a multipart `body`, less those that are files."""
    _type, _semicolon, parameters = request.META["CONTENT_TYPE"].partition(";")
    # Django reads the type in small letters alone.
    meta = {**request.META, "CONTENT_TYPE": f"multipart/form-data;{parameters}"}
    fields, _files = MultiPartParser(meta, BytesIO(body), [], "utf-8").parse()
    return fields


def size_of(request: HttpRequest) -> int:
    """Return how long the body says it is. Django reads no more than that."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
