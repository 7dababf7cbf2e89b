"""Log lines as text or JSON, each with its request, user and run, none with a secret.

Letters' bodies and passwords are never logged; what could bring a token is a path, a link or the
database's own words: these are masked in whatever is printed, tracebacks included.
"""
import json
import logging
import re
from contextvars import ContextVar

FIELDS = ("request_id", "user", "run")
SECRETS = (
    # Whoever has such a link may act in somebody's name.
    (re.compile(r"(/(?:confirm-email|reset/key|u)/)[^/\s?\"'<>]+"), r"\1***"),
    (re.compile(r"(?i)\b((?:password\d?|token|secret|key|sessionid|csrftoken"
                r"|csrfmiddlewaretoken)=)[^&\s\"'<>]+"), r"\1***"),
    (re.compile(r"(://[^/\s:@]*:)[^/\s@]+@"), r"\1***@"),
    (re.compile(r"(Failing row contains )\(.*", re.S), r"\1(***)"),
)
context = ContextVar("log_fields", default={})


def begin(**fields):
    """Have the records of this thread carry `fields` from now on, and no others."""
    context.set(fields)


def note(**fields):
    """Add `fields` to what this thread's records carry."""
    context.set({**context.get(), **fields})


def masked(text):
    """Return `text` without tokens and passwords."""
    for pattern, harmless in SECRETS:
        text = pattern.sub(harmless, text)
    return text


class FieldsFilter(logging.Filter):
    """Gives every record `request_id`, `user` and `run`; `-` for none.

    A call's own `extra={"run": …}` goes before what the thread has noted.
    """

    def filter(self, record):
        fields = context.get()
        for name in FIELDS:
            if not hasattr(record, name):
                setattr(record, name, fields.get(name, "-"))
        return True


class TextFormatter(logging.Formatter):
    """A line of text, and the traceback if any."""

    def format(self, record):
        return masked(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, the fields, message, and `error` if any."""

    def format(self, record):
        entry = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            **{name: getattr(record, name, "-") for name in FIELDS},
            "message": masked(record.getMessage()),
        }
        if record.exc_info:
            entry["error"] = masked(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False, default=str)
