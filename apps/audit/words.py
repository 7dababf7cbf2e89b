"""What an entry of the trail tells, in the reader's words."""
import re

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .models import Entry

Action = Entry.Action
# Entries name a mailing with its first send in UTC, which no reader's clock shows.
UTC_MOMENT = re.compile(r" \(\d{4}-\d\d-\d\d \d\d:\d\d\)$")
LETTERS = (Action.TEST, Action.DELIVERED, Action.AGAIN, Action.COUNT_UNKNOWN)
COUNTED_PEOPLE = (
    Action.START, Action.BULK, Action.DELETE, Action.RESTORE, Action.EXPORT, Action.GROUND)
QUOTED = (Action.DISABLE, Action.BLOCK)


def object_in_words(entry: Entry) -> str:
    """Return what the entry's object is called."""
    if entry.object_type == "mailings.mailing":
        return UTC_MOMENT.sub("", entry.object_label)
    return entry.object_label


def details_in_words(entry: Entry) -> str:
    """Return the entry's details: a number with what it counts, a reason in quotes."""
    details = entry.details
    if details.isdecimal():
        return counted(entry.action, int(details))
    if details and entry.action in QUOTED:
        return _("“%(reason)s”") % {"reason": details}
    if entry.action == Action.EXPORT:
        return details.removeprefix("None – ").removeprefix("– ")
    if entry.action == Action.ROLE:
        return details.replace("is_superuser", _("superuser")).replace(
            "is_staff", _("may open the admin"))
    return details


def counted(action: str, number: int) -> str:
    words = {"n": intcomma(number)}
    if action in COUNTED_PEOPLE:
        return ngettext("%(n)s recipient", "%(n)s recipients", number) % words
    if action in LETTERS:
        return ngettext("%(n)s letter", "%(n)s letters", number) % words
    if action == Action.SESSIONS:
        return ngettext("%(n)s session", "%(n)s sessions", number) % words
    if action in (Action.WRITE_AGAIN, Action.SUPPRESS):
        return ngettext("%(n)s address", "%(n)s addresses", number) % words
    return str(number)
