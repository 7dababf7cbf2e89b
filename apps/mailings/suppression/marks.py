"""Suppressed addresses beside the recipients who have them."""
from collections.abc import Iterable
from typing import Any

from django.db.models.functions import Lower

from ..models import Recipient
from .models import Suppression


def add_suppressions(recipients: Iterable[Recipient], user: Any) -> None:
    """Give each of `recipients` the `suppression` of its address; None without one, and where it is
    not for `user` to see."""
    addresses = {recipient.email.lower() for recipient in recipients}
    found = {(suppression.owner_id, suppression.email): suppression
             for suppression in Suppression.objects.owned_by(user).filter(email__in=addresses)}
    for recipient in recipients:
        of_whom = (recipient.owner_id, recipient.email.lower())
        recipient.suppression = found.get(of_whom)  # type: ignore[attr-defined]


def add_people(suppressions: Iterable[Suppression]) -> None:
    """Give each of `suppressions` the `person` of its owner's book who has the address, or None."""
    owners = {suppression.owner_id for suppression in suppressions}
    addresses = {suppression.email for suppression in suppressions}
    people = Recipient.objects.annotate(address=Lower("email")).filter(
        owner__in=owners, address__in=addresses)
    found = {(person.owner_id, person.address): person for person in people}
    for suppression in suppressions:
        of_whom = (suppression.owner_id, suppression.email)
        suppression.person = found.get(of_whom)  # type: ignore[attr-defined]
