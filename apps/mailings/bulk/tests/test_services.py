"""Something is done with many recipients: with each of them once, and with nobody else."""
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.http import QueryDict
from django.utils import timezone

from apps.audit.models import Entry
from apps.jobs.models import Job
from apps.jobs.services import job_cancel
from apps.jobs.tests.conftest import work
from apps.mailings.models import Field, Recipient, Suppression, Tagging
from apps.mailings.services import owned_delete
from apps.mailings.suppression.services import addresses_suppress
from apps.mailings.tags.services import recipients_tag
from tests.factories import RecipientFactory, TagFactory

from .. import deeds
from ..chosen import Chosen, chosen_in
from ..services import TooLate, bulk_start, bulk_undo

pytestmark = pytest.mark.django_db
Action = Entry.Action


def start(owner, query, do, **given):
    return bulk_start(chosen=chosen_in(QueryDict(query), owner), do=do, given=given)


def finish(job):
    """Work on a job until it ends; return how many batches that took."""
    batches = 0
    while Job.objects.active().filter(pk=job.pk).exists():
        work(job)
        batches += 1
        assert batches < 20
    job.refresh_from_db()
    return batches


def ticked(*people):
    return "&".join(f"tick={person.pk}" for person in people)


def names(rows):
    return "".join(sorted(one.full_name[0] for one in rows))


def with_tag(tag):
    return names(tagging.recipient for tagging in Tagging.objects.filter(tag=tag))


def test_few_are_changed_at_once_and_only_those_ticked(owner, people, tag):
    job = start(owner, ticked(people["Анна"], people["Вера"]), "tag", tags=[tag.pk])
    assert with_tag(tag) == "АВ"
    assert job.state == Job.State.DONE and job.result == {"changed": 2, "met": 2}
    entry = Entry.objects.get(action=Action.BULK)
    assert entry.details == "2" and entry.object_id == job.pk


def test_all_that_a_list_finds_are_changed_not_only_a_page(owner, people, tag):
    city = TagFactory(owner=owner)
    recipients_tag(recipients=[people["Анна"].pk, people["Вера"].pk], tag=city)
    start(owner, f"all=1&tag={city.pk}", "tag", tags=[tag.pk])
    assert with_tag(tag) == "АВ"


def test_ticks_do_not_count_where_all_are_chosen(owner, people, tag):
    start(owner, "all=1&q=Анна&" + ticked(people["Вера"]), "tag", tags=[tag.pk])
    assert with_tag(tag) == "А"


def test_somebody_elses_people_are_not_touched(owner, other, manager, people, tag):
    theirs = RecipientFactory(owner=other, full_name="Яна")
    start(owner, f"tick={theirs.pk}&tick={people['Анна'].pk}", "tag", tags=[tag.pk])
    assert with_tag(tag) == "А"
    assert chosen_in(QueryDict("all=1"), manager).first_ids == []


def test_many_are_a_job_that_looks_through_the_book_in_parts(owner, people, tag, long):
    job = start(owner, "all=1", "tag", tags=[tag.pk])
    assert job.state == Job.State.QUEUED and with_tag(tag) == ""
    assert finish(job) == 3
    assert with_tag(tag) == "АБВГД"
    assert job.done == job.total == 5 and job.result == {"changed": 5, "met": 5}


def test_what_a_batch_changes_does_not_change_who_is_next(owner, people, tag, long):
    recipients_tag(recipients=Recipient.objects.all(), tag=tag)
    job = start(owner, f"all=1&tag={tag.pk}", "untag", tags=[tag.pk])
    finish(job)
    assert with_tag(tag) == "" and job.result["changed"] == 5


def test_who_is_added_meanwhile_is_not_touched(owner, people, long):
    job = start(owner, "all=1", "delete")
    work(job)
    RecipientFactory(owner=owner, full_name="Яна")
    finish(job)
    assert names(Recipient.objects.all()) == "Я"


def test_after_a_kill_it_goes_on_and_nobody_is_done_twice(owner, people, tag, long, monkeypatch):
    job = start(owner, "all=1", "tag", tags=[tag.pk])
    work(job)
    with monkeypatch.context() as patch:
        patch.setitem(deeds.DEEDS, "tag", dies)
        work(job)
    Job.objects.update(next_try_at=timezone.now())
    finish(job)
    assert with_tag(tag) == "АБВГД" and job.result == {"changed": 5, "met": 5}


def dies(rows, owner, place):
    deeds.tag(rows, owner, place)
    raise RuntimeError


def test_a_job_that_is_cancelled_leaves_what_it_did_and_its_trail(owner, people, tag, long):
    job = start(owner, "all=1", "tag", tags=[tag.pk])
    work(job)
    assert job_cancel(job=job, by=owner)
    work(job)
    assert with_tag(tag) == "АБ"
    assert set(Entry.objects.values_list("action", flat=True)) >= {Action.BULK, Action.CANCEL}


def test_a_tag_that_is_gone_ends_the_job_with_a_reason(owner, people, tag, long):
    job = start(owner, "all=1", "tag", tags=[tag.pk])
    tag.delete()
    finish(job)
    assert job.state == Job.State.FAILED and job.error == deeds.NO_TAG


def test_a_field_gets_a_value_or_none_and_others_stay(owner, people):
    field = Field.objects.create(owner=owner, key="любимый чай", label="Любимый чай")
    Recipient.objects.filter(pk=people["Анна"].pk).update(fields={"город": "Казань"})
    before = Recipient.objects.get(pk=people["Анна"].pk).updated_at
    for value in ("«Улун» \"№1\"", 12.5, None):
        start(owner, ticked(people["Анна"], people["Борис"]), "field", field=field.pk, value=value)
        anna, boris = Recipient.objects.filter(full_name__in=["Анна", "Борис"])
        own = {} if value is None else {"любимый чай": value}
        assert anna.fields == {"город": "Казань", **own} and boris.fields == own
        assert anna.updated_at > before
    assert Recipient.objects.get(full_name="Вера").fields == {}


def test_a_value_that_a_form_has_saved_is_replaced_or_cleared(owner, people):
    field = Field.objects.create(owner=owner, key="любимый чай", label="Любимый чай")
    chosen = Recipient.objects.filter(full_name__in=["Анна", "Борис"])
    chosen.update(fields={"любимый чай": "Чёрный", "город": "Казань"})
    for value in ("Улун", None):
        start(owner, "all=1", "field", field=field.pk, value=value)
        own = {} if value is None else {"любимый чай": value}
        both = {"город": "Казань", **own}
        assert list(Recipient.objects.values_list("fields", flat=True)) == [both] * 2 + [own] * 3
        assert Recipient.objects.filter(**{"fields__любимый чай": "Улун"}).count() == 5 * len(own)


def test_addresses_are_suppressed_once_and_the_trail_has_one_entry(owner, people, long):
    addresses_suppress(owner=owner, emails=["0@example.com"], note="раньше")
    job = start(owner, "all=1", "suppress", note="по телефону")
    finish(job)
    assert Suppression.objects.count() == 5 and job.result["changed"] == 4
    assert Suppression.objects.filter(note="по телефону").count() == 4
    assert Entry.objects.filter(action=Action.SUPPRESS, object_id=job.pk).count() == 1


def test_who_is_deleted_is_nowhere_found_and_keeps_the_tags(owner, people, tag, as_owner):
    recipients_tag(recipients=[people["Анна"].pk], tag=tag)
    start(owner, ticked(people["Анна"], people["Борис"]), "delete")
    assert names(Recipient.objects.all()) == "ВГД"
    assert "Никого не нашлось" in as_owner.get("/recipients/", {"q": "Борис"}).text
    assert chosen_in(QueryDict(f"all=1&tag={tag.pk}"), owner).first_ids == []
    assert with_tag(tag) == "А"


def test_undo_brings_back_just_those_whom_this_job_deleted(owner, people, long):
    owned_delete(owned=people["Анна"])
    first = start(owner, "all=1&q=Вера", "delete")
    second = start(owner, "all=1", "delete")
    finish(first), finish(second)
    assert names(Recipient.objects.all()) == ""
    undo = bulk_undo(job=second)
    finish(undo)
    assert names(Recipient.objects.all()) == "БГД"
    assert undo.result == {"changed": 3, "met": 3}
    assert Entry.objects.filter(action=Action.RESTORE).count() == 1


def test_what_a_cancelled_job_had_deleted_comes_back_too(owner, people, long):
    job = start(owner, "all=1", "delete")
    work(job)
    job_cancel(job=job, by=owner)
    job.refresh_from_db()
    finish(bulk_undo(job=job))
    assert Recipient.objects.count() == 5


def test_a_job_that_was_cancelled_before_its_first_batch_has_nothing_to_undo(owner, people, long):
    job = start(owner, "all=1", "delete")
    job_cancel(job=job, by=owner)
    job.refresh_from_db()
    assert job.undo_url == ""
    with pytest.raises(TooLate):
        bulk_undo(job=job)


def test_who_has_a_namesake_by_now_stays_deleted_and_that_is_said(owner, people):
    job = start(owner, "all=1", "delete")
    RecipientFactory(owner=owner, full_name="Новая", email="0@EXAMPLE.com")
    undo = bulk_undo(job=job)
    assert names(Recipient.objects.all()) == "БВГДН"
    assert undo.result == {"changed": 4, "met": 5}
    assert "Остался удалённым 1" in undo.outcome


def test_a_deletion_is_undone_once_and_for_ten_minutes(owner, people):
    job = start(owner, "all=1&q=Анна", "delete")
    bulk_undo(job=job)
    with pytest.raises(TooLate):
        bulk_undo(job=job)
    late = start(owner, "all=1&q=Вера", "delete")
    Job.objects.filter(pk=late.pk).update(ended_at=timezone.now() - timedelta(minutes=11))
    with pytest.raises(TooLate):
        bulk_undo(job=late)


def test_what_is_no_deletion_can_not_be_undone(owner, people, tag):
    job = start(owner, "all=1", "tag", tags=[tag.pk])
    assert job.undo_url == ""
    with pytest.raises(TooLate):
        bulk_undo(job=job)


def test_an_address_that_is_taken_at_that_moment_is_left_to_a_worker(owner, people, monkeypatch):
    job = start(owner, "all=1", "delete")
    with monkeypatch.context() as patch:
        patch.setitem(deeds.DEEDS, "restore", taken)
        undo = bulk_undo(job=job)
    assert undo.state == Job.State.QUEUED
    finish(undo)
    assert Recipient.objects.count() == 5


def taken(rows, owner, place):
    raise IntegrityError


@pytest.mark.parametrize("query", [
    "", "tick=", "tick=0", "tick=-1", "tick=abc", f"tick={2 ** 63}", "tick=" + "9" * 5000,
    "tick=\0", "all=1&tag=99", "all=1&import=x", "all=1&segment=0", "all=1&q=никто"])
def test_nonsense_chooses_nobody(owner, people, query):
    assert chosen_in(QueryDict(query), owner).first_ids == []


def test_a_batch_takes_the_same_few_queries_whatever_its_size(
        owner, people, tag, django_assert_max_num_queries):
    RecipientFactory.create_batch(40, owner=owner)
    with django_assert_max_num_queries(16):
        start(owner, "all=1", "tag", tags=[tag.pk])
    assert Tagging.objects.count() == 45


def test_numbers_are_counted_no_further_than_a_page_waits_for(owner, people):
    chosen = Chosen(owner, None, "")
    assert str(chosen.number) == "5" and len(chosen.first_ids) == 5
