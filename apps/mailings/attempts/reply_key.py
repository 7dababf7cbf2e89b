"""Finds replies that say the same about different addresses."""
import hashlib
import re

CODE = re.compile(r"[245]\d\d|[245]\.\d{1,3}\.\d{1,3}")  # RFC 5321, 4.2; RFC 3463
AROUND = "<>()[]{}\"'`,;:.#="
QUOTED = "<{}>", "[{}]", "({})", '"{}"', "'{}'", "`{}'"


def reply_key(reply: str, email: str) -> str:
    """Return a key that replies about `email` and other addresses share when they say the same.

    The recipient's own address, ids, numbers, blanks and case make no difference; a reply code
    and an enhanced status code do.
    """
    text = without_address(reply.lower(), email.lower())
    words = ["#" if is_id(word.strip(AROUND)) else word for word in text.split()]
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:32]


def without_address(text: str, email: str) -> str:
    """Return `text` without `email` and its local part where that is plainly quoted.

    A bare local part may be a word of the reply, as in "user unknown" to user@example.com.
    """
    text = text.replace(email, "@")
    for quoted in QUOTED:
        text = text.replace(quoted.format(email.rpartition("@")[0]), quoted.format("@"))
    return text


def is_id(word: str) -> bool:
    """Return whether a word of a reply is an id, a number, a time or a numbered host."""
    return any(map(str.isdigit, word)) and not CODE.fullmatch(word)
