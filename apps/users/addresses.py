"""The addresses of accounts, whose domain may be written in letters or in A-labels (RFC 5891)."""
import idna

from apps.core.addresses import shown

from .models import User


def stored(email: str) -> str:
    """Return `email` as its account has it; without one, with the domain in A-labels.

    Some browsers send what was typed, others an A-label: whoever signed up in one logs in in the
    other.
    """
    email = email.strip().lower()
    local, _at, domain = email.rpartition("@")
    try:
        label = idna.encode(domain).decode("ascii")
    except UnicodeError:  # no name that IDNA knows
        return email
    in_ascii = f"{local}@{label}"
    forms = {in_ascii, shown(in_ascii)}
    if len(forms) == 1:
        return email
    known = User.objects.filter(email__in=forms).values_list("email", flat=True).first()
    return known or in_ascii
