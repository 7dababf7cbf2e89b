"""What follows for mailings from what happens to their owners."""
from typing import Any

from django.dispatch import receiver

from apps.users.models import User
from apps.users.services import user_unblocked, zone_changed

from .hours.services import owner_openings_write
from .models import Mailing
from .services import missed_starts_cancel


@receiver(user_unblocked)
def unblocking_starts_nothing(user: User, by: User, **kwargs: Any) -> None:
    """Leave it to the owner to start what missed its time while they were blocked."""
    missed_starts_cancel(mailings=Mailing.objects.owned_by(user), by=by)


@receiver(zone_changed)
def hours_are_in_the_owners_zone(user: User, **kwargs: Any) -> None:
    """Have letters leave by the clock on the owner's wall, wherever they are now."""
    owner_openings_write(owner=user)
