"""E-mail addresses that SMTP can carry.

The domain becomes a lower-case IDNA 2008 A-label (RFC 5891); the local part stays as typed and
must be ASCII: few servers speak SMTPUTF8 (RFC 6531). Lengths are RFC 5321's: 64 octets before
the @, 254 in all.
"""
import re
import unicodedata
from functools import lru_cache

import idna
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~]([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]*"
                        r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-])?")


def normalized(text):
    """Return the address `text` as it is stored and sent.

    Raises ValidationError with a sentence for the person who typed it.
    """
    address = text.strip()
    if not is_plain(address) and any(map(is_unseen, address)):
        raise ValidationError(_("The address contains a space or an invisible character."))
    local, _at, domain = address.rpartition("@")
    if not local or not domain:
        raise ValidationError(_("An address looks like name@example.com."))
    if not local.isascii():
        raise ValidationError(_("Before the @, only Latin letters, digits and signs can be sent."))
    if len(local) > 64:
        raise ValidationError(_("The part before the @ is longer than 64 characters."))
    if ".." in local or not LOCAL_PART.fullmatch(local):
        raise ValidationError(_("The part before the @ is not an address that can be written to."))
    address = f"{local}@{domain_label(domain)}"
    if len(address) > 254:
        raise ValidationError(_("The address is longer than 254 characters."))
    return address


@lru_cache(maxsize=10_000)  # a book has few domains
def is_plain(text):
    """Return whether all of `text` is seen, by a quick look."""
    return text.isascii() and text.isprintable() and " " not in text


def is_unseen(char):
    return unicodedata.category(char) in ("Cc", "Cf", "Zs", "Zl", "Zp")


def domain_label(domain):
    """Return `domain` in lower-case A-labels; ValidationError when it is no public domain."""
    wrong = ValidationError(_("The part after the @ is not a domain that letters can reach."))
    try:
        label = idna.encode(domain.lower()).decode("ascii").lower()
    except UnicodeError:
        raise wrong from None
    top = label.rpartition(".")[2]
    if "." not in label or top.isdigit() or label.endswith("."):
        raise wrong
    return label
