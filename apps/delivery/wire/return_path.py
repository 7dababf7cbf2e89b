"""The address that bounces go to, with the token of one delivery in it (VERP)."""
import re
import secrets

from .tokens import LEAST_OCTETS, LONGEST_LOCAL, OCTETS, return_token

DIGITS = 9  # hexadecimal, of a delivery's number: 68 thousand million of them
ROOM = LONGEST_LOCAL - len("+") - DIGITS - len("-")  # for the own part and the MAC
DOT_ATOM = re.compile(r"[^\s\"(),:;<>@\[\\\]]+")  # a quoted own part takes no tag (RFC 5322, 3.2.3)


def mac_octets(own_part: str) -> int | None:
    """Return how many octets of the MAC fit behind `own_part` and its plus; None: too few.

    It is the same for all deliveries, and what the check of a sender tries.
    """
    if not DOT_ATOM.fullmatch(own_part):
        return None
    octets = (ROOM - len(own_part.encode())) // 2
    return min(octets, OCTETS) if octets >= LEAST_OCTETS else None


def takes_token(address: str) -> bool:
    """Whether the own part of `address` leaves room for a token."""
    return mac_octets(address.rpartition("@")[0]) is not None


def return_address(address: str, delivery: int, seed: str) -> str:
    """Return `<own part>+<delivery>-<mac>@<domain>` of the mailbox `address`.

    `seed` is that of the delivery's run. Raises ValueError where the own part leaves no room.
    """
    own_part, _at, domain = address.rpartition("@")
    octets = mac_octets(own_part)
    if octets is None:
        raise ValueError("The own part of the address leaves no room for a token.")
    return f"{own_part}+{return_token(delivery, seed, octets)}@{domain}"


def sample_address(address: str) -> str | None:
    """Return an address as long and of the same signs as return paths; None: there is no room."""
    own_part, _at, domain = address.rpartition("@")
    octets = mac_octets(own_part)
    if octets is None:
        return None
    number = secrets.randbelow(16 ** DIGITS - 16 ** (DIGITS - 1)) + 16 ** (DIGITS - 1)
    return f"{own_part}+{number:x}-{secrets.token_hex(octets)}@{domain}"
