"""A tag is deleted, or merged into another; with all that named it."""
import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone

from apps.audit.models import Entry
from apps.jobs.models import Job
from apps.jobs.tests.conftest import work, work_on
from apps.mailings.mailings.forms import MailingForm
from apps.mailings.models import Import, Recipient, Segment, Tag, Tagging
from apps.mailings.whom.audience import audience
from apps.mailings.whom.broken import whom_refusal
from tests.factories import MailingFactory, RecipientFactory, SegmentFactory, TagFactory

from .. import ending
from ..ends import jobs_of_tags, tag_delete, tags_merge
from ..services import recipients_tag

pytestmark = pytest.mark.django_db


@pytest.fixture
def old(owner):
    return TagFactory(owner=owner, name="Опт")


@pytest.fixture
def new(owner):
    return TagFactory(owner=owner, name="Оптовики")


@pytest.fixture
def people(owner, old, new):
    """Five with the old tag, of whom one has the new tag too."""
    people = RecipientFactory.create_batch(5, owner=owner)
    recipients_tag(recipients=Recipient.objects.all(), tag=old)
    Tagging.objects.create(tag=new, recipient=people[0])
    return people


def conditions(*ids):
    """Return conditions that ask for tags, in a group within a group."""
    some = {"what": "tags", "how": "any", "value": list(ids)}
    words = {"what": "words", "how": "has", "value": "чай"}
    return {"match": "all", "of": [words, {"match": "any", "of": [some]}]}


def test_a_tag_that_is_deleted_goes_from_people_who_stay(owner, people, old, new):
    assert tag_delete(tag=old) is None
    assert list(Tag.objects.all()) == [new] and Recipient.objects.count() == 5
    assert Tagging.objects.count() == 1
    assert Entry.objects.get(action=Entry.Action.DELETE).object_label == "Опт"


def test_a_merge_gives_the_other_tag_to_everybody_once(people, old, new):
    tags_merge(tag=old, into=new)
    assert list(Tag.objects.all()) == [new]
    assert Tagging.objects.filter(tag=new).count() == 5


def test_mailings_imports_and_segments_name_the_other_tag_then(owner, people, old, new):
    mailing, both = MailingFactory.create_batch(2, owner=owner)
    mailing.tags.add(old)
    mailing.excluded_tags.add(old)
    both.tags.add(old, new)
    of_import = Import.objects.create(owner=owner)
    of_import.tags.add(old)
    segment = Segment.objects.create(owner=owner, name="1", conditions=conditions(old.pk, new.pk))
    tags_merge(tag=old, into=new)
    for names in (mailing.tags, mailing.excluded_tags, both.tags, of_import.tags):
        assert list(names.all()) == [new]
    segment.refresh_from_db()
    assert segment.conditions == conditions(new.pk)


def test_what_many_have_is_ended_by_a_job_and_shown_so(as_owner, people, old, new, monkeypatch):
    monkeypatch.setattr(ending, "BATCH", 2)
    job = tags_merge(tag=old, into=new)
    assert jobs_of_tags(old.owner_id) == {old.pk: job, new.pk: job}
    page = as_owner.get("/recipients/tags/").text
    assert page.count("Удаляется или объединяется") == 2 and f"/tags/{old.pk}/edit/" not in page
    for ended in (old, new):
        with pytest.raises(ValidationError):
            tag_delete(tag=ended)
    work_on(job)
    assert list(Tag.objects.all()) == [new] and Tagging.objects.filter(tag=new).count() == 5
    assert job.state == Job.State.DONE and job.done == job.total == 5


def test_the_job_of_a_deletion_takes_it_from_all(people, old, monkeypatch):
    monkeypatch.setattr(ending, "BATCH", 2)
    work_on(tag_delete(tag=old))
    assert not Tag.objects.filter(pk=old.pk).exists() and Tagging.objects.count() == 1


def test_nothing_new_asks_for_a_tag_that_a_job_is_deleting(
        owner, people, old, new, monkeypatch):
    monkeypatch.setattr(ending, "BATCH", 2)
    without_old = SegmentFactory(owner=owner, conditions=conditions(old.pk))
    mailing = MailingFactory(owner=owner, everyone=True)
    mailing.excluded_segments.add(without_old)
    assert not whom_refusal(mailing)
    job = tag_delete(tag=old)
    work(job)
    # Some have lost it already: whom it was to leave out is not to be told any more.
    assert whom_refusal(mailing) and not audience(mailing, now=timezone.now()).exists()
    form = MailingForm(QueryDict(f"who=everyone&excluded_tags={old.pk}"), owner=owner)
    assert "excluded_tags" in form.errors
    assert old not in form.fields["tags"].queryset and new in form.fields["tags"].queryset


def test_a_job_whose_tag_is_gone_is_over(people, old, new, monkeypatch):
    monkeypatch.setattr(ending, "BATCH", 2)
    job = tags_merge(tag=old, into=new)
    old.delete()
    assert work_on(job).state == Job.State.DONE


def test_a_job_that_has_nothing_to_merge_into_says_so(people, old, new, monkeypatch):
    monkeypatch.setattr(ending, "BATCH", 2)
    job = tags_merge(tag=old, into=new)
    new.delete()
    assert work_on(job).state == Job.State.FAILED and job.error == ending.GONE
    assert Tagging.objects.filter(tag=old).count() == 5
