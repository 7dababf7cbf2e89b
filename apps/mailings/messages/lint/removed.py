"""What is left out of letters when they are made, since no mail program would run or load it."""
from collections.abc import Iterator

from django.utils.translation import gettext as _

from ..html.cleaning import What, cleaned
from ..html.faults import words_of
from ..html.markup import line_of
from .remarks import Remark, Weight
from .signs import signs_of

# Elements that the table of mail programs tells of.
IN_TABLE = (What.FORM, What.DRAWING, What.BASE, What.STYLESHEET)


def remarks_on_removed(source: str) -> Iterator[Remark]:
    _html, removals = cleaned(source)
    for removal in removals:
        told = removal.what in IN_TABLE or (
            removal.what == What.EMBEDDED and f"<{removal.name}>" in signs_of("html-object"))
        if not told:
            words = words_of(removal)
            if not removal.name or not words.startswith(removal.name):
                words = words[:1].upper() + words[1:]
            yield Remark(
                "left-out", Weight.HINDERS, words,
                _("Filters distrust letters that have it: take it out of the source too."),
                lines=(line_of(source, removal.at),))
