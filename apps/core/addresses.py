"""E-mail addresses as people write them; stored and sent, their domains are in ASCII (IDNA)."""
import re

import idna

DOMAIN = re.compile(r"(?<=@)(?:[a-z0-9-]+\.)*xn--[a-z0-9.-]*[a-z0-9]", re.IGNORECASE)


def shown(text: str) -> str:
    """Return an address, or a text that has some, with the letters of their domains.

    `ivan@xn--e1afmkfd.xn--p1ai` becomes `ivan@пример.рф`.
    """
    if "xn--" not in text.lower():
        return text
    return DOMAIN.sub(lambda found: domain_shown(found[0]), text)


def domain_shown(domain: str) -> str:
    try:
        return idna.decode(domain)
    except UnicodeError:  # no name that IDNA knows
        return domain
