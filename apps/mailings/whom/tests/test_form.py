"""Whom a mailing is for, as its form asks: with a script and without, and what is tampered with."""
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from apps.mailings.models import Draft, Mailing, Tagging
from apps.mailings.services import mailing_copy
from tests.factories import (
    MailingFactory, MessageFactory, RecipientFactory, SegmentFactory, TagFactory)

from ..rules import NAMES, lists_of
from ..services import mailings_retag
from ..uses import mailings_using

pytestmark = pytest.mark.django_db
CREATE = "/mailings/create/"
WORD = {"match": "all", "of": [{"what": "words", "how": "has", "value": "клиент"}]}


@pytest.fixture
def people(owner):
    return RecipientFactory.create_batch(3, owner=owner)


@pytest.fixture
def group(owner, people):
    group = TagFactory(owner=owner, name="Постоянные")
    Tagging.objects.create(tag=group, recipient=people[0])
    return group


@pytest.fixture
def segment(owner):
    return SegmentFactory(owner=owner, name="Клиенты", conditions=WORD)


@pytest.fixture
def fields(owner):
    return {"message": MessageFactory(owner=owner).pk, "when": "draft",
            "starts_at": "2030-01-01T10:00", "ends_at": "2030-01-02T10:00"}


def count(client, fields, mailing=None):
    address = f"/mailings/{mailing.pk}/whom/" if mailing else "/mailings/whom/"
    answer = client.post(address, fields, headers={"hx-request": "true"})
    assert answer.status_code == 200
    return " ".join(BeautifulSoup(answer.text, "html.parser").get_text().split())


def test_everything_that_is_chosen_is_stored(as_owner, fields, group, segment, people):
    as_owner.post(CREATE, {
        **fields, "who": "groups", "tags": group.pk, "excluded_segments": segment.pk,
        "quiet_days": 7, "skip_same": "on", "recipients": people[1].pk})
    mailing = Mailing.objects.get()
    assert lists_of(mailing) == {"tags": [group.pk], "segments": [], "excluded_tags": [],
                                 "excluded_segments": [segment.pk]}
    assert (mailing.everyone, mailing.quiet_days, mailing.skip_same) == (False, 7, True)
    assert mailing.recipients.get() == people[1]
    as_owner.post(f"/mailings/{mailing.pk}/edit/", {**fields, "who": "everyone", "stays": "on"})
    mailing.refresh_from_db()
    assert mailing.everyone and not any(lists_of(mailing).values()) and not mailing.quiet_days
    assert mailing.recipients.count() == 1


@pytest.mark.parametrize("who, stored", [
    ("everyone", (True, [])), ("groups", (False, ["Постоянные"])), ("hand", (False, []))])
def test_what_another_answer_shows_does_not_count(as_owner, fields, group, people, who, stored):
    as_owner.post(CREATE, {**fields, "who": who, "tags": group.pk, "recipients": people[1].pk})
    mailing = Mailing.objects.get()
    assert (mailing.everyone, [one.name for one in mailing.tags.all()]) == stored


@pytest.mark.parametrize("sent, wrong", [
    ({"who": "groups"}, "tags"), ({"who": "hand"}, "recipients"), ({}, "recipients"),
    ({"who": "nobody"}, "who"), ({"who": "everyone", "quiet_days": "-1"}, "quiet_days"),
    ({"who": "everyone", "quiet_days": "9" * 30}, "quiet_days"),
    ({"who": "groups", "tags": "x"}, "tags"), ({"who": "groups", "tags": "9" * 20}, "tags"),
    ({"who": "everyone", "excluded_segments": ["1" * 19]}, "excluded_segments")])
def test_what_makes_no_sense_is_an_error_at_its_field(as_owner, fields, people, sent, wrong):
    answer = as_owner.post(CREATE, {**fields, **sent})
    assert answer.status_code == 422 and wrong in answer.context["form"].errors
    assert not Mailing.objects.exists()
    count(as_owner, {**fields, **sent})


@pytest.mark.parametrize("name", NAMES)
def test_somebody_elses_groups_are_refused(as_owner, other, fields, group, people, name):
    make = TagFactory if "tags" in name else SegmentFactory
    theirs = make(owner=other, name="OTHERS")
    sent = {**fields, "who": "groups", "tags": group.pk} | {name: theirs.pk}
    answer = as_owner.post(CREATE, sent)
    assert name in answer.context["form"].errors and "OTHERS" not in answer.text
    assert "OTHERS" not in as_owner.get(f"{CREATE}?{name}={theirs.pk}").text
    count(as_owner, sent)


def test_the_address_of_a_new_mailing_says_whom_it_is_for(as_owner, group, segment, people):
    page = BeautifulSoup(
        as_owner.get(f"{CREATE}?tags={group.pk}&segments={segment.pk}&tags=x").text, "html.parser")
    assert page.select_one("[name=who][checked]")["value"] == "groups"
    assert page.select_one("[name=tags][checked]")["value"] == str(group.pk)
    assert page.select_one("[name=segments][checked]")["value"] == str(segment.pk)


def test_a_new_mailing_is_for_everyone_unless_one_says_otherwise(as_owner, people):
    page = BeautifulSoup(as_owner.get(CREATE).text, "html.parser")
    assert page.select_one("[name=who][checked]")["value"] == "everyone"


def test_a_draft_brings_back_whom_it_was_for(as_owner, owner, fields, group, people):
    data = {name: [str(value)] for name, value in fields.items()} | {
        "who": ["groups"], "tags": [str(group.pk)], "quiet_days": ["5"], "skip_same": ["on"]}
    Draft.objects.create(owner=owner, place="mailing:new", key="a" * 8, data=data,
                         updated_at=timezone.now())
    page = BeautifulSoup(as_owner.get(f"{CREATE}?draft={'a' * 8}").text, "html.parser")
    assert page.select_one("[name=who][checked]")["value"] == "groups"
    assert page.select_one("[name=tags][checked]") and page.select_one("[name=skip_same][checked]")
    assert page.select_one("[name=quiet_days]")["value"] == "5"


def test_a_draft_of_before_names_whom_it_named_then(as_owner, owner, fields, people):
    data = {**{name: [str(value)] for name, value in fields.items()},
            "recipients": [str(people[0].pk)]}
    Draft.objects.create(owner=owner, place="mailing:new", key="a" * 8, data=data,
                         updated_at=timezone.now())
    page = BeautifulSoup(as_owner.get(f"{CREATE}?draft={'a' * 8}").text, "html.parser")
    assert page.select_one("[name=who][checked]")["value"] == "hand"


def test_the_count_is_of_the_form_as_it_is_filled_in(as_owner, fields, group, segment, people):
    assert count(as_owner, {**fields, "who": "everyone"}) == "Получат 3 человека"
    assert count(as_owner, {**fields, "who": "groups", "tags": group.pk}) == "Получит 1 человек"
    assert count(as_owner, {**fields, "who": "groups", "tags": group.pk,
                            "recipients": people[1].pk}) == "Получат 2 человека"
    assert count(as_owner, {**fields, "who": "hand", "texts": ["клиент"],
                            "excluded_tags": group.pk}) == "Получат 2 человека"
    assert count(as_owner, {**fields, "who": "hand"}) == "Получат 0 человек"
    mailing = MailingFactory(owner=people[0].owner, recipients=people)
    assert count(as_owner, {**fields, "who": "hand", "stays": "on", "without": people[0].pk},
                 mailing) == "Получат 2 человека"


def test_many_are_counted_as_far_as_a_page_waits(as_owner, fields, people, monkeypatch):
    for module in ("apps.core.numbers", "apps.delivery.audience"):
        monkeypatch.setattr(f"{module}.MANY", 2)
    assert count(as_owner, {**fields, "who": "everyone"}) == "Получат более 2 человека"


def test_without_a_script_the_count_comes_with_the_form_and_nothing_is_lost(
        as_owner, fields, group, people):
    sent = {**fields, "who": "groups", "tags": group.pk, "name": "Чай", "quiet_days": "3"}
    answer = as_owner.post("/mailings/whom/", sent)
    page = BeautifulSoup(answer.text, "html.parser")
    assert "Получит 1 человек" in page.get_text() and not Mailing.objects.exists()
    assert page.select_one("[name=name]")["value"] == "Чай"
    assert page.select_one("[name=tags][checked]")["value"] == str(group.pk)
    assert page.select_one("[name=quiet_days]")["value"] == "3"


def test_a_copy_is_for_the_same(owner, people, group, segment):
    mailing = MailingFactory(owner=owner, everyone=True, quiet_days=3, skip_same=True)
    mailing.excluded_tags.add(group)
    mailing.excluded_segments.add(segment)
    copy = Mailing.objects.get(pk=mailing_copy(mailing=mailing).pk)
    assert lists_of(copy) == lists_of(mailing)
    assert (copy.everyone, copy.quiet_days, copy.skip_same) == (True, 3, True)


def test_a_save_in_another_window_is_noticed_when_only_tags_have_changed(
        as_owner, owner, fields, group, people):
    mailing = MailingFactory(owner=owner, recipients=people)
    version = mailing.updated_at.isoformat()
    sent = {**fields, "_version": version, "stays": "on", "who": "groups", "tags": group.pk}
    assert as_owner.post(f"/mailings/{mailing.pk}/edit/", sent).status_code == 302
    again = {**sent, "who": "hand"}
    assert as_owner.post(f"/mailings/{mailing.pk}/edit/", again).status_code == 422


def test_the_mailings_that_a_group_is_kept_for_are_told(owner, group, segment):
    over = {"starts_at": timezone.now() - timedelta(days=2),
            "ends_at": timezone.now() - timedelta(days=1)}
    going, past, excluding, deleted = (
        MailingFactory(owner=owner, **window) for window in ({}, over, over, {}))
    going.tags.add(group)
    past.tags.add(group)
    excluding.excluded_tags.add(group)
    deleted.excluded_tags.add(group)
    Mailing.objects.filter(pk=deleted.pk).update(deleted_at=over["ends_at"])
    assert list(mailings_using(tag=group)) == [excluding, going]
    going.segments.add(segment)
    assert list(mailings_using(segment=segment)) == [going]


def test_where_two_tags_become_one_mailings_name_the_one_that_stays(owner, group):
    kept = TagFactory(owner=owner)
    mailing = MailingFactory(owner=owner)
    mailing.tags.add(group)
    mailing.excluded_tags.add(group, kept)
    mailings_retag(tag=group, to=kept)
    assert lists_of(mailing) == {"tags": [kept.pk], "excluded_tags": [kept.pk],
                                 "segments": [], "excluded_segments": []}
