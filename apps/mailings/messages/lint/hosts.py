"""Hosts in addresses, and in what people read."""
import ipaddress
import re
from urllib.parse import urlsplit

import idna
from django.conf import settings

WRITTEN = re.compile(
    r"(?P<scheme>https?://)?(?P<host>(?:[\w-]+\.)+[^\W\d_][\w-]*)(?::\d+)?(?P<path>[/?#]\S*)?",
    re.IGNORECASE)
LONGEST = 500  # words that somebody takes for an address
MAILBOX = re.compile(r"[^\s@<>()]+@((?:[\w-]+\.)+[^\W\d_][\w-]*)")
# Of words like `price.pdf` or `Node.js` nobody thinks that they are addresses.
ENDINGS = frozenset("""
ru su рф com net org info biz by kz ua uz kg am ge az md ee lv lt eu uk us de fr it es pl tr cn io
me ai app dev shop store online site pro club tech space website agency xyz top live media ltd
moscow tatar рус москва онлайн сайт орг дети bank edu gov tv cc co
""".split())
PRIVATE_ENDINGS = (
    ".local", ".localhost", ".internal", ".intranet", ".lan", ".home", ".corp", ".test",
    ".invalid", ".home.arpa")


def ascii_host(host: str) -> str:
    """Return a host in small ASCII letters; as it is where it is none."""
    host = host.lower().rstrip(".")
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return host


def host_of(address: str) -> str | None:
    """Return the host of an address of the web; None of one that has none, or is broken."""
    try:
        host = urlsplit(address).hostname
    except ValueError:
        return None
    return ascii_host(host) if host else None


def is_own(address: str) -> bool:
    """Return whether an address is of this service, wherever it runs."""
    return address.startswith(f"{settings.BASE_URL.rstrip('/')}/")


def is_private(host: str) -> bool:
    """Return whether nobody but the sender's own network knows `host`."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(PRIVATE_ENDINGS)


def read_as_host(words: str) -> str | None:
    """Return the host that somebody who reads these words thinks they lead to."""
    if len(words) > LONGEST:
        return None
    mailbox = MAILBOX.fullmatch(words)
    if mailbox:
        return ascii_host(mailbox[1])
    found = WRITTEN.fullmatch(words.strip("«»\"'().,;:!? ").removesuffix("/"))
    if not found:
        return None
    host = found["host"].lower()
    if not found["scheme"] and not host.startswith("www.") and (
            host.rpartition(".")[2] not in ENDINGS):
        return None
    return ascii_host(host)


def is_same_site(one: str, other: str) -> bool:
    """Return whether both are of one site, or one is a part of the other."""
    one = one.removeprefix("www.")
    other = other.removeprefix("www.")
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
