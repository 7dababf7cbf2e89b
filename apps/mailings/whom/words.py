"""Whom a mailing is for, in words: “Regulars, less: Wholesale”."""
from collections.abc import Sequence

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

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
    less = [str(group) for group in (
        *mailing.excluded_tags.all(), *mailing.excluded_segments.all())]
    if not less:
        return words
    return _("%(whom)s, except: %(less)s") % {"whom": words, "less": ", ".join(less)}
