"""Why an import can not be taken back."""
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ..models import Delivery, Run
from .models import Import, ImportChange

LOOKED_AT = 10_000  # people, while a page waits; the job looks at all before it begins
WRITTEN_TO = gettext_noop(
    "Somebody of this import was written to, so it can not be taken back any more.")


def undo_refusal(of: Import) -> str:
    """Return why an import can not be taken back now; "" when it can."""
    if of.stage != Import.Stage.LANDED or of.undo_until is None:
        return _("Nothing of this import can be taken back now.")
    if of.undo_until <= timezone.now():
        return _("The 30 days in which an import can be taken back are over.")
    if landing := Import.objects.filter(owner=of.owner_id, stage=Import.Stage.LANDING).first():
        return _("The import “%(name)s” is being added. Wait until it is done.") % {"name": landing}
    if later := later_import(of):
        day = date_format(timezone.localtime(later.created_at), "SHORT_DATETIME_FORMAT")
        return _("First take back the import “%(name)s” of %(day)s. It has the same "
                 "people.") % {"name": later, "day": day}
    if written_to(of):
        return _(WRITTEN_TO)
    return ""


def later_import(of: Import) -> Import | None:
    """Return the last import that named people of `of` after it, and that still stands."""
    Stage = Import.Stage
    theirs = ImportChange.objects.filter(of_import=OuterRef("pk"), recipient__in=(
        ImportChange.objects.filter(of_import=of.pk).values("recipient")))
    later = Import.objects.filter(
        owner=of.owner_id, stage__in=[Stage.LANDED, Stage.UNDOING])
    after = later.filter(landed_at__gt=of.landed_at)
    return after.exclude(pk=of.pk).filter(Exists(theirs)).order_by("-landed_at", "-pk").first()


def written_to(of: Import, *, whole: bool = False) -> bool:
    """Whether a letter went out, or is about to, to somebody of an import since it landed.

    Of a long one only the first are looked at, unless the `whole` is.
    """
    runs = Run.objects.filter(Q(finished_at=None) | Q(finished_at__gte=of.landed_at),
                              owner=of.owner_id)
    if not runs.exists():
        return False
    changed = ImportChange.objects.filter(of_import=of.pk).exclude(after={})
    people = changed.values("recipient")
    if not whole:
        people = people[:LOOKED_AT]
    letters = Delivery.objects.filter(
        recipient__in=people, run__in=runs.values("pk"), updated_at__gte=of.landed_at)
    return letters.exclude(state__in=Delivery.SET_ASIDE).exists()
