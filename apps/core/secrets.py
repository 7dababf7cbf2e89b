"""Text that is kept encrypted, under SECRET_KEY; what older keys encrypted can still be read."""
import base64
import hashlib
import secrets

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

PURPOSE = "vestnik.secrets"  # so that the key is no other use's of SECRET_KEY


class Unreadable(Exception):
    """The text was encrypted under a key that is no longer known."""


def new_key() -> str:
    """Return 256 random bits, in hexadecimal."""
    return secrets.token_hex(32)


def encrypted(text: str) -> str:
    return keys().encrypt(text.encode()).decode("ascii")


def decrypted(token: str) -> str:
    """Return the text that `encrypted` made `token` of. Raises Unreadable."""
    try:
        return keys().decrypt(token.encode()).decode()
    except InvalidToken:
        raise Unreadable from None


def renewed(token: str) -> str:
    """Return what the newest key makes of the text in `token`: itself, where it made it.

    Raises Unreadable.
    """
    newest = key(settings.SECRET_KEY)
    try:
        newest.decrypt(token.encode())
    except InvalidToken:
        return newest.encrypt(decrypted(token).encode()).decode("ascii")
    return token


def keys() -> MultiFernet:
    """Return the keys, the newest first: it encrypts, all decrypt."""
    return MultiFernet([key(one) for one in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def key(secret: str) -> Fernet:
    digest = hashlib.blake2b(
        PURPOSE.encode(), key=hashlib.sha512(secret.encode()).digest(), digest_size=32).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
