"""Whom a mailing is for, in words: “Regulars, less: Wholesale”."""
from collections.abc import Sequence
from datetime import timedelta

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from ..mailings.words import days
from ..models import Mailing
from .rules import NAMES


def add_words(mailings: Sequence[Mailing]) -> None:
    """Give each of `mailings`, which are not only for who was picked by hand, its words as `whom`.
    """
    if not mailings:
        return
    prefetch_related_objects(mailings, *NAMES)
    for mailing in mailings:
        mailing.whom = words_of(mailing)


def words_of(mailing: Mailing) -> str:
    names = [str(group) for group in (*mailing.tags.all(), *mailing.segments.all())]
    words = ", ".join(names) or _("Picked by name")
    if mailing.everyone:
        words = _("All recipients")
    less = less_of(mailing)
    if not less:
        return words
    return _("%(whom)s, except: %(less)s") % {"whom": words, "less": ", ".join(less)}


def less_of(mailing: Mailing) -> list[str]:
    """Return the groups that get no letter, then those who have had letters enough."""
    less = [str(group) for group in (
        *mailing.excluded_tags.all(), *mailing.excluded_segments.all())]
    if mailing.quiet_days:
        less.append(_("those written to within %(days)s before it") % {
            "days": days(timedelta(days=mailing.quiet_days))})
    if mailing.skip_same:
        less.append(_("those who have this message already"))
    return less
