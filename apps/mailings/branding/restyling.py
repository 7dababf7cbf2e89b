"""The job that makes an owner's letters of blocks anew when the branding was changed."""
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from apps.jobs.kinds import Kind
from apps.jobs.models import Job

from ..messages.services import make_letter
from ..models import Message
from .services import RESTYLE

BATCH = 20  # letters, each some hundredths of a second


def letters_of(owner_id: int | None) -> QuerySet[Message]:
    return Message.objects.filter(owner=owner_id, kind=Message.Kind.BLOCKS)


class RestyleKind(Kind):
    """Makes the HTML of letters anew; nobody's version of a letter is older for it."""

    key = RESTYLE
    label = gettext_lazy("New look of letters")

    def run_batch(self, job: Job) -> bool:
        rows = letters_of(job.owner_id)
        if not job.total:
            job.total = max(rows.count(), 1)
        part = rows.filter(pk__gt=job.place["after"]).order_by("pk")
        letters = list(part.select_for_update(of=("self",)).select_related("owner")[:BATCH])
        for letter in letters:
            make_letter(letter)
            Message.objects.filter(pk=letter.pk).update(html=letter.html, body=letter.body)
            job.place["after"] = letter.pk
        job.done = min(job.done + len(letters), job.total)
        if len(letters) < BATCH:
            job.done = job.total
            return True
        return False


KIND = RestyleKind()
