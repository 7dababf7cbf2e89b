"""What a letter carries so that what comes back finds its delivery, and nobody can make it up.

Each is lower-case hexadecimal: mail servers change the case of local parts. A MAC is keyed BLAKE2b
(RFC 7693) under the lasting key, of another `person` for each use.
"""
import hmac
import re
from hashlib import blake2b
from typing import NamedTuple

from .lasting_key import keys, lasting_key

OCTETS = 16
LEAST_OCTETS = 10
LONGEST_LOCAL = 64  # octets of a local part (RFC 5321, 4.5.3.1.1)
LEAVING = b"unsubscribe"
RETURNING = b"return path"
NAMING = b"message id"
LONGEST_UNSUBSCRIBE = 15 + 15 + 2 * OCTETS + 2
UNSUBSCRIBE = re.compile(r"([0-9a-f]{1,15})-([0-9a-f]{1,15})-([0-9a-f]{32})")
DELIVERY = re.compile(r"([0-9a-f]{1,15})-([0-9a-f]{20,32})")


class Leaving(NamedTuple):
    """What the link to leave names; the numbers are 0 where there is none (a test letter)."""

    recipient: int
    delivery: int
    mac: str


class Signer:
    """Makes the tokens of the letters of one run; what is the same for all is hashed once.

    They are those of `unsubscribe_token` and `message_token`, at half their cost.
    """

    def __init__(self, owner: int, seed: str) -> None:
        key = lasting_key()
        self.leaving = blake2b(b"%d-" % owner, digest_size=OCTETS, key=key, person=LEAVING)
        self.naming = blake2b(digest_size=OCTETS, key=key, person=NAMING)
        self.seed = seed.encode("ascii")

    def unsubscribe(self, recipient: int, delivery: int, address: str) -> str:
        mac = self.leaving.copy()
        mac.update(b"%d-%d-%s" % (recipient, delivery, address.lower().encode()))
        return f"{recipient:x}-{delivery:x}-{mac.hexdigest()}"

    def message(self, delivery: int) -> str:
        mac = self.naming.copy()
        mac.update(b"%d-%s" % (delivery, self.seed))
        return f"{delivery:x}-{mac.hexdigest()}"


def unsubscribe_token(owner: int, recipient: int, delivery: int, address: str) -> str:
    """Return `<recipient>-<delivery>-<mac>`: the token of one letter's link to leave."""
    return f"{recipient:x}-{delivery:x}-" + leaving_mac(
        lasting_key(), owner, recipient, delivery, address)


def leaving_mac(key: bytes, owner: int, recipient: int, delivery: int, address: str) -> str:
    signed = f"{owner}-{recipient}-{delivery}-{address.lower()}".encode()
    return blake2b(signed, digest_size=OCTETS, key=key, person=LEAVING).hexdigest()


def leaving_in(token: str) -> Leaving | None:
    """Return what `token` claims to be of; None where it is cut."""
    found = UNSUBSCRIBE.fullmatch(token)
    return Leaving(int(found[1], 16), int(found[2], 16), found[3]) if found else None


def may_leave(token: Leaving, owner: int, address: str) -> bool:
    """Whether `token` was made by us for this `address` in the book of `owner`."""
    return any(hmac.compare_digest(
        token.mac, leaving_mac(key, owner, token.recipient, token.delivery, address))
        for key in keys())


def delivery_mac(key: bytes, delivery: int, seed: str, use: bytes) -> str:
    """Return the MAC of a delivery for one `use`; `seed` is its run's, hexadecimal.

    Numbers are given again after a restore, seeds are not.
    """
    return blake2b(f"{delivery}-{seed}".encode("ascii"), digest_size=OCTETS, key=key,
                   person=use).hexdigest()


def return_token(delivery: int, seed: str, octets: int = OCTETS) -> str:
    """Return `<delivery>-<mac>` for the envelope's sender; the MAC is cut to so many octets."""
    return f"{delivery:x}-{delivery_mac(lasting_key(), delivery, seed, RETURNING)[:2 * octets]}"


def message_token(delivery: int, seed: str) -> str:
    """Return `<delivery>-<mac>`: what stands before the @ of a Message-ID."""
    return f"{delivery:x}-{delivery_mac(lasting_key(), delivery, seed, NAMING)}"


def delivery_in(token: str) -> int | None:
    """Return the number of the delivery that a token of either kind claims to be of."""
    found = DELIVERY.fullmatch(token.lower())
    return int(found[1], 16) if found else None


def is_of(token: str, delivery: int, seed: str) -> bool:
    """Whether `token`, of a return path or a Message-ID, was made by us for this delivery."""
    found = DELIVERY.fullmatch(token.lower())
    if not found or int(found[1], 16) != delivery:
        return False
    mac = found[2]
    return any(hmac.compare_digest(mac, delivery_mac(key, delivery, seed, use)[:len(mac)])
               for key in keys() for use in (RETURNING, NAMING))
