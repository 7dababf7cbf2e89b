"""Addresses that are good, and that somebody should look at: posts, and domains mistyped."""
from functools import lru_cache

from apps.core.addresses import domain_shown
from apps.core.words import LOOK_ALIKES

# Those that more people have come first: of two that are near, it is the one that was meant.
OFFERED = tuple("""
gmail.com mail.ru yandex.ru googlemail.com yandex.com yandex.by yandex.kz ya.ru bk.ru list.ru
inbox.ru internet.ru rambler.ru lenta.ru ro.ru autorambler.ru myrambler.ru hotmail.com outlook.com
live.com msn.com yahoo.com ymail.com icloud.com me.com mac.com aol.com gmx.de gmx.net gmx.com
web.de proton.me protonmail.com tut.by mail.com vk.com ukr.net i.ua hotmail.ru live.ru yahoo.co.uk
yahoo.de yahoo.fr narod.ru qip.ru e1.ru ngs.ru nextmail.ru pochta.ru
""".split())
# There are such domains, though they are near to another.
REAL = {*OFFERED, *"""
mail.ua mail.by mail.kz mail.eu email.com email.ru yandex.ua yandex.uz yandex.eu yandex.az
inbox.eu mailo.com zmail.ru hmail.com tmail.com gmx.at lists.ru
""".split()}
# Mailboxes of a post, at which nobody in particular reads (RFC 2142 and what shops have).
POSTS = frozenset("""
abuse admin administrator account accounting accounts billing bookkeeping buh buhgalter contact
contacts director feedback ftp hello help helpdesk hostmaster hr info information job jobs kadry
kontakt mail mailbox mailer-daemon manager marketing news newsletter no-reply nobody noc noreply
office order orders otdel pochta post postmaster press priemnaya pr reception reklama root sale
sales secretary security service shop snab snabzhenie spam support team tender webmaster www zakaz
zakupki zakaz1 opt optom
""".split())
# What known ones are often mistaken for by more than a slip, or are nearer to another by letters.
MEANT = {"gmail.ru": "gmail.com", "gmail.com.ru": "gmail.com", "mail.ru.com": "mail.ru"}
SHORTEST = 5  # of a domain that is compared: «ya.ru» is near to too many
SHORT_NAME = 3  # letters of a name in which one other makes another name: «vk» and «bk»


def is_post(email: str) -> bool:
    """Whether an address is of a post rather than of a person."""
    local = email.partition("@")[0].lower()
    return local.partition("+")[0] in POSTS


@lru_cache(maxsize=20_000)
def near_domain(typed: str) -> str:
    """Return the well-known domain that differs from `typed` by one slip; "" without one."""
    domain = latin(typed.lower())
    if domain in REAL:
        return domain if domain != typed.lower() else ""
    if domain in MEANT:
        return MEANT[domain]
    if len(domain) <= SHORTEST:
        return ""
    for known in OFFERED:
        if len(known) > SHORTEST and is_one_slip(domain, known) and may_be(domain, known):
            return known
    return ""


def latin(domain: str) -> str:
    """Return a domain with Latin letters for the Cyrillic ones in it that look like them."""
    shown = domain_shown(domain)
    return domain if shown.isascii() else shown.translate(LOOK_ALIKES)


def may_be(domain: str, known: str) -> bool:
    """Whether a slip may be one: a short name with another letter is another name."""
    name = known.partition(".")[0]
    return len(name) > SHORT_NAME or domain.startswith(f"{name}.")


def is_one_slip(one: str, other: str) -> bool:
    """Whether a letter more, less, other, or two that changed places make one the other."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, wanted = one[start:], other[start:]
    return (rest[1:] == wanted[1:] or rest == wanted[1:] or rest[1:] == wanted
            or (len(rest) > 1 and rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:]))


def suggested(email: str) -> str:
    """Return the address with the domain that was probably meant; "" when none is near."""
    local, _at, domain = email.rpartition("@")
    near = near_domain(domain)
    return f"{local}@{near}" if near else ""
