"""Segments whose conditions name what is gone: nobody can tell whom they were to find."""
from django.utils.translation import gettext as _

from ..models import Mailing, Segment
from ..segments.book import Book
from ..segments.problems import problems_in
from .rules import whom_of


def is_broken(segment: Segment) -> bool:
    """Return whether the conditions of `segment` name what is gone, or make no sense."""
    return bool(problems_in(segment.conditions, Book(segment.owner_id)))


def whom_refusal(mailing: Mailing) -> str:
    """Return why nobody can tell whom `mailing` is for; "" where it is clear."""
    whom = whom_of(mailing)
    for segment in whom.segments + whom.excluded_segments:
        if is_broken(segment):
            return _("The segment “%(name)s” asks for what is not there any more. Mend its "
                     "conditions, or take it out of the mailing.") % {"name": segment.name}
    return ""
