"""What a wiped person has written is deleted too."""
from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower
from django.dispatch import receiver

from apps.mailings.wiping.wiped import Wiped, person_wiped

from .models import InboundLetter


@receiver(person_wiped)
def letters_of_the_wiped_are_deleted(wiped: Wiped, **kwargs: Any) -> None:
    """Delete the letters from a person's addresses, and those that answer letters to them."""
    theirs = Q(recipient__in=wiped.people) | Q(delivery__recipient__in=wiped.people) | Q(
        sent_from__in=list(wiped.hashes))
    letters = InboundLetter.objects.alias(sent_from=Lower("from_address"))
    letters.filter(theirs, owner=wiped.owner).delete()
