"""Segments whose conditions name what is gone: nobody can tell whom they were to find."""
from django.utils.translation import gettext as _

from ..models import Mailing
from ..segments.finding import is_broken
from .rules import whom_of


def whom_refusal(mailing: Mailing) -> str:
    """Return why nobody can tell whom `mailing` is for; "" where it is clear."""
    whom = whom_of(mailing)
    for segment in whom.segments + whom.excluded_segments:
        if is_broken(segment):
            return _("The segment “%(name)s” asks for what is not there any more. Mend its "
                     "conditions, or take it out of the mailing.") % {"name": segment.name}
    return ""
