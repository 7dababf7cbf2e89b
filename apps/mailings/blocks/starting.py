"""When a letter goes out by itself: what is changed until then goes along."""
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..models import Message


def start_words(message: Message) -> str:
    """Return when a mailing starts by itself that has the message; "" where none does."""
    now = timezone.now()
    waiting = message.mailings.filter(
        autostart=True, starts_at__gt=now, ends_at__gt=now, disabled_at=None, deleted_at=None,
        runs=None)
    first = waiting.order_by("starts_at").first()
    if first is None:
        return ""
    moment = timezone.localtime(first.starts_at)
    form = "j E" if moment.year == timezone.localtime(now).year else "j E Y"
    return _("on %(day)s at %(time)s") % {
        "day": date_format(moment, form), "time": date_format(moment, "TIME_FORMAT")}
