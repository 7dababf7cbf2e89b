"""What figures follow from what happens to letters later."""
from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from apps.core.addresses import mentions
from apps.mailings.models import Bounce
from apps.mailings.wiping.wiped import Wiped, person_wiped

from . import counting
from .models import Increment, Tally


@receiver(post_save, sender=Bounce)
def letter_came_back(instance: Bounce, created: bool, **kwargs: Any) -> None:
    """Have the run's figure of letters that came back counted anew."""
    if created:
        counting.touch(instance.run_id)


@receiver(person_wiped)
def wiped_person_is_no_example(wiped: Wiped, **kwargs: Any) -> None:
    """Show none of the answers that name a wiped person; the figures stay."""
    for model in Tally, Increment:
        rows = model.objects.filter(run__in=wiped.runs, example__contains="@")
        theirs = [pk for pk, example in rows.values_list("pk", "example")
                  if any(mentions(example, email) for email in wiped.hashes)]
        model.objects.filter(pk__in=theirs).update(example="")
