"""A job's page follows its progress until it ends."""
import pytest

from apps.jobs.models import Job
from apps.jobs.services import job_create

from .inventory import swaps


@pytest.fixture
def job(owner):
    return job_create(kind="letter", owner=owner, secret='{"email": "anna@example.com"}', total=2)


@swaps("jobs:job_detail")
def test_a_jobs_progress_replaces_itself_until_its_end(open_page, job):
    shown = open_page(job.get_absolute_url())
    Job.objects.update(done=1)
    shown.send("#job")
    shown.check_fresh()
    Job.objects.update(state=Job.State.DONE, done=2)
    shown.send("#job")
    shown.check_fresh()
    assert not shown.tree.select("#job[hx-get]")
