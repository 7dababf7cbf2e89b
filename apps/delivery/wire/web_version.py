"""The address of a letter in a browser: whoever has it may read that letter, and no other."""
import hmac
import re
from hashlib import blake2b

from django.conf import settings

OCTETS = 16  # of a digest
TOKEN = re.compile(rf"([0-9a-f]{{1,15}})-([0-9a-f]{{{2 * OCTETS}}})")
PURPOSE = b"web version"  # that no Message-ID, which goes by many hands, is a key


def web_address(seed: bytes, delivery_id: int) -> str:
    return f"{settings.BASE_URL}/w/{token_of(seed, delivery_id)}/"


def token_of(seed: bytes, delivery_id: int) -> str:
    """Return a delivery's token, keyed with the `seed` of its run."""
    digest = blake2b(b"%d" % delivery_id, digest_size=OCTETS, key=seed, person=PURPOSE)
    return f"{delivery_id:x}-{digest.hexdigest()}"


def delivery_in(token: str) -> int | None:
    """Return the number of the delivery that `token` claims to be of; None where it is cut."""
    found = TOKEN.fullmatch(token)
    return int(found[1], 16) if found else None


def is_token_of(token: str, seed: bytes, delivery_id: int) -> bool:
    return hmac.compare_digest(token, token_of(seed, delivery_id))
