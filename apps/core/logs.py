"""Log lines as text or JSON, each with the fields that settings name, none with a secret.

Texts that people write and passwords are never logged; what could bring a token is a path, a link
or the database's own words: these are masked in whatever is printed, tracebacks included.
"""
import json
import logging
import re
from contextvars import ContextVar
from typing import Any

from django.conf import settings

SECRETS = (
    # Whoever has such a link may act in somebody's name.
    (re.compile(r"(/(?:confirm-email|reset/key|u)/)[^/\s?\"'<>]+"), r"\1***"),
    (re.compile(r"(?i)\b((?:password\d?|token|secret|key|sessionid|csrftoken"
                r"|csrfmiddlewaretoken)=)[^&\s\"'<>]+"), r"\1***"),
    (re.compile(r"(://[^/\s:@]*:)[^/\s@]+@"), r"\1***@"),
    (re.compile(r"(Failing row contains )\(.*", re.S), r"\1(***)"),
)
context: ContextVar[dict[str, Any]] = ContextVar("log_fields", default={})


def begin(**fields: Any) -> None:
    """Have the records of this thread carry `fields` from now on, and no others."""
    context.set(fields)


def note(**fields: Any) -> None:
    """Add `fields` to what this thread's records carry."""
    context.set({**context.get(), **fields})


def masked(text: str) -> str:
    """Return `text` without tokens and passwords."""
    for pattern, harmless in SECRETS:
        text = pattern.sub(harmless, text)
    return text


class FieldsFilter(logging.Filter):
    """Gives every record each of `LOG_FIELDS`; `-` for none.

    A call's own `extra` goes before what the thread has noted.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        fields = context.get()
        for name in settings.LOG_FIELDS:
            if not hasattr(record, name):
                setattr(record, name, fields.get(name, "-"))
        return True


class TextFormatter(logging.Formatter):
    """A line of text, and the traceback if any."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, the fields, message, and `error` if any."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
        }
        for name in settings.LOG_FIELDS:
            entry[name] = getattr(record, name)
        entry["message"] = masked(record.getMessage())
        if record.exc_info:
            entry["error"] = masked(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False, default=str)
