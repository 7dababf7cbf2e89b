"""At which of its four steps an import is, and what the page shows there."""
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.jobs.models import Job

from .models import Import

Stage = Import.Stage


@dataclass(frozen=True)
class Step:
    """A step as the page shows it. Of a stage that takes time: what is being done, and so on."""

    number: int
    template: str
    working: str | Promise = ""
    stopped: str | Promise = ""  # what to do when its job has failed
    can_drop: bool = False

    @property
    def path(self) -> str:
        return f"mailings/_import_{self.template}.html"


STEPS = {
    Stage.OPENING: Step(
        1, "working", _("The file is being opened"), can_drop=True,
        stopped=_("Nothing is written to your book. Go on, or upload the file once more.")),
    Stage.MAPPING: Step(2, "columns"),
    Stage.CHECKING: Step(
        3, "working", _("The rows are being checked"), can_drop=True,
        stopped=_("Nothing is written to your book. Go on, or cancel the import.")),
    Stage.CHECKED: Step(3, "check"),
    Stage.LANDING: Step(
        4, "working", _("The recipients are being added"),
        stopped=_("Some of the rows are in your book already. Go on with the rest.")),
    Stage.LANDED: Step(5, "result"),
    Stage.UNDOING: Step(
        5, "working", _("The import is being taken back"),
        stopped=_("Some of it is taken back already. Go on with the rest.")),
    Stage.UNDONE: Step(5, "result"),
    Stage.REFUSED: Step(1, "refused"),
    Stage.DROPPED: Step(1, "dropped"),
}
MAY_MAP = (Stage.MAPPING, Stage.CHECKED)


def step_of(of: Import, *, wants_columns: bool = False) -> Step:
    """Return the step that an import is at; a checked one goes back to its columns if asked to."""
    if wants_columns and of.stage in MAY_MAP:
        return STEPS[Stage.MAPPING]
    return STEPS[Stage(of.stage)]


def has_stopped(of: Import) -> bool:
    """Whether a stage that takes time goes on no more: its job has failed, or was cancelled."""
    if not of.is_working:
        return False
    return of.job is None or of.job.state in (Job.State.FAILED, Job.State.CANCELLED)


def working_context(of: Import) -> dict[str, Any]:
    """Return what the page of a stage that takes time shows."""
    stopped = has_stopped(of)
    return {"job": of.job, "has_stopped": stopped, "is_polled": not stopped,
            "why": of.job.reason if of.job and stopped else ""}
