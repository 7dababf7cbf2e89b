"""Addresses that are known by a hash alone: of people who were wiped, and of lost rows.

A file that lies beside the database names nobody: whoever wants to read it needs the owner's key
too, which is in the database.
"""
from hashlib import blake2b

from apps.users.models import User

DOMAIN = "wiped.invalid"  # RFC 2606: no letter can go there


def address_hash(owner: User, address: str) -> str:
    """Return 32 hexadecimal digits that stand for `address` in the book of `owner`.

    Keyed BLAKE2b (RFC 7693) of the address in small letters.
    """
    key = bytes.fromhex(owner.address_key)
    return blake2b(address.lower().encode(), digest_size=16, key=key).hexdigest()


def hashed_address(owner: User, address: str) -> str:
    """Return what is kept in place of an `address` that is not to be kept."""
    return f"{address_hash(owner, address)}@{DOMAIN}"
