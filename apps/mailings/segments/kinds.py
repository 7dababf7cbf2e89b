"""What a condition can be about, and how: the words of the form, and what is written there."""
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..fields.models import Field

OF_FIELD = "field:"  # and its key: a condition about one of the owner's own fields


class Takes(StrEnum):
    """What is written beside a condition."""

    NOTHING = "nothing"
    TEXT = "text"
    NUMBER = "number"
    NUMBERS = "numbers"  # from one to another
    DATE = "date"
    DAYS = "days"
    DOMAINS = "domains"
    SOME = "some"  # several of a list
    ONE = "one"  # one of a list


@dataclass(frozen=True)
class How:
    """A way to ask; `said` is the whole condition, with its `what` and `value`."""

    key: str
    label: Promise
    takes: Takes
    said: Promise


def hows(*those: How) -> dict[str, How]:
    return {how.key: how for how in those}


ANY_OF = pgettext_lazy("condition", "is one of")
NONE_OF = pgettext_lazy("condition", "is none of")
BEFORE = pgettext_lazy("condition", "before")
AFTER = pgettext_lazy("condition", "after")
ON = pgettext_lazy("condition", "on the day")
LAST = pgettext_lazy("condition", "in the last days")
KNOWN = (
    How("known", pgettext_lazy("condition", "is filled in"), Takes.NOTHING,
        _("%(what)s is filled in")),
    How("empty", pgettext_lazy("condition", "is empty"), Takes.NOTHING, _("%(what)s is empty")),
)
SAID_OF_DAYS = (
    How("on", ON, Takes.DATE, _("%(what)s on %(value)s")),
    How("before", BEFORE, Takes.DATE, _("%(what)s before %(value)s")),
    How("after", AFTER, Takes.DATE, _("%(what)s after %(value)s")),
    How("last", LAST, Takes.DAYS, _("%(what)s %(value)s")),
)
SOME_OF = (
    How("any_of", ANY_OF, Takes.SOME, _("%(what)s is %(value)s")),
    How("none_of", NONE_OF, Takes.SOME, _("%(what)s is not %(value)s")),
)

HOWS = {
    "tags": hows(
        How("any", pgettext_lazy("condition", "has any of"), Takes.SOME,
            _("has a tag of %(value)s")),
        How("all", pgettext_lazy("condition", "has all of"), Takes.SOME,
            _("has all tags of %(value)s")),
        How("none", pgettext_lazy("condition", "has none of"), Takes.SOME,
            _("has no tag of %(value)s"))),
    "text": hows(
        How("is", pgettext_lazy("condition", "is"), Takes.TEXT, _("%(what)s is %(value)s")),
        How("is_not", pgettext_lazy("condition", "is not"), Takes.TEXT,
            _("%(what)s is not %(value)s")),
        How("contains", pgettext_lazy("condition", "contains"), Takes.TEXT,
            _("%(what)s contains %(value)s")),
        *KNOWN),
    "number": hows(
        How("eq", pgettext_lazy("condition", "is equal to"), Takes.NUMBER,
            _("%(what)s is equal to %(value)s")),
        How("lt", pgettext_lazy("condition", "is less than"), Takes.NUMBER,
            _("%(what)s is less than %(value)s")),
        How("gt", pgettext_lazy("condition", "is more than"), Takes.NUMBER,
            _("%(what)s is more than %(value)s")),
        How("between", pgettext_lazy("condition", "is from … to …"), Takes.NUMBERS,
            _("%(what)s is %(value)s")),
        *KNOWN),
    "date": hows(
        *SAID_OF_DAYS,
        How("next", pgettext_lazy("condition", "in the next days"), Takes.DAYS,
            _("%(what)s %(value)s")),
        How("yearly", pgettext_lazy("condition", "in the next days of any year"), Takes.DAYS,
            _("%(what)s %(value)s, whatever the year")),
        *KNOWN),
    "choice": hows(*SOME_OF, *KNOWN),
    "words": hows(
        How("has", pgettext_lazy("condition", "contain"), Takes.TEXT,
            _("%(value)s in the name, address or comment")),
        How("has_not", pgettext_lazy("condition", "do not contain"), Takes.TEXT,
            _("no %(value)s in the name, address or comment"))),
    "domain": hows(
        How("any_of", ANY_OF, Takes.DOMAINS, _("address at %(value)s")),
        How("none_of", NONE_OF, Takes.DOMAINS, _("address not at %(value)s"))),
    "added": hows(*SAID_OF_DAYS),
    "import": hows(
        How("any_of", ANY_OF, Takes.SOME, _("added by import %(value)s")),
        How("none_of", NONE_OF, Takes.SOME, _("not added by import %(value)s"))),
    "source": hows(*SOME_OF),
    "fate": hows(
        How("any_of", ANY_OF, Takes.SOME, _("last letter: %(value)s")),
        How("none_of", NONE_OF, Takes.SOME, _("last letter is not: %(value)s"))),
    "mailing": hows(
        How("got", pgettext_lazy("condition", "was received"), Takes.ONE,
            _("got the mailing %(value)s")),
        How("not_got", pgettext_lazy("condition", "was not received"), Takes.ONE,
            _("did not get the mailing %(value)s"))),
    "written": hows(
        How("not_for", pgettext_lazy("condition", "nothing for days"), Takes.DAYS,
            _("not written to for %(value)s")),
        How("within", LAST, Takes.DAYS, _("written to %(value)s"))),
    "bounced": hows(
        How("no", pgettext_lazy("condition", "works"), Takes.NOTHING, _("the address works")),
        How("yes", pgettext_lazy("condition", "does not exist: no such mailbox"), Takes.NOTHING,
            _("no such mailbox")),
        How("resting", pgettext_lazy("condition", "rests, as letters kept coming back"),
            Takes.NOTHING, _("the address rests"))),
}
# Beside own fields, which are of their kinds.
LABELS = {
    "tags": pgettext_lazy("condition", "Tag"),
    "words": _("Name, address or comment"),
    "domain": _("Domain of the address"),
    "added": pgettext_lazy("recipient", "Added"),
    "source": pgettext_lazy("condition", "Source"),
    "import": pgettext_lazy("noun", "import"),
    "written": pgettext_lazy("condition", "Letters"),
    "fate": _("Last letter"),
    "mailing": _("mailing"),
    "bounced": pgettext_lazy("condition", "Address"),
}


def kind_of(what: object, fields: dict[str, Field]) -> str:
    """Return the key of HOWS for what a condition is about; "" for what there is not."""
    if not isinstance(what, str):
        return ""
    if what.startswith(OF_FIELD):
        field = fields.get(what.removeprefix(OF_FIELD))
        return field.kind if field else ""
    return what if what in LABELS else ""
