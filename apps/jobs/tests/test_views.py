"""Who sees which jobs, how their progress is followed, and who may cancel."""
from datetime import timedelta

import pytest
from django.utils import timezone

from ..kinds import KINDS, Kind
from ..models import Job
from ..services import job_create
from .conftest import work, work_on

pytestmark = pytest.mark.django_db


class Private(Kind):
    key = "private"
    label = "Something private"
    private = True


@pytest.fixture
def letter(owner, monkeypatch):
    monkeypatch.setitem(KINDS, "private", Private())
    return job_create(kind="private", owner=owner)


def page(client, job=None, **options):
    return client.get(job.get_absolute_url() if job else "/jobs/", **options)


def test_the_list_shows_ones_own_jobs(as_owner, as_other, job, letter):
    shown = page(as_owner).content.decode()
    assert "Counting" in shown and "Something private" in shown
    assert "Counting" not in page(as_other).content.decode()


def test_a_manager_sees_everybodys_but_what_is_private(as_manager, job, letter, owner):
    shown = page(as_manager).content.decode()
    assert "Counting" in shown and owner.email in shown and "private" not in shown
    assert page(as_manager, letter).status_code == 404


def test_a_private_job_of_nobody_is_seen_by_nobody(as_manager, letter):
    Job.objects.filter(pk=letter.pk).update(owner=None)
    assert page(as_manager, letter).status_code == 404


def test_progress_is_asked_for_until_the_end(as_owner, job):
    work(job)
    fragment = page(as_owner, job, headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" in fragment and 'value="1"' in fragment and "<html" not in fragment
    work_on(job)
    ended = page(as_owner, job, headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" not in ended and "/cancel/" not in ended


def test_why_it_failed_or_waits_is_said(as_owner, job):
    at = timezone.now() + timedelta(hours=1)
    Job.objects.update(error="No room.", next_try_at=at)
    assert "No room." in page(as_owner, job).content.decode()


def test_an_owner_cancels(as_owner, job):
    answer = as_owner.post(f"/jobs/{job.pk}/cancel/", follow=True)
    assert answer.redirect_chain[-1][0] == job.get_absolute_url()
    assert "Задача отменена" in answer.content.decode()
    again = as_owner.post(f"/jobs/{job.pk}/cancel/", follow=True)
    assert "уже нельзя" in again.content.decode()


def test_who_can_not_cancel(as_other, as_manager, job):
    assert as_other.post(f"/jobs/{job.pk}/cancel/").status_code == 404
    assert as_manager.post(f"/jobs/{job.pk}/cancel/").status_code == 403
    assert "/cancel/" not in page(as_manager, job).content.decode()
