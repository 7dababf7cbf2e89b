"""Who is wiped, for all who keep something of them."""
from dataclasses import dataclass, field

from django.dispatch import Signal

from apps.users.models import User

# In the transaction of the wiping, with `wiped`: whoever keeps more of a person than `mailings`
# knows forgets it too.
person_wiped = Signal()


@dataclass(frozen=True)
class Wiped:
    """A person in the book of `owner`, who may have been deleted from it and added anew."""

    owner: User
    people: list[int]  # the ids of their recipients
    name: str = ""
    runs: list[int] = field(default_factory=list)  # in which they got letters
    # What stands for each of their addresses, which are in small letters.
    hashes: dict[str, str] = field(default_factory=dict)
