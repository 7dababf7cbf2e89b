"""Where pictures are: in which of their owners' messages."""
import re
from collections import Counter
from collections.abc import Iterable

from ..models import Message, MessageQuerySet
from .models import Picture

SEEN = 500  # newest messages of which a list of pictures is told
IN_HTML = re.compile(r"/i/([0-9a-f]{64})")


def add_used(pictures: Iterable[Picture]) -> None:
    """Give each of a page's pictures `used`: in how many of its owner's newest messages it is."""
    pictures = list(pictures)
    counts: Counter[tuple[int, str]] = Counter()
    for owner_id in {picture.owner_id for picture in pictures}:
        with_pictures = Message.objects.filter(owner=owner_id, html__contains="/i/")
        htmls = with_pictures.order_by("-pk").values_list("html", flat=True)[:SEEN]
        for html in htmls.iterator():
            counts.update((owner_id, digest) for digest in set(IN_HTML.findall(html)))
    for picture in pictures:
        setattr(picture, "used", counts[picture.owner_id, picture.digest])


def messages_with(picture: Picture) -> MessageQuerySet:
    """Return the owner's messages whose letters show the picture."""
    showing: MessageQuerySet = Message.objects.without_content().filter(
        owner=picture.owner_id, html__contains=f"/i/{picture.digest}")
    return showing.order_by("-updated_at")
