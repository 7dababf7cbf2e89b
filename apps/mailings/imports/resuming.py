"""A stage of an import whose job has stopped goes on: its rows know how far it was."""
from apps.jobs.services import job_again

from .models import Import


def import_resume(*, of: Import) -> bool:
    """Have the stopped job of an import's stage go on. Returns whether there was one."""
    if not of.is_working or of.job is None:
        return False
    return job_again(job=of.job)
