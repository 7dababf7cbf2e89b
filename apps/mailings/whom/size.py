"""Whether a mailing has more members than a page may count, told without finding them."""
from ..models import Recipient, Tagging
from ..picks.choice import members as picked
from .rules import Whom


def has_over(whom: Whom, number: int) -> bool:
    """Return whether more than `number` may be in a mailing; each look reads that many at the most.

    Nobody is looked for by the conditions of a segment: it may have as many as the book.
    """
    if whom.everyone or whom.segments:
        book = Recipient.objects.filter(owner=whom.owner).order_by()
        return book.values("pk")[number:number + 1].exists()
    if picked(whom.mailing)[number:number + 1].exists():
        return True
    if not whom.tags:
        return False
    tagged = Tagging.objects.filter(tag__in=whom.tags).order_by().values("pk")
    return tagged[number:number + 1].exists()
