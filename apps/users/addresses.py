"""The addresses of accounts, whose domain may be written in letters or in A-labels (RFC 5891)."""
import idna

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
        typed = idna.decode(domain)
    except UnicodeError:
        return email
    if label == typed:
        return email
    forms = [f"{local}@{label}", f"{local}@{typed}"]
    known = User.objects.filter(email__in=forms).values_list("email", flat=True).first()
    return known or forms[0]
