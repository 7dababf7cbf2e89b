"""Merge fields in a message: `{full_name}`, `{email}`, `{full_name|dear client}`.

A fixed list, never template code. An unknown `{word}` is an error; any other brace is text.
"""
import re
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ..models import Message

FIELD = re.compile(r"\{(full_name|email)(?:\|([^{}\r\n]*))?\}")
LIKE_FIELDS = re.compile(r"\{(\w+)(?:\|[^{}\r\n]*)?\}", re.ASCII)


def check_fields(text: str) -> None:
    """Raise ValidationError when `text` has a field that nobody can fill."""
    unknown = set(LIKE_FIELDS.findall(text)) - {"full_name", "email"}
    if unknown:
        raise ValidationError(
            _("There is no field %(fields)s. Use {full_name} or {email}."),
            params={"fields": ", ".join(map("{{{}}}".format, sorted(unknown)))})


def split(text: str) -> list[str | tuple[str, str]]:
    """Return `text` as a list of str (as it is) and (field, fallback) tuples, in order."""
    parts: list[str | tuple[str, str]] = []
    at = 0
    for match in FIELD.finditer(text):
        parts += [text[at:match.start()], (match[1], match[2] or "")]
        at = match.end()
    parts.append(text[at:])
    return list(filter(None, parts))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with its fields filled from `values`; an empty value takes the fallback."""
    return FIELD.sub(lambda field: values[field[1]].strip() or field[2] or "", text)


def unknown_fields(message: Message) -> list[str]:
    """Return the words in braces, of a message's subject and body, that are no fields."""
    found = {*LIKE_FIELDS.findall(message.subject), *LIKE_FIELDS.findall(message.body)}
    return sorted(found - {"full_name", "email"})
