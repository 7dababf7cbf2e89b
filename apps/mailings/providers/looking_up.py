"""Ask DNS whose mail servers take the letters of a domain.

Nothing that a person wrote is trusted: a name that is no domain of the internet is not asked for.
"""
import re
from dataclasses import dataclass
from functools import lru_cache

import dns.exception
import dns.rdatatype
import dns.resolver
from django.core.exceptions import ValidationError

from apps.core.hosts import LONGEST_NAME, host_name

from .families import OTHER, family_of_server

WHOLE = 3.0  # seconds, of all that is asked for one domain
FIRST = 1.5  # for one answer of one DNS server
NULL_MX = "."  # the domain takes no mail (RFC 7505)
IN_CAPITALS = re.compile("[A-Z]")


class NoAnswer(Exception):
    """DNS has not told. `is_silent`: nobody answered in time, or no DNS server is known."""

    def __init__(self, why: str, *, is_silent: bool = False) -> None:
        super().__init__(why)
        self.is_silent = is_silent


@dataclass(frozen=True)
class Looked:
    """What DNS tells of a domain: the family, and the mail server that decided.

    `server` is "" for what is no domain, NULL_MX for a domain that takes no mail, and the domain
    itself where it names none (RFC 5321, 5.1).
    """

    provider: str
    server: str


@lru_cache(maxsize=1)
def resolver() -> dns.resolver.Resolver:
    """Return the resolver of this machine. Raises NoAnswer where none is set up."""
    try:
        found = dns.resolver.Resolver()
    except dns.exception.DNSException as error:
        raise NoAnswer(str(error), is_silent=True) from error
    found.timeout = FIRST
    found.lifetime = WHOLE
    return found


def look_up(domain: str) -> Looked:
    """Return whose mail servers take the letters of `domain`, in WHOLE seconds at the most.

    The server of the lowest preference decides, of equal ones the first by name, so that it is
    the same one each time. Raises NoAnswer.
    """
    if not is_domain(domain):
        return Looked(OTHER, "")
    try:
        answer = resolver().resolve(f"{domain}.", dns.rdatatype.MX, search=False)
    except dns.resolver.NoAnswer:
        return Looked(family_of_server(domain), domain)
    except (dns.resolver.LifetimeTimeout, dns.resolver.NoNameservers) as error:
        raise NoAnswer(str(error), is_silent=True) from error
    except (dns.exception.DNSException, OSError) as error:
        raise NoAnswer(str(error)) from error
    servers = sorted((row.preference, row.exchange.to_text().lower()) for row in answer)
    server = servers[0][1]
    if server == NULL_MX:
        return Looked(OTHER, NULL_MX)
    server = server.removesuffix(".")[:LONGEST_NAME]
    return Looked(family_of_server(server), server)


def is_domain(name: str) -> bool:
    """Whether `name` is one that DNS of the internet may have: whole, in small A-labels."""
    if "." not in name or IN_CAPITALS.search(name):
        return False
    try:
        return host_name(name) == name
    except ValidationError:
        return False
