"""What people, pages and the command do with imports: each step of one, and every refusal."""
from collections.abc import Collection, Iterable, Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.audit.services import Via
from apps.jobs.models import Job
from apps.jobs.services import job_create
from apps.users.models import User

from ..ground.models import Ground
from ..sheets.reading import Reading
from . import content as contents
from .leftovers import sweep
from .mapping import fields_made, mapped, tags_made
from .mending import mend
from .models import Import, ImportRow
from .refused import ImportRefused
from .undoing_refusal import undo_refusal

__all__ = [
    "ImportRefused", "import_begin", "import_drop", "import_land", "import_map", "import_paste",
    "import_read", "import_row_mend", "import_undo", "undo_refusal"]

Stage = Import.Stage
OPEN, CHECK, LAND, UNDO = "import_open", "import_check", "import_land", "import_undo"  # jobs
NOT_BEGUN = (Stage.OPENING, Stage.MAPPING, Stage.CHECKING, Stage.CHECKED, Stage.REFUSED)
NOTHING = {"people": 0, "added": 0, "updated": 0, "unchanged": 0, "rejected": 0,
           "suppressed": 0, "returning": 0}


def import_begin(*, owner: User, name: str, content: Iterable[bytes]) -> Import:
    """Store a file and have it opened. Returns the import, of stage `opening`.

    `content` are chunks of octets; a Django file is one such. Raises ImportRefused for an empty
    file, one over UPLOAD_LIMIT, and a full disk.
    """
    stored, size = contents.store(content)
    with transaction.atomic():
        of = Import.objects.create(
            owner=owner, name=contents.clean_name(name), file=stored, size=size)
        work(of, OPEN)
    return of


def import_paste(*, owner: User, text: str) -> Import:
    """Begin an import of what was pasted: rows of a table, or addresses in any form."""
    if not text.strip():
        raise ImportRefused(_("Nothing was pasted."))
    return import_begin(owner=owner, name="", content=[text.encode("utf-8", "replace")])


@transaction.atomic
def import_read(*, of: Import, reading: Reading) -> Import:
    """Have the file opened anew, read as a person says. Its columns are guessed again."""
    move(of, Stage.OPENING, of_stages=(Stage.MAPPING, Stage.CHECKED, Stage.REFUSED),
         reading=reading.as_json(), columns=[], refusal="")
    work(of, OPEN)
    return of


@transaction.atomic
def import_map(*, of: Import, columns: list[str], known: str, tags: Collection[str] = (),
               ground: Ground | None = None,
               new_fields: Mapping[int, tuple[str, str]] | None = None) -> Import:
    """Store what the columns become, make the tags and fields for it, and start the dry run.

    `columns` has a target for each column (see `columns.py`); `tags` are names; `new_fields` has
    the label and the kind of a new field by the column's number, from 0. Raises ImportRefused
    without a column of addresses and for a target that is not there, and ValidationError for a
    tag or a field that can not be.
    """
    move(of, Stage.CHECKING, of_stages=(Stage.MAPPING, Stage.CHECKED))
    columns = fields_made(of, list(columns), new_fields or {})
    of.columns = mapped(of, columns)
    of.known = Import.Known(known)
    of.ground = ground
    of.tags.set(tags_made(of, tags))
    of.last_row = 0
    reset(of)
    of.save(update_fields=["columns", "known", "ground", "made", "last_row", *NOTHING])
    work(of, CHECK)
    return of


@transaction.atomic
def import_row_mend(*, of: Import, row: ImportRow, cells: list[str]) -> ImportRow:
    """Judge a row with other `cells`; a good one is counted, and lands instead.

    The row's `reason` is "" then, else why it is still rejected. Raises ImportRefused when the
    import does not wait for that.
    """
    of = Import.objects.select_for_update().get(pk=of.pk)
    if of.stage != Stage.CHECKED:
        raise ImportRefused(_("Rows can be mended between the check and the adding."))
    return mend(of, row, cells)


@transaction.atomic
def import_land(*, of: Import, via: str = Via.PAGE) -> Import:
    """Start to write the good people of a checked import into the book."""
    reset(of)
    move(of, Stage.LANDING, of_stages=(Stage.CHECKED,), **NOTHING)
    work(of, LAND, total=of.last_row, via=via)
    return of


@transaction.atomic
def import_drop(*, of: Import) -> None:
    """Forget an import of which nothing was written, with its file."""
    if of.job_id:
        Job.objects.active().filter(pk=of.job_id).update(
            state=Job.State.CANCELLED, ended_at=timezone.now(), lease_token="", lease_until=None)
    file = of.file
    move(of, Stage.DROPPED, of_stages=NOT_BEGUN, file="")
    sweep(of)
    transaction.on_commit(lambda: contents.delete(file))


@transaction.atomic
def import_undo(*, of: Import, via: str = Via.PAGE) -> Import:
    """Start to take back what an import wrote. Raises ImportRefused when it can not be."""
    if reason := undo_refusal(of):
        raise ImportRefused(reason)
    move(of, Stage.UNDOING, of_stages=(Stage.LANDED,))
    work(of, UNDO, total=of.added + of.updated + of.unchanged, via=via)
    return of


def move(of: Import, stage: Import.Stage, *, of_stages: Iterable[str], **changes: object) -> None:
    """Bring an import to another stage, unless somebody was quicker: then raise ImportRefused."""
    rows = Import.objects.filter(pk=of.pk, stage__in=of_stages)
    if not rows.update(stage=stage, **changes):
        raise ImportRefused(_("This import has moved on. Open its page again."))
    of.stage = stage
    for name, value in changes.items():
        setattr(of, name, value)


def reset(of: Import) -> None:
    for name, value in NOTHING.items():
        setattr(of, name, value)


def work(of: Import, kind: str, *, total: int = 0, via: str = Via.PAGE) -> None:
    """Queue the job of an import's stage."""
    of.job = job_create(kind=kind, owner=of.owner, total=total, place={
        "import": of.pk, "row": 0, "via": str(via)})
    of.save(update_fields=["job"])
