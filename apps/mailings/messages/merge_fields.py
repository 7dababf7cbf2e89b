"""Personal fields in a message: `{full_name}`, `{email}`, `{full_name|dear client}`.

A fixed list, never template code. An unknown `{word}` is an error; any other brace is text.
"""
import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

FIELDS = ("full_name", "email")
FIELD = re.compile(r"\{(\w+)(?:\|([^{}\r\n]*))?\}", re.ASCII)


def check_fields(text):
    """Raise ValidationError when `text` has a field that nobody can fill."""
    unknown = sorted({match[1] for match in FIELD.finditer(text)} - set(FIELDS))
    if unknown:
        raise ValidationError(
            _("There is no field %(fields)s. Use {full_name} or {email}."),
            params={"fields": ", ".join(f"{{{name}}}" for name in unknown)})


def split(text):
    """Return `text` as a list of str (as it is) and (field, fallback) tuples, in order."""
    parts, at = [], 0
    for match in FIELD.finditer(text):
        if match[1] not in FIELDS:
            continue
        parts += [text[at:match.start()], (match[1], match[2] or "")]
        at = match.end()
    return [part for part in [*parts, text[at:]] if part != ""]


def fill(text, values):
    """Return `text` with its fields filled from `values`; an empty value takes the fallback."""
    return "".join(
        part if isinstance(part, str) else (values.get(part[0], "").strip() or part[1])
        for part in split(text))
