"""Connect to a server; one that a person names must be allowed.

Each address is judged when it is connected to, and by itself: a name that is public while its form
is filled in may be private a minute later.
"""
import socket
from collections.abc import Collection
from functools import partial
from typing import Any

from django.conf import settings

from apps.core.hosts import SMTP_PORTS, is_port_allowed, is_public
from apps.mailings.senders.troubles import Trouble

from .deadline import Deadline
from .faults import HostRefused

Address = tuple[int, Any]  # a socket's family and address


def connect_named(host: str, port: int, deadline: Deadline,
                  ports: Collection[int] = SMTP_PORTS) -> socket.socket:
    """Return a socket that is connected to a server of a person's choice.

    `ports` are those that the service it is for has. Raises HostRefused and OSError.
    """
    if not is_port_allowed(port, ports):
        raise HostRefused(Trouble.PORT, f"Nobody may name the port {port}.")
    addresses = resolved(host, port, deadline)
    if not settings.SMTP_ALLOW_PRIVATE:
        addresses = [one for one in addresses if is_public(one[1][0])]
    if not addresses:
        raise HostRefused(Trouble.PRIVATE, "The mail server is in a private network.")
    return connect_first(addresses, deadline)


def connect(host: str, port: int, deadline: Deadline) -> socket.socket:
    """Return a socket that is connected to the operator's server. Raises as `connect_named`."""
    return connect_first(resolved(host, port, deadline), deadline)


def resolved(host: str, port: int, deadline: Deadline) -> list[Address]:
    """Return the addresses of `host`. Raises HostRefused and OSError."""
    lookup = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    try:
        found = deadline.call(lookup)
    except (ValueError, TypeError, OverflowError):  # what the resolver can not even look for
        raise HostRefused(Trouble.HOST, "No mail server can have such a name.") from None
    return [(family, address) for family, _type, _protocol, _name, address in found]


def connect_first(addresses: list[Address], deadline: Deadline) -> socket.socket:
    """Return a socket that is connected to the first of `addresses` that answers.

    Each gets its share of the time. Raises OSError, the last one's.
    """
    fault: OSError = socket.gaierror(socket.EAI_NONAME, "The server's name has no address.")
    for number, (family, address) in enumerate(addresses):
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(deadline.left(len(addresses) - number))
            sock.connect(address)
        except OSError as error:
            sock.close()
            fault = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise fault
