"""Servers that people name: which names, addresses and ports they may name, told without DNS.

Whoever connects judges each address anew (`is_public`): a name may become another one later.
"""
import re
import socket
import unicodedata
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import idna
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

SMTP_PORTS = (25, 465, 587, 2525, 2587)
IMAP_PORTS = (143, 993)
LONGEST_NAME = 253
DOTS = re.compile("[\u3002\uff0e\uff61]")  # the resolver takes them for dots (RFC 3490, 3.1)
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")  # such a last label is an address, in some spelling
WITH_PORT = re.compile(r"[^:]+:[0-9]*")

# What no server on the internet has (IANA's registries of special-purpose addresses).
SPECIAL_4 = tuple(map(ip_network, (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
    "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4")))
SPECIAL_6 = tuple(map(ip_network, ("2001::/23", "2001:db8::/32", "3fff::/20")))
UNICAST_6 = IPv6Network("2000::/3")  # the only part of IPv6 that is given out
NAT64 = IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether `address`, as the resolver gives it, is one of the internet's."""
    if "%" in address:  # it holds on one link alone
        return False
    ip = ip_address(address)
    if isinstance(ip, IPv4Address):
        return not any(ip in network for network in SPECIAL_4)
    inner = embedded(ip)
    if inner is not None:
        return is_public(str(inner))
    return ip in UNICAST_6 and not any(ip in network for network in SPECIAL_6)


def embedded(ip: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that packets to `ip` end at, if there is one."""
    if ip in NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour


def named_host(text: str) -> str:
    """Return the server that a person names as it is stored: in small letters and A-labels.

    Raises ValidationError with a sentence for the person. A name is not looked up.
    """
    host = DOTS.sub(".", unicodedata.normalize("NFKC", text)).strip().lower()
    refuse_more_than_a_name(host)
    literal = address_of(host)
    if literal:
        return public_literal(literal)
    name = host_name(host.removesuffix("."))
    if "." not in name and not settings.SMTP_ALLOW_PRIVATE:
        raise ValidationError(_("Write the server's full name, as smtp.example.com."))
    return name


def refuse_more_than_a_name(host: str) -> None:
    if "/" in host or "?" in host or "#" in host:
        raise ValidationError(
            _("This is the address of a page. Write the server's name alone, as "
              "smtp.example.com."))
    if "@" in host:
        raise ValidationError(
            _("This is a mail address. Write the server's name, as smtp.example.com."))
    if WITH_PORT.fullmatch(host):
        raise ValidationError(_("Write the port into its own field."))


def address_of(host: str) -> str:
    """Return the address that the resolver would take `host` for without asking; "" for none."""
    try:
        return str(ip_address(host.removeprefix("[").removesuffix("]")))
    except ValueError:
        pass
    last = host.removesuffix(".").rpartition(".")[2]
    if not NUMBER.fullmatch(last):
        return ""
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except (OSError, UnicodeError, ValueError):
        return ""


def public_literal(address: str) -> str:
    if settings.SMTP_ALLOW_PRIVATE or is_public(address):
        return address
    raise ValidationError(
        _("This server is in a private network. We can reach servers on the internet alone."))


def host_name(text: str) -> str:
    """Return the name `text` in A-labels (RFC 5891). Raises ValidationError."""
    wrong = ValidationError(_("This is no server's name. It looks like smtp.example.com."))
    name = text
    if not text.isascii():
        try:
            name = idna.encode(text).decode("ascii")
        except UnicodeError:
            raise wrong from None
    labels = name.split(".")
    if not all(map(LABEL.fullmatch, labels)) or len(name) > LONGEST_NAME:
        raise wrong
    if NUMBER.fullmatch(labels[-1]):
        raise wrong
    return name


def is_port_allowed(port: int, ports: Collection[int] = SMTP_PORTS) -> bool:
    return port in ports or settings.SMTP_ALLOW_PRIVATE and 0 < port < 65536


def checked_port(port: int, ports: Collection[int] = SMTP_PORTS) -> int:
    """Return `port` if people may name it: it is one of `ports`. Raises ValidationError."""
    if is_port_allowed(port, ports):
        return port
    raise ValidationError(
        _("Letters are not handed in at this port. It is one of %(ports)s.")
        % {"ports": ", ".join(map(str, ports))})
