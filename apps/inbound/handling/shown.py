"""Letters with what their list says of each: whose address it is, and whether it is written to."""
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from apps.mailings.models import Suppression
from apps.mailings.recipients.addresses import normalized
from apps.users.models import User

from .models import InboundLetter


@dataclass(frozen=True)
class Row:
    letter: InboundLetter
    email: str  # that can be written to no more; "" for none
    suppression: Suppression | None  # of that address


def rows_of(letters: Iterable[InboundLetter], owner: User) -> list[Row]:
    addresses = {letter.pk: address_of(letter) for letter in letters}
    found = Suppression.objects.owned_by(owner).filter(email__in=addresses.values())
    suppressions = {suppression.email: suppression for suppression in found}
    return [Row(letter, addresses[letter.pk], suppressions.get(addresses[letter.pk]))
            for letter in letters]


def address_of(letter: InboundLetter) -> str:
    """Return the address that a person's letter is about; "" where nobody could be meant.

    It is the one that we have written to: who answers from another one means that.
    """
    if letter.kind not in InboundLetter.OF_PEOPLE:
        return ""
    if letter.delivery:
        return letter.delivery.email.lower()
    if letter.recipient:
        return letter.recipient.email.lower()
    try:
        return str(normalized(letter.from_address)).lower()
    except ValidationError:
        return ""
