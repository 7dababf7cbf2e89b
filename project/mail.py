"""EMAIL_URL taken apart here: the traceback of a library would show a part of the password."""
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import idna
from django.core.exceptions import ImproperlyConfigured

SECURITY = {
    "smtp": {},
    "smtps": {"EMAIL_USE_TLS": True},
    "smtp+tls": {"EMAIL_USE_TLS": True},
    "smtp+ssl": {"EMAIL_USE_SSL": True},
}
OPTIONS = ("EMAIL_USE_TLS", "EMAIL_USE_SSL")
NOT_SMTP = ("EMAIL_URL begins with {}://. Letters go by SMTP alone: begin it with smtp://, "
            "smtp+tls:// or smtp+ssl://.")
NO_SCHEME = "EMAIL_URL does not begin with smtp://, smtp+tls:// or smtp+ssl://."
ESCAPE = ("EMAIL_URL can not be read. In the login and the password, write # / ? % @ : [ ] as "
          "%23 %2F %3F %25 %40 %3A %5B %5D (percent-encoded).")
NO_HOST = "EMAIL_URL names no mail server: smtp://user:password@host:port."
BAD_HOST = "The mail server's name in EMAIL_URL is no host name."
BAD_PORT = "The port in EMAIL_URL is no number from 1 to 65535."
BOTH = "EMAIL_URL asks for TLS from the start and for STARTTLS: choose one."


class Fault(ImproperlyConfigured):
    """What is wrong with the address, without a word of it."""


def mail_settings(url: str) -> dict[str, Any]:
    """Return Django's EMAIL_… settings for `url`. Raises Fault."""
    return smtp_settings(parts(url))


def parts(url: str) -> SplitResult:
    """Return the parts of an SMTP address; Fault for what is none, or was cut by a bare sign."""
    scheme, found, _ = url.strip().partition("://")
    if not found:
        raise Fault(NO_SCHEME)
    if scheme.lower() not in SECURITY:
        raise Fault(NOT_SMTP.format(scheme) if scheme.isalpha() else NO_SCHEME)
    try:
        split = urlsplit(url.strip())
    except ValueError:  # a bracket, or a character that normalizes to a slash
        raise Fault(ESCAPE) from None
    if split.path.strip("/") or "@" in split.query or "#" in url:
        raise Fault(ESCAPE)
    return split


def smtp_settings(split: SplitResult) -> dict[str, Any]:
    """Return the settings that the parts stand for; Fault when a server can not be found by them.

    Octets of the login that are no UTF-8 stay what they are.
    """
    settings = {
        "EMAIL_HOST": host(split),
        "EMAIL_PORT": port(split),
        "EMAIL_HOST_USER": unquote(split.username or "", errors="surrogateescape"),
        "EMAIL_HOST_PASSWORD": unquote(split.password or "", errors="surrogateescape"),
        "EMAIL_USE_TLS": False,
        "EMAIL_USE_SSL": False,
        **SECURITY[split.scheme],
    }
    for key, values in parse_qs(split.query).items():
        if key.upper() in OPTIONS:
            settings[key.upper()] = values[0].lower() in ("1", "true", "yes", "on")
    if settings["EMAIL_USE_TLS"] and settings["EMAIL_USE_SSL"]:
        raise Fault(BOTH)
    return settings


def host(split: SplitResult) -> str:
    name = split.hostname or ""
    if not name:
        raise Fault(NO_HOST)
    if name.isascii():
        return name
    try:
        return idna.encode(name).decode("ascii")
    except UnicodeError:
        raise Fault(BAD_HOST) from None


def port(split: SplitResult) -> int | None:
    """Return the port; None for the protocol's own."""
    try:
        number = split.port
    except ValueError:
        raise Fault(ESCAPE if "@" not in split.netloc else BAD_PORT) from None
    if number == 0:
        raise Fault(BAD_PORT)
    return number
