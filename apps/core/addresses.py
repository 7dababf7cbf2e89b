"""E-mail addresses as people write them; stored and sent, their domains are in ASCII (IDNA)."""
import re

import idna

NAME = re.compile(r"[^.@\s]+")
DOMAIN = re.compile(r"(?<=@)(?:[a-z0-9-]+\.)*xn--[a-z0-9.-]*[a-z0-9]", re.IGNORECASE)


def shown(text: str) -> str:
    """Return an address, or a text that has some, with the letters of their domains.

    `ivan@xn--e1afmkfd.xn--p1ai` becomes `ivan@пример.рф`.
    """
    if "xn--" not in text.lower():
        return text
    return DOMAIN.sub(lambda found: domain_shown(found[0]), text)


def mentions(text: str, address: str) -> bool:
    """Whether `text` names just this address, in any case, and not one that it is a part of."""
    place = re.compile(rf"(?<![\w.+-]){re.escape(address)}(?![\w-]|\.\w)", re.IGNORECASE)
    return place.search(text) is not None


def stored(text: str) -> str:
    """Return a part of an address as it is stored: in small letters, names of domains in ASCII."""
    return NAME.sub(lambda found: name_stored(found[0]), text.lower())


def name_stored(name: str) -> str:
    if name.isascii():
        return name
    try:
        return idna.encode(name).decode("ascii")
    except UnicodeError:  # a part of a name, or none at all
        return name


def domain_shown(domain: str) -> str:
    try:
        return idna.decode(domain)
    except UnicodeError:  # no name that IDNA knows
        return domain
