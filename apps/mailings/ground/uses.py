"""Who is written to on a ground, and what of it stays therefore."""
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..imports.models import Import
from ..imports.steps import MAY_MAP
from ..models import Recipient
from .models import Ground


def people_on(ground: Ground) -> int:
    """Return how many of the book are written to on a ground."""
    return Recipient.objects.filter(owner=ground.owner_id, ground=ground).count()


def is_given(ground: Ground) -> bool:
    """Return whether somebody has a ground: then it is evidence of what they agreed to.

    So it is of who was deleted, and while an import is writing its people.
    """
    people = Recipient.all_objects.filter(owner=ground.owner_id, ground=ground)
    imports = Import.objects.filter(ground=ground).exclude(stage__in=MAY_MAP)
    return people.exists() or imports.exists()


def given_words(ground: Ground) -> str:
    """Return what can be changed of a ground that somebody has; "" where everything can."""
    if not is_given(ground):
        return ""
    number = people_on(ground)
    if not number:
        return _("Recipients who were deleted, or an import, have this ground. What people agreed "
                 "to stays as it is; the date and where the proof lies can be corrected.")
    return ngettext(
        "%(n)s recipient is written to on this ground. What they agreed to stays as it is; the "
        "date and where the proof lies can be corrected. Save another text as a new version: they "
        "keep this one.",
        "%(n)s recipients are written to on this ground. What they agreed to stays as it is; the "
        "date and where the proof lies can be corrected. Save another text as a new version: they "
        "keep this one.", number) % {"n": intcomma(number)}


def deletion_refusal(ground: Ground) -> str:
    """Return why a ground can not be deleted now; "" when it can."""
    number = people_on(ground)
    if number:
        return ngettext(
            "%(n)s recipient is written to on this ground, and it says why that is lawful. So it "
            "can not be deleted.",
            "%(n)s recipients are written to on this ground, and it says why that is lawful. So it "
            "can not be deleted.", number) % {"n": intcomma(number)}
    if Recipient.all_objects.filter(owner=ground.owner_id, ground=ground).exists():
        return _("Recipients who were deleted had this ground. It stays as a proof of why they "
                 "were written to.")
    if of := Import.objects.filter(ground=ground).first():
        return _("The import “%(name)s” names this ground, so it can not be deleted.") % {
            "name": of}
    return ""
