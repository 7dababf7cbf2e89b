"""How many recipients the reply that marked one of them as bounced has marked."""
from collections.abc import Iterable
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import OuterRef
from django.utils.translation import gettext as _

from apps.core.numbers import RowCount

from ..models import Recipient

MANY = 1000  # more are not counted, for each of a page


def add_same_reply(recipients: Iterable[Recipient], owner: Any) -> None:
    """Set `same_reply` of `owner`'s recipients: how many were marked by the same reply.

    `same_reply_words` says the same, and where MANY are not all.
    """
    own = [recipient for recipient in recipients if recipient.owner_id == owner.pk]
    marked = [recipient.pk for recipient in own if recipient.bounced_key]
    same = Recipient.objects.filter(
        owner=owner, bounced_at__isnull=False, bounced_key=OuterRef("bounced_key")).order_by()
    rows = Recipient.objects.filter(pk__in=marked).order_by().annotate(
        same=RowCount(same.values("pk")[:MANY + 1]))
    counts = dict(rows.values_list("pk", "same"))
    for recipient in own:
        number = counts.get(recipient.pk, 0)
        recipient.same_reply = min(number, MANY)
        recipient.same_reply_words = intcomma(recipient.same_reply)
        if number > MANY:
            recipient.same_reply_words = _("over %(number)s") % {"number": intcomma(MANY)}
