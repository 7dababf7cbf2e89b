"""At which of its four steps an import is, and what the page shows there."""
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.jobs.models import Job

from .models import Import

Stage = Import.Stage


@dataclass(frozen=True)
class Step:
    """A step as the page shows it; `working` says what is being done in a stage that takes time."""

    number: int
    template: str
    working: str | Promise = ""
    stopped: str | Promise = ""  # what to do when the job that led here has failed
    can_drop: bool = False

    @property
    def path(self) -> str:
        return f"mailings/_import_{self.template}.html"


STEPS = {
    Stage.OPENING: Step(1, "working", _("The file is being opened"), can_drop=True),
    Stage.MAPPING: Step(2, "columns", stopped=_(
        "The check has stopped. Nothing is written to your book; check the rows again.")),
    Stage.CHECKING: Step(3, "working", _("The rows are being checked"), can_drop=True),
    Stage.CHECKED: Step(3, "check"),
    Stage.LANDING: Step(4, "working", _("The recipients are being added")),
    Stage.LANDED: Step(5, "result", stopped=_(
        "The work has stopped before its end: what it wrote stands. Take the import back, or "
        "upload the file again, and it goes on with the rest.")),
    Stage.UNDOING: Step(5, "working", _("The import is being taken back")),
    Stage.UNDONE: Step(5, "result"),
    Stage.REFUSED: Step(1, "refused"),
    Stage.DROPPED: Step(1, "dropped"),
}
MAY_MAP = (Stage.MAPPING, Stage.CHECKED)
MAY_READ = (*MAY_MAP, Stage.REFUSED)


def step_of(of: Import, *, wants_columns: bool = False) -> Step:
    """Return the step that an import is at; a checked one goes back to its columns if asked to."""
    if wants_columns and of.stage in MAY_MAP:
        return STEPS[Stage.MAPPING]
    return STEPS[Stage(of.stage)]


def has_stopped(of: Import) -> bool:
    """Whether the last job of an import ended before it had done its work."""
    return of.job is not None and of.job.state in (Job.State.FAILED, Job.State.CANCELLED)
